package dev.cistern.doubles.azure;

import java.util.Map;

/// What [StrictAzureBlob] was asked.
///
/// @param kind of request
/// @param container its name
/// @param name of the blob; empty for a listing
/// @param query decoded
/// @param headers by lower-case name
/// @param number of this kind of request for this name, from 1
public record Asked(
        Kind kind,
        String container,
        String name,
        Map<String, String> query,
        Map<String, String> headers,
        int number) {

    /// The kinds of requests.
    public enum Kind {
        LIST,
        PROPERTIES,
        BLOB
    }
}
