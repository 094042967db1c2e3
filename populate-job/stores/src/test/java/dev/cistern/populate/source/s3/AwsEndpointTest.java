package dev.cistern.populate.source.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.populate.wire.S3Bucket;
import dev.cistern.populate.wire.S3Options;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.awscore.endpoints.AwsEndpointAttribute;
import software.amazon.awssdk.awscore.endpoints.authscheme.SigV4AuthScheme;
import software.amazon.awssdk.endpoints.Endpoint;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.endpoints.S3EndpointProvider;

/// The same URL and the same signing region as the SDK, for the same settings.
class AwsEndpointTest {
    private static final String POINT = ":123456789012:accesspoint/models";

    /// What is set.
    record Settings(
            String region,
            String bucket,
            boolean pathStyle,
            boolean dualStack,
            boolean fips,
            @Nullable String endpoint) {}

    static List<Settings> everything() {
        List<Settings> all = new ArrayList<>();
        for (String region :
                List.of(
                        "us-east-1",
                        "eu-west-3",
                        "ap-southeast-7",
                        "mx-central-1",
                        "cn-north-1",
                        "cn-northwest-1",
                        "us-gov-west-1",
                        "eusc-de-east-1",
                        "us-iso-east-1",
                        "us-isob-east-1",
                        "eu-isoe-west-1",
                        "us-isof-south-1",
                        "moon-base-9")) {
            for (String bucket :
                    List.of(
                            "models",
                            "my.models.2026",
                            "My_Old_Bucket",
                            "Models",
                            "a1b2c3-point-s3alias",
                            "a".repeat(63),
                            arn(region))) {
                for (int bits = 0; bits < 8; bits++) {
                    boolean pathStyle = (bits & 1) != 0;
                    if (pathStyle && bucket.startsWith("arn:")) {
                        continue;
                    }
                    all.add(
                            new Settings(
                                    region,
                                    bucket,
                                    pathStyle,
                                    (bits & 2) != 0,
                                    (bits & 4) != 0,
                                    null));
                }
                for (String endpoint :
                        List.of(
                                "https://bucket.vpce-0123-abcd.s3.us-west-2.vpce.amazonaws.com",
                                "https://accesspoint.vpce-0123-abcd.s3.us-west-2.vpce.amazonaws.com",
                                "https://s3.store.example:9443",
                                "http://s3.store.example",
                                "http://10.0.0.1:9000",
                                "https://account.r2.cloudflarestorage.com",
                                "https://store.example/gateway/s3")) {
                    // Names before an address are none, though the SDK writes them where the bucket
                    // has dots.
                    if (bucket.contains(".") && endpoint.contains("//10.")) {
                        continue;
                    }
                    if (!bucket.startsWith("arn:") || endpoint.contains("//accesspoint.")) {
                        all.add(new Settings(region, bucket, false, false, false, endpoint));
                    }
                    if (!bucket.startsWith("arn:")) {
                        all.add(new Settings(region, bucket, true, false, false, endpoint));
                    }
                }
            }
        }
        return all;
    }

    private static String arn(String region) {
        String partition =
                region.startsWith("cn-")
                        ? "aws-cn"
                        : region.startsWith("us-gov-")
                                ? "aws-us-gov"
                                : region.startsWith("eusc-")
                                        ? "aws-eusc"
                                        : region.startsWith("us-iso-")
                                                ? "aws-iso"
                                                : region.startsWith("us-isob-")
                                                        ? "aws-iso-b"
                                                        : region.startsWith("eu-isoe-")
                                                                ? "aws-iso-e"
                                                                : region.startsWith("us-isof-")
                                                                        ? "aws-iso-f"
                                                                        : "aws";
        return "arn:" + partition + ":s3:" + region + POINT;
    }

    @Test
    void urlsAndSigningRegionsAreThoseOfTheSdk() {
        List<String> differences = new ArrayList<>();
        int refused = 0;
        for (Settings settings : everything()) {
            String theirs = theirs(settings);
            String ours = ours(settings);
            refused += ours.startsWith("refused") ? 1 : 0;
            boolean same =
                    theirs.startsWith("refused") ? ours.startsWith("refused") : ours.equals(theirs);
            if (!same) {
                differences.add(settings + ": " + ours + ", and the SDK " + theirs);
            }
        }
        assertThat(differences).isEmpty();
        assertThat(everything()).hasSizeGreaterThan(1500);
        assertThat(refused).isPositive();
    }

    private static String theirs(Settings settings) {
        try {
            Endpoint endpoint =
                    S3EndpointProvider.defaultProvider()
                            .resolveEndpoint(
                                    params ->
                                            params.region(Region.of(settings.region))
                                                    .bucket(settings.bucket)
                                                    .forcePathStyle(settings.pathStyle)
                                                    .useDualStack(settings.dualStack)
                                                    .useFips(settings.fips)
                                                    .endpoint(settings.endpoint)
                                                    .useArnRegion(true)
                                                    .accelerate(false)
                                                    .useGlobalEndpoint(false)
                                                    .disableMultiRegionAccessPoints(true))
                            .join();
            SigV4AuthScheme scheme =
                    (SigV4AuthScheme)
                            endpoint.attribute(AwsEndpointAttribute.AUTH_SCHEMES).getFirst();
            return text(endpoint.url()) + " " + scheme.signingRegion();
        } catch (CompletionException e) {
            return "refused: " + e.getCause();
        }
    }

    private static String ours(Settings settings) {
        try {
            S3Location location =
                    S3Location.of(
                            settings.endpoint,
                            settings.region,
                            new S3Bucket(settings.bucket),
                            settings.pathStyle,
                            new S3Options(settings.dualStack, settings.fips, false, null));
            return text(URI.create(location.origin() + location.bucketPath()))
                    + " "
                    + location.region();
        } catch (IllegalArgumentException e) {
            return "refused: " + e.getMessage();
        }
    }

    private static String text(URI url) {
        String text = url.toString().toLowerCase(Locale.ROOT);
        return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    }

    @ParameterizedTest
    @CsvSource({
        "us-west-2, false, false, models.s3.us-west-2.amazonaws.com",
        "us-west-2, true, false, models.s3.dualstack.us-west-2.amazonaws.com",
        "us-gov-west-1, false, true, models.s3-fips.us-gov-west-1.amazonaws.com",
        "us-gov-east-1, true, true, models.s3-fips.dualstack.us-gov-east-1.amazonaws.com",
        "cn-north-1, true, false, models.s3.dualstack.cn-north-1.amazonaws.com.cn",
        "eusc-de-east-1, false, false, models.s3.eusc-de-east-1.amazonaws.eu"
    })
    void theseAreTheNames(String region, boolean dualStack, boolean fips, String host) {
        S3Location location =
                S3Location.of(
                        null,
                        region,
                        new S3Bucket("models"),
                        false,
                        new S3Options(dualStack, fips, false, null));
        assertThat(location.origin().host()).isEqualTo(host);
        assertThat(location.bucketPath()).isEqualTo("/");
    }

    @Test
    void anAccessPointIsInTheRegionOfItsArn() {
        S3Location location =
                S3Location.of(
                        null,
                        "us-east-1",
                        new S3Bucket("arn:aws:s3:us-west-2" + POINT),
                        false,
                        new S3Options(true, true, false, null));
        assertThat(location.origin())
                .hasToString(
                        "https://models-123456789012.s3-accesspoint-fips.dualstack.us-west-2.amazonaws.com");
        assertThat(location.region()).isEqualTo("us-west-2");
        assertThat(location.in("eu-west-1")).isNull();
        assertThat(location.objectPath("a b")).isEqualTo("/a%20b");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "cn-north-1 | models | false | true | | fips is not to be had in China",
                "us-west-2 | models | true | false | https://s3.example | dualStack chooses among"
                        + " AWS's own endpoints",
                "us-west-2 | models | false | true | https://s3.example | fips chooses among AWS's"
                        + " own endpoints",
                "us-west-2 | arn:aws-cn:s3:us-west-2:123456789012:accesspoint/xyz | false | false |"
                    + " | is an ARN of partition aws-cn, and region us-west-2 is in partition aws",
                "us-west-2 | models--usw2-az1--x-s3 | false | false | | directory bucket",
                "us_west | models | false | false | | region is not the name of a region"
            })
    void whatCannotBeIsSaid(
            String region,
            String bucket,
            boolean dualStack,
            boolean fips,
            @Nullable String endpoint,
            String says) {
        assertThatThrownBy(
                        () ->
                                S3Location.of(
                                        endpoint,
                                        region,
                                        new S3Bucket(bucket),
                                        false,
                                        new S3Options(dualStack, fips, false, null)))
                .hasMessageContaining(says);
    }

    @Test
    void anArnHasNoPathStyle() {
        assertThatThrownBy(
                        () ->
                                S3Location.of(
                                        null, "us-west-2", "arn:aws:s3:us-west-2" + POINT, true))
                .hasMessageContaining("pathStyle is not for the ARN of an access point");
    }

    @Test
    void anotherRegionIsReachedInTheSameWay() {
        S3Location location =
                S3Location.of(
                        null,
                        "us-east-1",
                        new S3Bucket("models"),
                        false,
                        new S3Options(true, true, false, null));
        assertThat(Objects.requireNonNull(location.in("us-west-2")).origin().host())
                .isEqualTo("models.s3-fips.dualstack.us-west-2.amazonaws.com");
        assertThatThrownBy(() -> location.in("cn-north-1")).hasMessageContaining("China");
    }
}
