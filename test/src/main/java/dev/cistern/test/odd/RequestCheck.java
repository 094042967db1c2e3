package dev.cistern.test.odd;

import dev.cistern.test.server.HttpHead;
import dev.cistern.test.server.SignatureV4;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Validates requests as a strict store does: HTTP/1.1, S3's read operations, signature.
final class RequestCheck {
    private static final Duration SKEW = Duration.ofMinutes(15);
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT);
    private static final Pattern RANGE = Pattern.compile("bytes=(\\d{1,18})-(\\d{0,18})");
    private static final Pattern SCOPE =
            Pattern.compile("Credential=[^/]+/\\d{8}/([^/]+)/s3/aws4_request");
    private static final Set<String> PARAMETERS =
            Set.of(
                    "list-type",
                    "prefix",
                    "continuation-token",
                    "start-after",
                    "marker",
                    "encoding-type",
                    "max-keys",
                    "delimiter",
                    "fetch-owner",
                    "partNumber",
                    "versionId",
                    "location");

    private RequestCheck() {}

    /// What is invalid in a request; empty when nothing is. A correct client never causes one.
    static Optional<String> malformed(HttpHead request) {
        if (!request.firstLine().endsWith(" HTTP/1.1")) {
            return Optional.of("request line: " + request.firstLine());
        }
        if (!Set.of("GET", "HEAD").contains(request.method())) {
            return Optional.of("method " + request.method());
        }
        if (request.header("host").orElse("").isEmpty()) {
            return Optional.of("no Host");
        }
        if (request.chunked() || !request.header("content-length").orElse("0").equals("0")) {
            return Optional.of("a body");
        }
        Set<String> seen = new HashSet<>();
        for (HttpHead.Header header : request.headers()) {
            if (!seen.add(header.name().toLowerCase(Locale.ROOT))) {
                return Optional.of("header twice: " + header.name());
            }
        }
        return malformedHeaders(request).or(() -> malformedTarget(request));
    }

    private static Optional<String> malformedHeaders(HttpHead request) {
        String condition = request.header("if-match").orElse("*");
        boolean quoted = condition.matches("\"[\\x21\\x23-\\x7e]*\"");
        if (!quoted && !condition.matches("\\*|[\\x21\\x23-\\x2b\\x2d-\\x7e&&[^/]]+")) {
            return Optional.of("If-Match: " + condition);
        }
        String range = request.header("range").orElse("bytes=0-");
        Matcher m = RANGE.matcher(range);
        if (!m.matches()
                || (!m.group(2).isEmpty()
                        && Long.parseLong(m.group(1)) > Long.parseLong(m.group(2)))) {
            return Optional.of("Range: " + range);
        }
        return Optional.empty();
    }

    private static Optional<String> malformedTarget(HttpHead request) {
        String bare = request.path().replaceAll("%[0-9A-F]{2}", "");
        if (!bare.matches("/[A-Za-z0-9._~/-]*")) {
            return Optional.of("path not encoded as AWS wants it: " + request.path());
        }
        try {
            decoded(request.path());
            for (String name : query(request).keySet()) {
                if (!PARAMETERS.contains(name)) {
                    return Optional.of("query parameter " + name);
                }
            }
        } catch (IllegalArgumentException e) {
            return Optional.of(e.getMessage() + ": " + request.target());
        }
        return Optional.empty();
    }

    /// The decoded parameters of a request's query.
    ///
    /// @throws IllegalArgumentException when they cannot be decoded, or one comes twice
    static Map<String, String> query(HttpHead request) {
        Map<String, String> query = new TreeMap<>();
        if (request.query().isEmpty()) {
            return query;
        }
        for (String part : request.query().split("&", -1)) {
            int equals = part.indexOf('=');
            String name = decoded(equals < 0 ? part : part.substring(0, equals));
            if (query.put(name, equals < 0 ? "" : decoded(part.substring(equals + 1))) != null) {
                throw new IllegalArgumentException("parameter twice");
            }
        }
        return query;
    }

    /// Undoes percent-encoding.
    ///
    /// @throws IllegalArgumentException when what comes out is not UTF-8
    static String decoded(String text) {
        ByteBuffer bytes = ByteBuffer.allocate(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '%') {
                if (i + 2 >= text.length()) {
                    throw new IllegalArgumentException("cut percent-encoding");
                }
                bytes.put((byte) Integer.parseInt(text, i + 1, i + 3, 16));
                i += 2;
            } else {
                bytes.put((byte) c);
            }
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("not UTF-8", e);
        }
    }

    /// The region that a request is signed for.
    static String region(HttpHead request) {
        Matcher m = SCOPE.matcher(request.header("authorization").orElse(""));
        return m.find() ? m.group(1) : "";
    }

    /// The error response to an incorrectly signed request; empty when it is correct.
    static Optional<Answer> unsigned(HttpHead request, String key, String secret, Instant now) {
        if (request.header("authorization").isEmpty()) {
            return Optional.of(Answer.error(403, "AccessDenied", "Access Denied"));
        }
        if (!SignatureV4.accessKey(request).orElse("").equals(key)) {
            return Optional.of(
                    Answer.error(403, "InvalidAccessKeyId", "The access key does not exist."));
        }
        try {
            Instant signed =
                    LocalDateTime.parse(request.header("x-amz-date").orElse(""), STAMP)
                            .toInstant(ZoneOffset.UTC);
            if (Duration.between(signed, now).abs().compareTo(SKEW) > 0) {
                return Optional.of(
                        Answer.error(
                                403,
                                "RequestTimeTooSkewed",
                                "The difference between the request time and the current time is"
                                        + " too large.",
                                "<ServerTime>" + now + "</ServerTime>"));
            }
        } catch (DateTimeException e) {
            return Optional.of(Answer.error(403, "AccessDenied", "no x-amz-date"));
        }
        return SignatureV4.isSigned(request, secret)
                ? Optional.empty()
                : Optional.of(
                        Answer.error(403, "SignatureDoesNotMatch", "Check your key and method."));
    }
}
