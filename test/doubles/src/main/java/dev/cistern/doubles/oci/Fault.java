package dev.cistern.doubles.oci;

import java.util.Map;

/// What goes wrong with one answer of [StrictRegistry].
public sealed interface Fault {
    /// An error in the registry's own form.
    ///
    /// @param code such as `TOOMANYREQUESTS`
    /// @param headers besides, such as `Retry-After`
    record Error(int status, String code, String message, Map<String, String> headers)
            implements Fault {
        public Error(int status, String code, String message) {
            this(status, code, message, Map.of());
        }
    }

    /// Another answer altogether.
    record Other(int status, Map<String, String> headers, byte[] body) implements Fault {}

    /// Other headers than the true ones; an empty value leaves one out.
    record Headers(Map<String, String> headers) implements Fault {}

    /// The connection closes after so many bytes of the body.
    record Cut(int afterBytes) implements Fault {}

    /// Nothing more comes after so many bytes of the body, and the connection stays open.
    record Stall(int afterBytes) implements Fault {}

    /// One bit of the body is wrong.
    record Flip(int at) implements Fault {}

    /// The body is shorter than it should be, and the answer says that it is whole.
    record Short(int bytes) implements Fault {}

    /// The body comes in chunks, without a length.
    record Chunked() implements Fault {}
}
