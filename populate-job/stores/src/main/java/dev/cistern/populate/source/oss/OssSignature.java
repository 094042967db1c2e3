package dev.cistern.populate.source.oss;

import dev.cistern.populate.source.oss.auth.OssKeys;
import dev.cistern.populate.source.rest.HmacSha256;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// OSS's signature version 4 (`OSS4-HMAC-SHA256`) of requests without a body.
///
/// What is always signed is the method, the path with the bucket before it, the query, `x-oss-*`, `content-type` and
/// `content-md5`. Other headers are signed where `AdditionalHeaders` names them: here those that say which bytes are
/// asked for. `host` is not among them, since proxies before private endpoints change it.
final class OssSignature {
    /// What `x-oss-content-sha256` says: the body is not signed.
    static final String UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD";

    private static final String ALGORITHM = "OSS4-HMAC-SHA256";
    private static final String SERVICE = "oss";
    private static final String TERMINATOR = "aliyun_v4_request";
    private static final List<String> ADDITIONAL = List.of("if-match", "range");

    private final String region;
    private @Nullable DayKey dayKey;

    /// A derived key that is good for one day.
    private record DayKey(String secret, String day, HmacSha256 hmac) {}

    OssSignature(String region) {
        this.region = region;
    }

    /// The value of the `Authorization` header.
    ///
    /// @param path percent-encoded, beginning with the bucket
    /// @param query percent-encoded; empty without one
    /// @param headers of the request, `x-oss-content-sha256` and `x-oss-date` among them: names lower case and sorted,
    ///     name and value alternating
    /// @param timestamp the value of `x-oss-date`, such as `20260101T000000Z`
    String authorization(
            OssKeys keys,
            String method,
            String path,
            String query,
            List<String> headers,
            String timestamp) {
        StringBuilder text = new StringBuilder(512);
        text.append(method).append('\n').append(path).append('\n');
        text.append(canonical(query)).append('\n');
        StringBuilder additional = new StringBuilder(16);
        for (int i = 0; i < headers.size(); i += 2) {
            String name = headers.get(i);
            boolean named = ADDITIONAL.contains(name);
            if (named || isSigned(name)) {
                text.append(name).append(':').append(headers.get(i + 1).strip()).append('\n');
            }
            if (named) {
                additional.append(additional.isEmpty() ? "" : ";").append(name);
            }
        }
        text.append('\n').append(additional).append('\n').append(UNSIGNED_PAYLOAD);
        String day = timestamp.substring(0, 8);
        String scope = day + "/" + region + "/" + SERVICE + "/" + TERMINATOR;
        String hash = HmacSha256.hex(HmacSha256.hash(utf8(text.toString())));
        String toSign = ALGORITHM + "\n" + timestamp + "\n" + scope + "\n" + hash;
        return ALGORITHM
                + " Credential="
                + keys.id()
                + "/"
                + scope
                + (additional.isEmpty() ? "" : ",AdditionalHeaders=" + additional)
                + ",Signature="
                + HmacSha256.hex(hmac(keys.secret(), day).of(utf8(toSign)));
    }

    private static boolean isSigned(String name) {
        return name.startsWith("x-oss-")
                || name.equals("content-type")
                || name.equals("content-md5");
    }

    /// Sorted by name; a parameter without a value is its name alone.
    private static String canonical(String query) {
        if (query.isEmpty()) {
            return query;
        }
        String[] parameters = query.split("&", -1);
        for (int i = 0; i < parameters.length; i++) {
            if (parameters[i].endsWith("=")) {
                parameters[i] = parameters[i].substring(0, parameters[i].length() - 1);
            }
        }
        Arrays.sort(parameters, Comparator.comparing(OssSignature::name));
        return String.join("&", parameters);
    }

    private static String name(String parameter) {
        int equals = parameter.indexOf('=');
        return equals < 0 ? parameter : parameter.substring(0, equals);
    }

    private synchronized HmacSha256 hmac(String secret, String day) {
        DayKey known = dayKey;
        if (known == null || !known.day().equals(day) || !known.secret().equals(secret)) {
            known =
                    new DayKey(
                            secret,
                            day,
                            HmacSha256.derived(
                                    "aliyun_v4" + secret, day, region, SERVICE, TERMINATOR));
            dayKey = known;
        }
        return known.hmac();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
