package dev.cistern.populate.source.rest;

import dev.cistern.populate.source.SourceException;

/// Lists a store, one request per page.
@FunctionalInterface
public interface ListingApi {
    /// Requests a page.
    ///
    /// @param prefix of the ids of all objects
    /// @param position continuation from the previous page ([PageTurn.GoOn]); empty to start
    ListedPage list(String prefix, String position) throws SourceException;
}
