package dev.cistern.populate.source.s3;

import dev.cistern.populate.source.rest.HmacSha256;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// AWS signature version 4 for requests without a body.
///
/// The SDK's signer computes the same signatures (a test compares them) at many times the cost: it supports any
/// request, and is set up for each one. Here the day's key is derived once, and a request costs two short hashes and an
/// HMAC with precomputed key blocks.
final class SigV4 {
    /// SHA-256 of zero bytes.
    static final String EMPTY_HASH =
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private final String region;
    private @Nullable DayKey dayKey;

    /// A derived key, valid for one day.
    private record DayKey(AwsKeys keys, String day, HmacSha256 hmac) {}

    SigV4(String region) {
        this.region = region;
    }

    /// The value of the `Authorization` header.
    ///
    /// @param path as sent, percent-encoded
    /// @param query canonical: sorted and percent-encoded; empty without one
    /// @param headers all headers to sign, `host`, `x-amz-content-sha256` and `x-amz-date` among them: names lower case and sorted,
    ///     name and value alternating
    /// @param timestamp the value of `x-amz-date`, such as `20260101T000000Z`
    String authorization(
            AwsKeys keys,
            String method,
            String path,
            String query,
            List<String> headers,
            String timestamp) {
        StringBuilder text = new StringBuilder(512);
        text.append(method).append('\n').append(path).append('\n').append(query).append('\n');
        StringBuilder names = new StringBuilder(96);
        for (int i = 0; i < headers.size(); i += 2) {
            text.append(headers.get(i)).append(':').append(headers.get(i + 1)).append('\n');
            names.append(i == 0 ? "" : ";").append(headers.get(i));
        }
        text.append('\n').append(names).append('\n').append(EMPTY_HASH);
        String day = timestamp.substring(0, 8);
        String scope = day + "/" + region + "/s3/aws4_request";
        String hash = hex(HmacSha256.hash(utf8(text.toString())));
        String toSign = "AWS4-HMAC-SHA256\n" + timestamp + "\n" + scope + "\n" + hash;
        String signature = hex(hmac(keys, day).of(utf8(toSign)));
        return "AWS4-HMAC-SHA256 Credential="
                + keys.id()
                + "/"
                + scope
                + ", SignedHeaders="
                + names
                + ", Signature="
                + signature;
    }

    private synchronized HmacSha256 hmac(AwsKeys keys, String day) {
        DayKey known = dayKey;
        if (known == null || !known.day().equals(day) || !known.keys().equals(keys)) {
            known =
                    new DayKey(
                            keys,
                            day,
                            HmacSha256.derived(
                                    "AWS4" + keys.secret(), day, region, "s3", "aws4_request"));
            dayKey = known;
        }
        return known.hmac();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static String hex(byte[] bytes) {
        return HmacSha256.hex(bytes);
    }
}
