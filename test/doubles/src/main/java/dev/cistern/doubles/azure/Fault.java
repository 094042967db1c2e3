package dev.cistern.doubles.azure;

import java.util.Map;

/// What goes wrong with one answer of [StrictAzureBlob].
public sealed interface Fault {
    /// An error in the store's own form.
    ///
    /// @param code such as `ServerBusy`
    /// @param headers besides, such as `Retry-After`
    record Error(int status, String code, String message, Map<String, String> headers)
            implements Fault {}

    /// Another answer altogether.
    record Other(int status, Map<String, String> headers, String body) implements Fault {}

    /// Other headers than the true ones; an empty value leaves one out.
    record Headers(Map<String, String> headers) implements Fault {}

    /// The body comes in chunks, without a length.
    record Chunked() implements Fault {}

    /// The connection closes after so many bytes of the body.
    record Cut(int afterBytes) implements Fault {}

    /// After so many bytes of the body nothing comes any more, for so long; then the connection closes.
    record Stall(int afterBytes, long millis) implements Fault {}

    /// One bit of the body is wrong.
    record Flip(int at) implements Fault {}

    /// All of the blob instead of the range.
    record RangeIgnored() implements Fault {}
}
