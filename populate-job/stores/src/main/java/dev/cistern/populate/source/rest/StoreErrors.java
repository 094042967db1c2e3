package dev.cistern.populate.source.rest;

import dev.cistern.populate.source.SourceException;
import org.jspecify.annotations.Nullable;

/// Maps a store's error responses to failures of a run. [StatusErrors] has the usual meaning of a status.
public interface StoreErrors {
    /// Name of the location for messages, such as `bucket b at https://store.example`, without secrets.
    String where();

    /// The failure for an error response.
    ///
    /// @param object id of the requested object; null for a listing or a token
    SourceException of(ErrorAnswer answer, @Nullable String object);
}
