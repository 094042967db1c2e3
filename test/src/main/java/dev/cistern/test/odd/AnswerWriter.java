package dev.cistern.test.odd;

import static dev.cistern.test.odd.Quirk.*;

import dev.cistern.test.server.HttpHead;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/// Writes responses.
final class AnswerWriter {
    private static final int PIECE = 64 << 10;

    private final Set<Quirk> quirks;
    private final AtomicLong bodyBytes;

    /// @param bodyBytes counts the body bytes sent
    AnswerWriter(Set<Quirk> quirks, AtomicLong bodyBytes) {
        this.quirks = quirks;
        this.bodyBytes = bodyBytes;
    }

    /// @param head whether only the head is sent
    /// @param now the store's time
    /// @return whether the connection can be used again
    boolean write(OutputStream out, Answer answer, boolean head, Instant now)
            throws IOException, InterruptedException {
        Answer sent = quirks.contains(NO_DATE) ? answer : answer.with("Date", date(now));
        boolean closes =
                answer.framing() == Answer.Framing.UNTIL_CLOSE
                        || quirks.contains(CLOSES_EACH)
                        || quirks.contains(CLOSES_SILENTLY);
        if (closes && !quirks.contains(CLOSES_SILENTLY)) {
            sent = sent.with("Connection", "close");
        }
        sent = withFraming(sent);
        if (quirks.contains(HEADERS_TWICE)) {
            sent = sent.doubled(List.of("content-length", "date", "etag"));
        }
        pause(sent.pace().delayMillis());
        out.write(preface());
        out.write(headBytes(sent));
        if (!head && !writeBody(out, sent)) {
            return false;
        }
        out.flush();
        return !closes;
    }

    private static Answer withFraming(Answer answer) {
        return switch (answer.framing()) {
            case LENGTH -> answer.with("Content-Length", String.valueOf(answer.body().length));
            case LENGTH_ZERO -> answer.with("Content-Length", "0");
            case CHUNKED, CHUNKED_ODDLY -> answer.with("Transfer-Encoding", "chunked");
            case UNTIL_CLOSE, NONE -> answer;
        };
    }

    private byte[] preface() {
        String text = "";
        if (quirks.contains(CONTINUES_UNASKED)) {
            text += "HTTP/1.1 100 Continue\r\n\r\n";
        }
        if (quirks.contains(EARLY_HINTS)) {
            text += "HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n";
        }
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private byte[] headBytes(Answer answer) {
        StringBuilder text = new StringBuilder(512).append("HTTP/1.1 ").append(answer.status());
        if (!quirks.contains(STATUS_WITHOUT_REASON)) {
            text.append(" As It Is");
        }
        text.append("\r\n");
        for (HttpHead.Header header : answer.headers()) {
            boolean small = quirks.contains(LOWER_CASE_HEADERS);
            text.append(small ? header.name().toLowerCase(Locale.ROOT) : header.name());
            text.append(small ? ":" : ": ").append(header.value()).append("\r\n");
        }
        String whole = text.append("\r\n").toString();
        return (quirks.contains(LINE_FEEDS_ALONE) ? whole.replace("\r", "") : whole)
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    private boolean writeBody(OutputStream out, Answer answer)
            throws IOException, InterruptedException {
        byte[] body = answer.body();
        int end = answer.cutAfter() < 0 ? body.length : Math.min(body.length, answer.cutAfter());
        boolean odd = answer.framing() == Answer.Framing.CHUNKED_ODDLY;
        boolean chunked = odd || answer.framing() == Answer.Framing.CHUNKED;
        int rate = answer.pace().bytesPerSecond();
        int piece = rate == 0 ? PIECE : rate;
        for (int at = 0; at < end; at += piece) {
            int n = Math.min(piece, end - at);
            if (chunked) {
                String size = Integer.toHexString(n);
                ascii(
                        out,
                        (odd ? "00" + size.toUpperCase(Locale.ROOT) + " ; a=\"b\"" : size)
                                + "\r\n");
            }
            out.write(body, at, n);
            if (chunked) {
                ascii(out, "\r\n");
            }
            bodyBytes.addAndGet(n);
            if (rate > 0) {
                out.flush();
                pause(1000);
            }
        }
        if (chunked && end == body.length) {
            ascii(
                    out,
                    odd ? "0;last\r\nX-Trailer: 1\r\nServer-Timing: x;dur=3\r\n\r\n" : "0\r\n\r\n");
        }
        out.flush();
        return end == body.length;
    }

    private static void ascii(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static void pause(long millis) throws InterruptedException {
        if (millis > 0) {
            Thread.sleep(millis);
        }
    }

    private static String date(Instant now) {
        return DateTimeFormatter.RFC_1123_DATE_TIME.format(now.atOffset(ZoneOffset.UTC));
    }
}
