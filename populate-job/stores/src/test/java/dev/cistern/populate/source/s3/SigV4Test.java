package dev.cistern.populate.source.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.populate.source.rest.HttpDates;
import dev.cistern.populate.source.rest.SigningTimestamp;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4FamilyHttpSigner;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.AwsSessionCredentialsIdentity;

class SigV4Test {
    private static final Instant NOW = Instant.parse("2026-03-04T05:06:07Z");

    @Test
    void signaturesAreThoseOfTheSdk() {
        AwsKeys plain = new AwsKeys("AKIDEXAMPLE", "secret/with+signs=", null);
        AwsKeys temporary = new AwsKeys("ASIAEXAMPLE", "s".repeat(80), "token/with+signs==");
        for (AwsKeys keys : List.of(plain, temporary)) {
            for (String key :
                    List.of(
                            "a",
                            "models/x y/ü+%20.bin",
                            "a&b=c;d/~!*()'",
                            "deep/".repeat(50) + "x")) {
                S3Location location =
                        S3Location.of("http://store.example:9000", "eu-x-1", "bucket", true);
                String path = location.objectPath(key);
                same(keys, "GET", path, "", Map.of("range", "bytes=0-1", "if-match", "\"e\""));
                same(keys, "HEAD", path, "partNumber=1", Map.of("x-amz-checksum-mode", "ENABLED"));
            }
            same(
                    keys,
                    "GET",
                    "/bucket/",
                    "continuation-token=a%2Fb%3D&encoding-type=url&list-type=2&prefix=x%20y%2F",
                    Map.of());
        }
    }

    private static void same(
            AwsKeys keys, String method, String path, String query, Map<String, String> more) {
        TreeMap<String, String> headers = new TreeMap<>(more);
        headers.put("host", "store.example:9000");
        SdkHttpRequest.Builder request =
                SdkHttpRequest.builder()
                        .method(SdkHttpMethod.fromValue(method))
                        .uri(
                                URI.create(
                                        "http://store.example:9000"
                                                + path
                                                + (query.isEmpty() ? "" : "?" + query)));
        headers.forEach(request::putHeader);
        AwsCredentialsIdentity identity =
                keys.sessionToken() == null
                        ? AwsCredentialsIdentity.create(keys.id(), keys.secret())
                        : AwsSessionCredentialsIdentity.create(
                                keys.id(), keys.secret(), keys.sessionToken());
        SdkHttpRequest signed =
                AwsV4HttpSigner.create()
                        .sign(
                                r ->
                                        r.identity(identity)
                                                .request(request.build())
                                                .putProperty(AwsV4HttpSigner.REGION_NAME, "eu-x-1")
                                                .putProperty(
                                                        AwsV4FamilyHttpSigner.SERVICE_SIGNING_NAME,
                                                        "s3")
                                                .putProperty(
                                                        AwsV4FamilyHttpSigner.DOUBLE_URL_ENCODE,
                                                        false)
                                                .putProperty(
                                                        AwsV4FamilyHttpSigner.NORMALIZE_PATH, false)
                                                .putProperty(
                                                        HttpSigner.SIGNING_CLOCK,
                                                        Clock.fixed(NOW, ZoneOffset.UTC)))
                        .request();
        headers.put("x-amz-content-sha256", SigV4.EMPTY_HASH);
        headers.put("x-amz-date", SigningTimestamp.text(NOW.getEpochSecond()));
        if (keys.sessionToken() != null) {
            headers.put("x-amz-security-token", keys.sessionToken());
        }
        List<String> list = new ArrayList<>();
        headers.forEach(
                (name, value) -> {
                    list.add(name);
                    list.add(value);
                });
        SigV4 signer = new SigV4("eu-x-1");
        assertThat(
                        signer.authorization(
                                keys,
                                method,
                                path,
                                query,
                                list,
                                SigningTimestamp.text(NOW.getEpochSecond())))
                .isEqualTo(signed.firstMatchingHeader("Authorization").orElseThrow());
    }

    @Test
    void timesAreReadAndWrittenAsTheJdkDoes() {
        for (long second = 0; second < 4_000_000_000L; second += 86_400L * 29 + 12_345) {
            Instant instant = Instant.ofEpochSecond(second);
            String listed = instant.plusMillis(7).toString();
            String header =
                    java.time.format.DateTimeFormatter.ofPattern(
                                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", java.util.Locale.US)
                            .format(instant.atOffset(ZoneOffset.UTC));
            assertThat(HttpDates.millis(listed)).isEqualTo(second * 1000 + 7);
            assertThat(HttpDates.millis(instant.toString())).isEqualTo(second * 1000);
            assertThat(HttpDates.millis(header)).isEqualTo(second * 1000);
            assertThat(SigningTimestamp.text(second))
                    .isEqualTo(instant.toString().replaceAll("[-:]", ""));
        }
    }
}
