package dev.cistern.populate.source.rest;

import dev.cistern.populate.source.SourceObject;

/// How a store words requests for objects, beside what its answers say.
public interface ObjectProtocol extends ObjectAnswers {
    /// Asks what the store knows about an object, whatever version was listed. The answer tells by its headers.
    StoreRequest head(SourceObject object);

    /// Asks for bytes of an object.
    ///
    /// @param range such as `bytes=0-9`; empty means all
    /// @param mode whether for exactly the listed version, and how packed
    StoreRequest get(SourceObject object, String range, ReadMode mode);

    /// Whether an object's listed version can be asked for.
    boolean conditional(SourceObject object);
}
