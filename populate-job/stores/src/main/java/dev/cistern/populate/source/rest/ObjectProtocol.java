package dev.cistern.populate.source.rest;

import dev.cistern.populate.source.SourceObject;

/// A store's requests for objects, and the interpretation of its responses.
public interface ObjectProtocol extends ObjectAnswers {
    /// A request for an object's metadata, whatever version was listed, returned in headers.
    StoreRequest head(SourceObject object);

    /// A request for bytes of an object.
    ///
    /// @param range such as `bytes=0-9`; empty for all
    /// @param mode whether for exactly the listed version, and the accepted encoding
    StoreRequest get(SourceObject object, String range, ReadMode mode);

    /// Whether a request can be conditional on an object's listed version.
    boolean conditional(SourceObject object);
}
