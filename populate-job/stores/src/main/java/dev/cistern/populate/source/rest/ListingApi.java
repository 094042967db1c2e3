package dev.cistern.populate.source.rest;

import dev.cistern.populate.source.SourceException;

/// Lists a store, one request a page.
@FunctionalInterface
public interface ListingApi {
    /// One page.
    ///
    /// @param prefix of the ids of all objects
    /// @param position where to go on, as a page before it said ([PageTurn.GoOn]); empty to begin
    ListedPage list(String prefix, String position) throws SourceException;
}
