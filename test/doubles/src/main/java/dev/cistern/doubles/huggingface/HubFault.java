package dev.cistern.doubles.huggingface;

import java.util.Map;

/// What goes wrong with one answer of [StrictHub].
public sealed interface HubFault {
    /// An error in the Hub's own form.
    ///
    /// @param code such as `GatedRepo`; empty where there is none
    record Error(int status, String code, String message, Map<String, String> headers)
            implements HubFault {}

    /// Another answer altogether.
    record Other(int status, Map<String, String> headers, String body) implements HubFault {}

    /// Other headers than the true ones; an empty value leaves one out.
    record Headers(Map<String, String> headers) implements HubFault {}

    /// The connection closes after so many bytes of the body.
    record Cut(int afterBytes) implements HubFault {}

    /// So many bytes of the body, and an end as if they were all.
    record Short(int bytes) implements HubFault {}

    /// One bit of the body is wrong.
    record Flip(int at) implements HubFault {}

    /// All of the file instead of the range.
    record RangeIgnored() implements HubFault {}

    /// So many bytes of the body, and then nothing for a time.
    record Stall(int afterBytes, long millis) implements HubFault {}
}
