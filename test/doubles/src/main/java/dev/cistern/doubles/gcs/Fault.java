package dev.cistern.doubles.gcs;

import java.util.Map;

/// A fault in one response of [StrictGcs].
public sealed interface Fault {
    /// An error in the store's form.
    ///
    /// @param reason such as `backendError`
    /// @param headers additional ones, such as `Retry-After`
    record Error(int status, String reason, String message, Map<String, String> headers)
            implements Fault {}

    /// A different response.
    record Other(int status, Map<String, String> headers, String body) implements Fault {}

    /// Replaces headers; an empty value removes one.
    record Headers(Map<String, String> headers) implements Fault {}

    /// The body is chunked, without a length.
    record Chunked() implements Fault {}

    /// The connection closes after so many bytes of the body.
    record Cut(int afterBytes) implements Fault {}

    /// Flips one bit of the body.
    record Flip(int at) implements Fault {}

    /// A proxy compresses the body.
    record Packed() implements Fault {}

    /// The whole object instead of the range.
    record RangeIgnored() implements Fault {}
}
