package dev.cistern.doubles.gcs;

import java.util.Map;

/// What goes wrong with one answer of [StrictGcs].
public sealed interface Fault {
    /// An error in the store's own form.
    ///
    /// @param reason such as `backendError`
    /// @param headers besides, such as `Retry-After`
    record Error(int status, String reason, String message, Map<String, String> headers)
            implements Fault {}

    /// Another answer altogether.
    record Other(int status, Map<String, String> headers, String body) implements Fault {}

    /// Other headers than the true ones; an empty value leaves one out.
    record Headers(Map<String, String> headers) implements Fault {}

    /// The body comes in chunks, without a length.
    record Chunked() implements Fault {}

    /// The connection closes after so many bytes of the body.
    record Cut(int afterBytes) implements Fault {}

    /// One bit of the body is wrong.
    record Flip(int at) implements Fault {}

    /// Somebody between packs the body of an answer with bytes.
    record Packed() implements Fault {}

    /// All of the object instead of the range.
    record RangeIgnored() implements Fault {}
}
