package dev.cistern.test.odd;

import dev.cistern.test.server.HttpHead;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// The response to one request.
///
/// @param headers without those of the framing
/// @param body of the response to a GET
/// @param framing how the end of the body is marked
/// @param pace of the body
/// @param cutAfter the connection closes after so many bytes of the body; -1 for never
record Answer(
        int status,
        List<HttpHead.Header> headers,
        byte[] body,
        Framing framing,
        Pace pace,
        int cutAfter) {

    /// How the end of a response is marked.
    enum Framing {
        LENGTH,
        LENGTH_ZERO,
        CHUNKED,
        CHUNKED_ODDLY,
        UNTIL_CLOSE,
        NONE
    }

    /// @param delayMillis before the body
    /// @param bytesPerSecond 0 for no limit
    record Pace(long delayMillis, int bytesPerSecond) {
        static final Pace FAST = new Pace(0, 0);
    }

    Answer {
        headers = List.copyOf(headers);
    }

    static Answer of(int status, byte[] body) {
        return new Answer(status, List.of(), body, Framing.LENGTH, Pace.FAST, -1);
    }

    /// An error document.
    static Answer error(int status, String code, String message) {
        return error(status, code, message, "");
    }

    /// @param more elements of the document
    static Answer error(int status, String code, String message, String more) {
        String text =
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>%s</Code><Message>%s</Message>%s<RequestId>1</RequestId></Error>"
                        .formatted(code, message, more);
        return of(status, text.getBytes(StandardCharsets.UTF_8))
                .with("Content-Type", "application/xml");
    }

    Answer with(String name, String value) {
        List<HttpHead.Header> more = new ArrayList<>(headers);
        more.removeIf(header -> header.name().equalsIgnoreCase(name));
        more.add(new HttpHead.Header(name, value));
        return new Answer(status, more, body, framing, pace, cutAfter);
    }

    Answer without(String name) {
        return new Answer(
                status,
                headers.stream().filter(header -> !header.name().equalsIgnoreCase(name)).toList(),
                body,
                framing,
                pace,
                cutAfter);
    }

    Answer framed(Framing other) {
        return new Answer(status, headers, body, other, pace, cutAfter);
    }

    Answer paced(Pace other) {
        return new Answer(status, headers, body, framing, other, cutAfter);
    }

    Answer withBody(byte[] other) {
        return new Answer(status, headers, other, framing, pace, cutAfter);
    }

    Answer withStatus(int other) {
        return new Answer(other, headers, body, framing, pace, cutAfter);
    }

    Answer cut(int after) {
        return new Answer(status, headers, body, framing, pace, after);
    }

    /// Each header twice, where `name` is one of them.
    Answer doubled(List<String> names) {
        List<HttpHead.Header> more = new ArrayList<>(headers);
        for (HttpHead.Header header : headers) {
            if (names.contains(header.name().toLowerCase(Locale.ROOT))) {
                more.add(header);
            }
        }
        return new Answer(status, more, body, framing, pace, cutAfter);
    }
}
