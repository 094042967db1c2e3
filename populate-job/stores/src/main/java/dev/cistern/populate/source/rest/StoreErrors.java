package dev.cistern.populate.source.rest;

import dev.cistern.populate.source.SourceException;
import org.jspecify.annotations.Nullable;

/// What a store's answers mean for a run when they are errors. [StatusErrors] has the usual meaning of a status.
public interface StoreErrors {
    /// How people call what is read, such as `bucket b at https://store.example`: no secret.
    String where();

    /// The failure that an answer tells.
    ///
    /// @param object id of the object asked for; null for a listing or a token
    SourceException of(ErrorAnswer answer, @Nullable String object);
}
