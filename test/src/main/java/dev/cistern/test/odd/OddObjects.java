package dev.cistern.test.odd;

import static dev.cistern.test.odd.Quirk.*;

import dev.cistern.test.odd.Answer.Framing;
import dev.cistern.test.odd.Answer.Pace;
import dev.cistern.test.server.HttpHead;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.GZIPInputStream;

/// Responses to HEAD and GET of one object.
final class OddObjects {
    private static final long LATE_MILLIS = 25_000;

    private final Set<Quirk> quirks;
    private final AtomicBoolean crawled = new AtomicBoolean();
    private final AtomicLong versions = new AtomicLong();

    OddObjects(Set<Quirk> quirks) {
        this.quirks = quirks;
    }

    private boolean any(Quirk... some) {
        return Arrays.stream(some).anyMatch(quirks::contains);
    }

    /// @param number of this request for this object, from 1
    Answer answer(HttpHead request, StoredObject object, Map<String, String> query, int number) {
        Answer refused = refusal(request, query, number);
        if (refused != null) {
            return refused;
        }
        boolean head = request.method().equals("HEAD");
        Answer answer = dated(named(found(request, object, query), object, head));
        if (request.header("x-amz-checksum-mode").orElse("").equals("ENABLED")
                && request.header("range").isEmpty()) {
            if (any(CHECKSUM_GARBAGE)) {
                answer = answer.with("x-amz-checksum-crc32c", "not a checksum");
            }
            if (any(CHECKSUM_OF_PARTS_UNMARKED) && object.parts().size() > 1) {
                answer =
                        answer.with("x-amz-checksum-crc32c", object.checksumOfParts())
                                .with("x-amz-checksum-type", "COMPOSITE");
            }
        } else {
            for (HttpHead.Header header : answer.headers()) {
                if (header.name().startsWith("x-amz-checksum-")) {
                    answer = answer.without(header.name());
                }
            }
        }
        return head ? head(answer) : body(answer, object, request, number);
    }

    private @org.jspecify.annotations.Nullable Answer refusal(
            HttpHead request, Map<String, String> query, int number) {
        boolean head = request.method().equals("HEAD");
        if (head && any(HEAD_NOT_ALLOWED)) {
            return Answer.error(405, "MethodNotAllowed", "The specified method is not allowed.");
        }
        if (head && any(HEAD_FORBIDDEN)) {
            return Answer.error(403, "AccessDenied", "Access Denied");
        }
        if (query.containsKey("partNumber") && any(REFUSES_PART_NUMBER)) {
            return Answer.error(501, "NotImplemented", "partNumber is not implemented");
        }
        if (request.header("if-match").isPresent()) {
            if (any(IF_MATCH_NOT_IMPLEMENTED)) {
                return Answer.error(
                        501,
                        "NotImplemented",
                        "A header you provided implies functionality that is not implemented.",
                        "<Header>If-Match</Header>");
            }
            if (any(REFUSES_OWN_ETAG, WEAK_ETAGS)) {
                return Answer.error(
                        412,
                        "PreconditionFailed",
                        "At least one of the pre-conditions you specified did not hold");
            }
        }
        return number == 1 ? FirstRequestErrors.of(quirks) : null;
    }

    /// The object's bytes or a part of them, per the specification except for ranges.
    private Answer found(HttpHead request, StoredObject object, Map<String, String> query) {
        byte[] all = object.bytes();
        String condition = request.header("if-match").orElse("*");
        if (!condition.equals("*")
                && !any(ETAG_NEW_EACH_TIME, ETAG_OTHER_IN_GET)
                && !bare(condition).equals(bare(shownETag(quirks, object.etag())))) {
            return Answer.error(412, "PreconditionFailed", "the object has another ETag");
        }
        String part = query.get("partNumber");
        if (part != null && !any(IGNORES_PART_NUMBER)) {
            int number = Integer.parseInt(part);
            if (number < 1 || number > object.parts().size()) {
                return Answer.error(
                        416, "InvalidPartNumber", "The requested partnumber is not satisfiable");
            }
            int from = object.parts().subList(0, number - 1).stream().mapToInt(i -> i).sum();
            return range(object, from, from + object.parts().get(number - 1))
                    .with("x-amz-mp-parts-count", String.valueOf(object.parts().size()));
        }
        String range = request.header("range").orElse("");
        if (!range.isEmpty() && !any(IGNORES_RANGE)) {
            int dash = range.indexOf('-');
            long from = Long.parseLong(range.substring(6, dash));
            String last = range.substring(dash + 1);
            long to = last.isEmpty() ? all.length : Math.min(all.length, Long.parseLong(last) + 1);
            if (from >= all.length) {
                return Answer.error(416, "InvalidRange", "The requested range is not satisfiable")
                        .with("Content-Range", "bytes */" + all.length);
            }
            return range(object, (int) from, (int) to);
        }
        return any(PARTIAL_FOR_WHOLE) && all.length > 0 && !request.method().equals("HEAD")
                ? range(object, 0, all.length)
                : Answer.of(200, all);
    }

    private Answer range(StoredObject object, int from, int to) {
        String total = any(RANGE_TOTAL_UNKNOWN) ? "*" : String.valueOf(object.bytes().length);
        return Answer.of(206, Arrays.copyOfRange(object.bytes(), from, to))
                .with("Content-Range", "bytes " + from + "-" + (to - 1) + "/" + total);
    }

    private Answer named(Answer answer, StoredObject object, boolean head) {
        if (answer.status() >= 300) {
            return answer;
        }
        Answer named =
                answer.with("Content-Type", "application/octet-stream")
                        .with("Accept-Ranges", "bytes");
        for (Map.Entry<String, String> header : object.headers().entrySet()) {
            named = named.with(header.getKey(), header.getValue());
        }
        if (any(LABELS_AWS_CHUNKED)) {
            named = named.with("Content-Encoding", "aws-chunked");
        }
        if (head ? any(HEAD_WITHOUT_ETAG) : any(GET_WITHOUT_ETAG)) {
            return named;
        }
        String etag = object.etag();
        if (any(ETAG_NEW_EACH_TIME)) {
            etag = "v" + versions.incrementAndGet();
        } else if (!head && any(ETAG_OTHER_IN_GET)) {
            etag = "other-" + etag;
        }
        return named.with("ETag", shownETag(quirks, etag));
    }

    private Answer dated(Answer answer) {
        if (answer.status() >= 300 || any(DATE_MISSING)) {
            return answer;
        }
        String date = "Fri, 02 Jan 2026 03:04:05 GMT";
        if (any(DATE_RFC_850)) {
            date = "Friday, 02-Jan-26 03:04:05 GMT";
        } else if (any(DATE_ASCTIME)) {
            date = "Fri Jan  2 03:04:05 2026";
        } else if (any(DATE_ISO)) {
            date = "2026-01-02T03:04:05.678Z";
        } else if (any(DATE_ZONE)) {
            date = "Fri, 02 Jan 2026 03:04:05 +0000";
        } else if (any(DATE_GARBAGE)) {
            date = "yesterday";
        }
        return answer.with("Last-Modified", date);
    }

    private Answer head(Answer answer) {
        if (answer.status() >= 300) {
            return answer;
        }
        if (any(HEAD_WITHOUT_LENGTH)) {
            return answer.framed(Framing.NONE);
        }
        if (any(HEAD_CHUNKED)) {
            return answer.framed(Framing.CHUNKED);
        }
        return any(HEAD_LENGTH_ZERO) ? answer.framed(Framing.LENGTH_ZERO) : answer;
    }

    private Answer body(Answer answer, StoredObject object, HttpHead request, int number) {
        if (answer.status() >= 300) {
            return answer;
        }
        Answer sent = answer;
        if (any(ERROR_IN_200)) {
            sent = sent.withBody(error("AccessDenied", "Access Denied", object.bytes().length));
        } else if (number == 1 && any(ERROR_IN_200_ONCE)) {
            String message = "We encountered an internal error. Please try again.";
            sent = sent.withBody(error("InternalError", message, object.bytes().length));
        }
        if (any(FLIPS_A_BYTE) || (number == 1 && any(FLIPS_A_BYTE_ONCE))) {
            byte[] wrong = sent.body().clone();
            wrong[wrong.length / 2] ^= 1;
            sent = sent.withBody(wrong);
        }
        if (any(LENGTH_OTHER_THAN_LISTED)) {
            sent = sent.withBody(Arrays.copyOf(sent.body(), sent.body().length + 1));
        }
        if (any(UNPACKS_GZIP)
                && object.headers().getOrDefault("Content-Encoding", "").equals("gzip")
                && !request.header("accept-encoding").orElse("").contains("gzip")) {
            sent = unpacked(sent, object);
        }
        if (any(RESETS_HALF_WAY_ONCE) && number == 1) {
            sent = sent.cut(sent.body().length / 2);
        }
        return framed(sent);
    }

    private Answer framed(Answer answer) {
        Answer sent = answer;
        if (any(GET_CHUNKED)) {
            sent = sent.framed(Framing.CHUNKED);
        } else if (any(CHUNKS_WITH_EXTENSIONS)) {
            sent = sent.framed(Framing.CHUNKED_ODDLY);
        } else if (any(GET_UNTIL_CLOSE)) {
            sent = sent.framed(Framing.UNTIL_CLOSE);
        }
        if (any(CRAWLS) && crawled.compareAndSet(false, true)) {
            sent = sent.paced(new Pace(0, 1));
        }
        return any(FIRST_BYTE_LATE) ? sent.paced(new Pace(LATE_MILLIS, 0)) : sent;
    }

    /// The response of Google's decompressive transcoding: the whole object, whatever the range.
    private static Answer unpacked(Answer answer, StoredObject object) {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(object.bytes()))) {
            return answer.withStatus(200)
                    .without("Content-Range")
                    .without("Content-Encoding")
                    .with("Vary", "Accept-Encoding")
                    .with("Warning", "214 UploadServer gunzipped")
                    .withBody(in.readAllBytes())
                    .framed(Framing.CHUNKED);
        } catch (IOException e) {
            throw new UncheckedIOException(object.key(), e);
        }
    }

    /// An error document of exactly this length.
    private static byte[] error(String code, String message, int length) {
        byte[] text = Answer.error(0, code, message).body();
        byte[] padded = Arrays.copyOf(text, length);
        Arrays.fill(padded, Math.min(text.length, length), length, (byte) ' ');
        return padded;
    }

    /// An ETag in this store's form.
    static String shownETag(Set<Quirk> quirks, String etag) {
        String text =
                quirks.contains(ETAGS_UPPER_CASE) ? etag.toUpperCase(java.util.Locale.ROOT) : etag;
        String quoted = quirks.contains(ETAGS_UNQUOTED) ? text : "\"" + text + "\"";
        return quirks.contains(WEAK_ETAGS) ? "W/" + quoted : quoted;
    }

    private static String bare(String etag) {
        return etag.replace("W/", "").replace("\"", "");
    }
}
