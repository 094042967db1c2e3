package dev.cistern.doubles.oss;

import java.util.Map;

/// What goes wrong with one answer of [StrictOss].
public sealed interface Fault {
    /// An error in the store's own form.
    ///
    /// @param code such as `QpsLimitExceeded`
    /// @param cause the code of the case (`EC`)
    /// @param headers besides, such as `Retry-After`
    record Error(int status, String code, String message, String cause, Map<String, String> headers)
            implements Fault {
        public Error(int status, String code, String message) {
            this(status, code, message, "0000-00000000", Map.of());
        }
    }

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

    /// All of the object instead of the range.
    record RangeIgnored() implements Fault {}
}
