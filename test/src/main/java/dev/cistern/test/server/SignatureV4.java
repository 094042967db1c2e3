package dev.cistern.test.server;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// AWS Signature Version 4 in the `Authorization` header, for requests without a body: checked and made.
public final class SignatureV4 {
    private static final Pattern AUTHORIZATION =
            Pattern.compile(
                    "AWS4-HMAC-SHA256 +Credential=([^/]+)/(\\d{8})/([^/]+)/([^/]+)/aws4_request, *"
                            + "SignedHeaders=([^,]+), *Signature=([0-9a-f]{64})");
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final String UNSIGNED = "UNSIGNED-PAYLOAD";

    private SignatureV4() {}

    /// The access key that a request names.
    public static Optional<String> accessKey(HttpHead request) {
        return request.header("authorization")
                .map(AUTHORIZATION::matcher)
                .filter(Matcher::matches)
                .map(m -> m.group(1));
    }

    /// Whether a request with a session token is signed with the secret that belongs to it.
    static boolean isSignedWith(HttpHead request, String secret) {
        return signedHeaders(request).contains("x-amz-security-token") && isSigned(request, secret);
    }

    /// Whether a request carries a signature made with this secret that covers its host and every `x-amz-` header it has.
    public static boolean isSigned(HttpHead request, String secret) {
        Matcher m = AUTHORIZATION.matcher(request.header("authorization").orElse(""));
        if (!m.matches()) {
            return false;
        }
        List<String> signed = signedHeaders(request);
        // The headers that identify the caller and the operation must be signed.
        boolean covered =
                request.headers().stream()
                        .map(header -> header.name().toLowerCase(Locale.ROOT))
                        .filter(name -> name.equals("host") || name.startsWith("x-amz-"))
                        .allMatch(signed::contains);
        if (!covered || !signed.contains("host")) {
            return false;
        }
        String expected = signature(request, signed, m.group(2), m.group(3), m.group(4), secret);
        return MessageDigest.isEqual(
                expected.getBytes(StandardCharsets.US_ASCII),
                m.group(6).getBytes(StandardCharsets.US_ASCII));
    }

    private static List<String> signedHeaders(HttpHead request) {
        Matcher m = AUTHORIZATION.matcher(request.header("authorization").orElse(""));
        return m.matches() ? Arrays.asList(m.group(5).split(";")) : List.of();
    }

    /// The same request, signed with other credentials and without a session token.
    public static HttpHead resign(
            HttpHead request, String accessKey, String secret, String region, Instant now) {
        String stamp = STAMP.format(now);
        HttpHead bare =
                request.without("authorization")
                        .without("x-amz-security-token")
                        .with("x-amz-date", stamp)
                        .with("x-amz-content-sha256", UNSIGNED);
        // A strict server requires all `x-amz-` headers to be signed.
        List<String> signed =
                bare.headers().stream()
                        .map(header -> header.name().toLowerCase(Locale.ROOT))
                        .filter(name -> name.equals("host") || name.startsWith("x-amz-"))
                        .distinct()
                        .sorted()
                        .toList();
        String day = stamp.substring(0, 8);
        String signature = signature(bare, signed, day, region, "s3", secret);
        return bare.with(
                "Authorization",
                "AWS4-HMAC-SHA256 Credential=%s/%s/%s/s3/aws4_request, SignedHeaders=%s, Signature=%s"
                        .formatted(accessKey, day, region, String.join(";", signed), signature));
    }

    private static String signature(
            HttpHead request,
            List<String> signed,
            String day,
            String region,
            String service,
            String secret) {
        var canonical =
                new StringBuilder()
                        .append(request.method())
                        .append('\n')
                        .append(request.path())
                        .append('\n')
                        .append(canonicalQuery(request.query()))
                        .append('\n');
        for (String name : signed) {
            canonical
                    .append(name.toLowerCase(Locale.ROOT))
                    .append(':')
                    .append(request.header(name).orElse("").strip().replaceAll(" +", " "))
                    .append('\n');
        }
        canonical
                .append('\n')
                .append(String.join(";", signed))
                .append('\n')
                .append(request.header("x-amz-content-sha256").orElse(UNSIGNED));
        String scope = day + "/" + region + "/" + service + "/aws4_request";
        String toSign =
                "AWS4-HMAC-SHA256\n"
                        + request.header("x-amz-date").orElse("")
                        + "\n"
                        + scope
                        + "\n"
                        + HexFormat.of().formatHex(sha256(canonical.toString()));
        byte[] key = ("AWS4" + secret).getBytes(StandardCharsets.UTF_8);
        for (String step : List.of(day, region, service, "aws4_request", toSign)) {
            key = hmac(key, step);
        }
        return HexFormat.of().formatHex(key);
    }

    private static String canonicalQuery(String query) {
        if (query.isEmpty()) {
            return "";
        }
        var parts = new ArrayList<String>();
        for (String part : query.split("&")) {
            parts.add(part.indexOf('=') < 0 ? part + "=" : part);
        }
        parts.sort(null);
        return String.join("&", parts);
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256")
                    .digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
