package dev.cistern.doubles.oss;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/// Checks signatures of version 4, by the documentation; those of version 1 and 2 are refused, as new accounts have it.
final class SignatureCheck {
    private static final Duration MAX_SKEW = Duration.ofMinutes(15);
    private static final DateTimeFormatter TIMESTAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'");
    private static final String ALGORITHM = "OSS4-HMAC-SHA256 ";
    private static final Pattern CREDENTIAL =
            Pattern.compile("([^/]+)/([0-9]{8})/([^/]+)/oss/aliyun_v4_request");

    /// What the `Authorization` header says.
    ///
    /// @param additional names of headers that are signed besides
    private record Authorization(
            String keyId, String day, String region, List<String> additional, String signature) {
        /// Clients write the parts in any order, with blanks between them or without; null where one is missing or
        /// unknown.
        static @Nullable Authorization of(String header) {
            Map<String, String> parts = new TreeMap<>();
            for (String part : header.substring(ALGORITHM.length()).split(",", -1)) {
                String[] pair = part.strip().split("=", 2);
                if (pair.length < 2 || parts.put(pair[0], pair[1]) != null) {
                    return null;
                }
            }
            Matcher credential = CREDENTIAL.matcher(parts.getOrDefault("Credential", ""));
            String signature = parts.getOrDefault("Signature", "");
            String names = parts.getOrDefault("AdditionalHeaders", "");
            boolean known =
                    Set.of("Credential", "Signature", "AdditionalHeaders")
                            .containsAll(parts.keySet());
            return known && credential.matches() && signature.matches("[0-9a-f]{64}")
                    ? new Authorization(
                            credential.group(1),
                            credential.group(2),
                            credential.group(3),
                            names.isEmpty() ? List.of() : Arrays.asList(names.split(";", -1)),
                            signature)
                    : null;
        }
    }

    /// Why a request is refused.
    ///
    /// @param more elements of the error document
    record Refusal(
            int status, String code, String message, String cause, Map<String, String> more) {
        Refusal(int status, String code, String message, String cause) {
            this(status, code, message, cause, Map.of());
        }
    }

    /// What came of a request.
    ///
    /// @param key that signed it; null where nobody did
    record Verdict(Accounts.@Nullable Key key, @Nullable Refusal refusal) {
        static Verdict refused(Refusal refusal) {
            return new Verdict(null, refusal);
        }
    }

    private final Accounts accounts;

    SignatureCheck(Accounts accounts) {
        this.accounts = accounts;
    }

    /// @param resource what is signed as the path, decoded: `/`, the bucket, `/` and the key
    /// @param region of the bucket
    Verdict check(Request request, String resource, String region, Instant now) {
        String authorization = request.header("authorization");
        if (authorization.isEmpty()) {
            return new Verdict(null, null);
        }
        if (!authorization.startsWith(ALGORITHM)) {
            return Verdict.refused(
                    invalid("The signature version is not supported.", "0002-00000201"));
        }
        Authorization parts = Authorization.of(authorization);
        if (parts == null) {
            return Verdict.refused(
                    invalid("The authorization header is malformed.", "0002-00000202"));
        }
        if (!request.header("x-oss-content-sha256").equals("UNSIGNED-PAYLOAD")) {
            return Verdict.refused(
                    invalid("x-oss-content-sha256 must be UNSIGNED-PAYLOAD.", "0002-00000216"));
        }
        Refusal time = time(request.header("x-oss-date"), parts.day(), now);
        if (time != null) {
            return Verdict.refused(time);
        }
        if (!parts.region().equals(region)) {
            return Verdict.refused(
                    invalid("Invalid signing region in Authorization header.", "0002-00000225"));
        }
        Accounts.Key key = accounts.find(parts.keyId());
        Refusal ofKey = key == null ? unknown() : token(key, request, now);
        if (key == null || ofKey != null) {
            return Verdict.refused(ofKey == null ? unknown() : ofKey);
        }
        Refusal signature = signature(request, resource, parts, key);
        return signature == null ? new Verdict(key, null) : Verdict.refused(signature);
    }

    private static Refusal unknown() {
        return new Refusal(
                403,
                "InvalidAccessKeyId",
                "The OSS Access Key Id you provided does not exist in our records.",
                "0002-00000902");
    }

    private static Refusal invalid(String message, String cause) {
        return new Refusal(400, "InvalidArgument", message, cause);
    }

    private static @Nullable Refusal time(String timestamp, String day, Instant now) {
        Instant signed;
        try {
            signed = LocalDateTime.parse(timestamp, TIMESTAMP).toInstant(ZoneOffset.UTC);
        } catch (DateTimeParseException e) {
            return invalid("x-oss-date is missing or malformed.", "0002-00000217");
        }
        if (!timestamp.startsWith(day)) {
            return invalid("Invalid signing date in Authorization header.", "0002-00000224");
        }
        return Duration.between(signed, now).abs().compareTo(MAX_SKEW) <= 0
                ? null
                : new Refusal(
                        403,
                        "RequestTimeTooSkewed",
                        "The difference between the request time and the current time is too"
                                + " large.",
                        "0002-00000504",
                        Map.of(
                                "MaxAllowedSkewMilliseconds",
                                String.valueOf(MAX_SKEW.toMillis()),
                                "RequestTime",
                                timestamp,
                                "ServerTime",
                                now.toString()));
    }

    private static @Nullable Refusal token(Accounts.Key key, Request request, Instant now) {
        String given = request.header("x-oss-security-token");
        if (key.token() == null) {
            return given.isEmpty()
                    ? null
                    : new Refusal(
                            403,
                            "AccessKeyIdAndSecurityTokenNotMatch",
                            "The OSS access key id and security token you provided does not"
                                    + " match",
                            "0002-00000903");
        }
        if (given.isEmpty()) {
            return unknown();
        }
        if (!given.equals(key.token())) {
            return new Refusal(
                    403,
                    "InvalidSecurityToken",
                    "The security token you provided is invalid.",
                    "0002-00000904");
        }
        Instant expires = key.expires();
        return expires == null || now.isBefore(expires)
                ? null
                : new Refusal(
                        403,
                        "SecurityTokenExpired",
                        "The security token you provided has expired.",
                        "0002-00000905");
    }

    private static @Nullable Refusal signature(
            Request request, String resource, Authorization parts, Accounts.Key key) {
        List<String> additional = parts.additional();
        Map<String, String> signed = new TreeMap<>();
        request.headers()
                .forEach(
                        (name, value) -> {
                            if (always(name)) {
                                signed.put(name, value);
                            }
                        });
        String before = "";
        for (String name : additional) {
            if (always(name)
                    || !request.headers().containsKey(name)
                    || name.compareTo(before) <= 0) {
                return invalid(
                        "The AdditionalHeaders of the Authorization header are wrong.",
                        "0002-00000215");
            }
            before = name;
            signed.put(name, request.header(name));
        }
        StringBuilder text = new StringBuilder();
        text.append(request.method()).append('\n').append(encoded(resource, true)).append('\n');
        text.append(canonical(request.parameters())).append('\n');
        signed.forEach((name, value) -> text.append(name).append(':').append(value).append('\n'));
        text.append('\n').append(String.join(";", additional)).append("\nUNSIGNED-PAYLOAD");
        String scope = parts.day() + "/" + parts.region() + "/oss/aliyun_v4_request";
        String toSign =
                "OSS4-HMAC-SHA256\n"
                        + request.header("x-oss-date")
                        + "\n"
                        + scope
                        + "\n"
                        + hex(sha256(text.toString()));
        byte[] derived = ("aliyun_v4" + key.secret()).getBytes(StandardCharsets.UTF_8);
        for (String part : scope.split("/", -1)) {
            derived = hmac(derived, part);
        }
        return hex(hmac(derived, toSign)).equals(parts.signature())
                ? null
                : new Refusal(
                        403,
                        "SignatureDoesNotMatch",
                        "The request signature we calculated does not match the signature you"
                                + " provided. Check your key and signing method.",
                        "0002-00000040",
                        Map.of(
                                "OSSAccessKeyId",
                                key.id(),
                                "SignatureProvided",
                                parts.signature(),
                                "StringToSign",
                                toSign,
                                "CanonicalRequest",
                                text.toString()));
    }

    private static boolean always(String name) {
        return name.startsWith("x-oss-")
                || name.equals("content-type")
                || name.equals("content-md5");
    }

    /// Sorted by names; a parameter without a value has no equals sign.
    private static String canonical(Map<String, String> query) {
        TreeMap<String, String> all = new TreeMap<>();
        query.forEach((name, value) -> all.put(encoded(name, false), encoded(value, false)));
        StringBuilder text = new StringBuilder();
        all.forEach(
                (name, value) ->
                        text.append(text.isEmpty() ? "" : "&")
                                .append(name)
                                .append(value.isEmpty() ? "" : "=" + value));
        return text.toString();
    }

    /// However it was sent, what is signed is encoded in one way: clients escape a tilde or do not.
    private static String encoded(String text, boolean keepSlashes) {
        String form =
                URLEncoder.encode(text, StandardCharsets.UTF_8)
                        .replace("+", "%20")
                        .replace("*", "%2A")
                        .replace("%7E", "~");
        return keepSlashes ? form.replace("%2F", "/") : form;
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

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
