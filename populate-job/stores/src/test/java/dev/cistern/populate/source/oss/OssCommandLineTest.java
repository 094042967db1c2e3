package dev.cistern.populate.source.oss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.populate.store.StoreArguments;
import dev.cistern.populate.store.UsageException;
import dev.cistern.populate.wire.OssAddressing;
import dev.cistern.populate.wire.OssAuth;
import dev.cistern.populate.wire.OssSpec;
import dev.cistern.populate.wire.TlsSpec;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OssCommandLineTest {
    private static final Map<String, String> REGION = Map.of("OSS_REGION", "cn-hangzhou");

    private static OssSpec of(
            String source, Map<String, String> options, Map<String, String> environment)
            throws UsageException {
        return new OssCommandLine().spec(source, new StoreArguments(options), environment);
    }

    @Test
    void withARegionItIsItsPublicEndpoint() throws Exception {
        assertThat(of("oss://lake/a b/c", Map.of(), REGION))
                .isEqualTo(
                        new OssSpec(
                                null,
                                "cn-hangzhou",
                                null,
                                TlsSpec.PLATFORM,
                                "lake",
                                "a b/c",
                                false,
                                new OssAuth.Environment(null)));
        assertThat(of("oss://lake", Map.of(), REGION).prefix()).isEmpty();
    }

    @Test
    void optionsWinOverVariables() throws Exception {
        assertThat(
                        of(
                                "oss://lake/",
                                Map.of(
                                        "--endpoint",
                                        "http://10.0.0.1:9000",
                                        "--region",
                                        "eu-central-1",
                                        "--addressing-style",
                                        "cname",
                                        "--request-payer",
                                        "",
                                        "--sts-endpoint",
                                        "https://sts.example.com",
                                        "--insecure",
                                        ""),
                                Map.of(
                                        "OSS_ENDPOINT",
                                        "oss-cn-beijing.aliyuncs.com",
                                        "OSS_REGION",
                                        "cn-beijing")))
                .isEqualTo(
                        new OssSpec(
                                "http://10.0.0.1:9000",
                                "eu-central-1",
                                OssAddressing.CNAME,
                                new TlsSpec(true, null, null),
                                "lake",
                                "",
                                true,
                                new OssAuth.Environment("https://sts.example.com")));
        assertThat(of("oss://lake/", Map.of("--anonymous", ""), REGION).auth())
                .isEqualTo(new OssAuth.Anonymous());
    }

    @ParameterizedTest
    @CsvSource({
        "oss-cn-hangzhou.aliyuncs.com,cn-hangzhou",
        "https://oss-cn-hangzhou-internal.aliyuncs.com,cn-hangzhou",
        "http://oss-ap-southeast-1.aliyuncs.com,ap-southeast-1",
        "lake.oss-cn-beijing-internal.aliyuncs.com,cn-beijing",
        "s3.oss-us-west-1.aliyuncs.com,us-west-1"
    })
    void anEndpointNamesItsRegionAndMeansTlsUnlessItSaysOtherwise(String endpoint, String region)
            throws Exception {
        OssSpec spec = of("oss://lake/", Map.of(), Map.of("OSS_ENDPOINT", endpoint));
        assertThat(spec.region()).isEqualTo(region);
        assertThat(spec.endpoint())
                .isEqualTo(endpoint.contains("://") ? endpoint : "https://" + endpoint);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "oss-accelerate.aliyuncs.com",
                "https://data.example.com",
                "http://[::1]"
            })
    void aRegionThatNobodyNamesIsAskedFor(String endpoint) {
        assertThatThrownBy(() -> of("oss://lake/", Map.of(), Map.of("OSS_ENDPOINT", endpoint)))
                .isInstanceOf(UsageException.class)
                .hasMessageContainingAll("--region", "OSS_REGION", "cn-hangzhou");
    }

    @ParameterizedTest
    @ValueSource(strings = {"oss://", "oss:///x", "oss://UPPER/x", "oss://a/", "oss://-lake/"})
    void aBucketHasANameOfABucket(String source) {
        assertThatThrownBy(() -> of(source, Map.of(), REGION))
                .isInstanceOf(UsageException.class)
                .hasMessageContainingAll("oss://BUCKET/PREFIX", '"' + source + '"');
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--endpoint | http:// | http://",
                "--region | CN Hangzhou | cn-hangzhou",
                "--addressing-style | host | virtual, path or cname"
            })
    void aBadValueNamesItsOption(String option, String value, String hint) {
        assertThatThrownBy(() -> of("oss://lake/", Map.of(option, value), REGION))
                .isInstanceOf(UsageException.class)
                .hasMessageContainingAll(option, value, hint);
    }

    @Test
    void whoIsNobodyPaysNothing() {
        assertThatThrownBy(
                        () ->
                                of(
                                        "oss://lake/",
                                        Map.of("--anonymous", "", "--request-payer", ""),
                                        REGION))
                .isInstanceOf(UsageException.class)
                .hasMessageContainingAll("--anonymous", "--request-payer");
    }
}
