package dev.cistern.populate.source.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.populate.store.StoreArguments;
import dev.cistern.populate.store.UsageException;
import dev.cistern.populate.wire.S3Options;
import dev.cistern.populate.wire.S3Spec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What AWS's own settings mean for the command.
class S3CommandLineTest {
    private static final String POINT = "arn:aws:s3:us-west-2:123456789012:accesspoint/models";

    @TempDir Path home;

    private static S3Spec of(
            String source, Map<String, String> options, Map<String, String> environment)
            throws UsageException {
        return new S3CommandLine().spec(source, new StoreArguments(options), environment);
    }

    private static void assertWrong(
            String source,
            Map<String, String> options,
            Map<String, String> environment,
            String says) {
        assertThatThrownBy(() -> of(source, options, environment))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(says);
    }

    @Test
    void anAccessPointIsNamedByItsArn() throws Exception {
        S3Spec spec = of("s3://" + POINT + "/a/b/", Map.of(), Map.of());
        assertThat(spec.bucket()).isEqualTo(POINT);
        assertThat(spec.prefix()).isEqualTo("a/b/");
        assertThat(of("s3://" + POINT, Map.of(), Map.of()).prefix()).isEmpty();
        // By an interface endpoint of a VPC.
        S3Spec vpc =
                of(
                        "s3://" + POINT + "/a/",
                        Map.of(
                                "--endpoint",
                                "https://accesspoint.vpce-1.s3.us-west-2.vpce.amazonaws.com"),
                        Map.of());
        assertThat(vpc.pathStyle()).isFalse();
        assertThat(S3Location.of(vpc).origin())
                .hasToString(
                        "https://models-123456789012.accesspoint.vpce-1.s3.us-west-2.vpce.amazonaws.com");
        assertWrong("s3://" + POINT + "/", Map.of("--path-style", ""), Map.of(), "leave it out");
        assertWrong(
                "s3://arn:aws:s3::123456789012:accesspoint/x.mrap/a",
                Map.of(),
                Map.of(),
                "signature version 4A");
        assertWrong("s3://b--usw2-az1--x-s3/a", Map.of(), Map.of(), "directory bucket");
    }

    @Test
    void optionsChooseTheEndpointThePayerAndTheKey() throws Exception {
        assertThat(
                        of(
                                        "s3://b/",
                                        Map.of(
                                                "--dual-stack", "",
                                                "--fips", "",
                                                "--request-payer", "",
                                                "--sse-c-key", "/key"),
                                        Map.of())
                                .options())
                .isEqualTo(new S3Options(true, true, true, "/key"));
        assertThat(of("s3://b/", Map.of(), Map.of()).options()).isEqualTo(S3Options.NONE);
        assertWrong(
                "s3://b/",
                Map.of("--fips", "", "--endpoint", "https://s3.example"),
                Map.of(),
                "--fips chooses among AWS's own endpoints");
        assertWrong(
                "s3://b/",
                Map.of("--request-payer", "", "--anonymous", ""),
                Map.of(),
                "--request-payer needs credentials");
        assertWrong(
                "s3://b/",
                Map.of("--sse-c-key", "/key", "--anonymous", ""),
                Map.of(),
                "--sse-c-key needs credentials");
    }

    @Test
    void variablesChooseTheEndpointOfAwsAlone() throws Exception {
        Map<String, String> environment =
                Map.of("AWS_USE_FIPS_ENDPOINT", "true", "AWS_USE_DUALSTACK_ENDPOINT", "TRUE");
        assertThat(of("s3://b/", Map.of(), environment).options())
                .isEqualTo(new S3Options(true, true, false, null));
        assertThat(of("s3://b/", Map.of("--endpoint", "https://s3.example"), environment).options())
                .isEqualTo(S3Options.NONE);
        assertWrong(
                "s3://b/",
                Map.of(),
                Map.of("AWS_USE_FIPS_ENDPOINT", "yes"),
                "AWS_USE_FIPS_ENDPOINT must be true or false, not \"yes\"");
    }

    private Map<String, String> profile(String lines) throws IOException {
        Path config = home.resolve("config");
        Files.writeString(config, "[profile p]\n" + lines.replace(';', '\n') + "\n");
        return new HashMap<>(Map.of("AWS_CONFIG_FILE", config.toString(), "AWS_PROFILE", "p"));
    }

    @Test
    void aProfileStandsInForWhatNoVariableSays() throws Exception {
        Map<String, String> environment =
                profile(
                        "region = ap-south-1;use_fips_endpoint = true;use_dualstack_endpoint ="
                                + " true");
        S3Spec spec = of("s3://b/", Map.of(), environment);
        assertThat(spec.region()).isEqualTo("ap-south-1");
        assertThat(spec.options()).isEqualTo(new S3Options(true, true, false, null));

        environment.put("AWS_REGION", "us-east-2");
        environment.put("AWS_USE_FIPS_ENDPOINT", "false");
        assertThat(of("s3://b/", Map.of(), environment).region()).isEqualTo("us-east-2");
        assertThat(of("s3://b/", Map.of(), environment).options().fips()).isFalse();

        Map<String, String> store = profile("endpoint_url = https://minio.example:9000");
        assertThat(of("s3://b/", Map.of(), store).endpoint())
                .isEqualTo("https://minio.example:9000");
        assertThat(of("s3://b/", Map.of(), store).pathStyle()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "endpoint_url = minio | endpoint_url of profile p: must start with http://",
                "region = eu west | region of profile p needs letters",
                "use_fips_endpoint = on | use_fips_endpoint of profile p must be true or false"
            })
    void whatIsWrongInAProfileIsNamed(String lines, String says) throws Exception {
        assertWrong("s3://b/", Map.of(), profile(lines), says);
    }

    @Test
    void aProfileThatIsNotThereIsNamed() throws Exception {
        Map<String, String> environment = profile("region = eu-west-3");
        environment.put("AWS_PROFILE", "q");
        assertWrong("s3://b/", Map.of(), environment, "AWS_PROFILE is q");
        environment.put("AWS_CONFIG_FILE", "/no/such");
        assertWrong("s3://b/", Map.of(), environment, "AWS_CONFIG_FILE is /no/such");
    }
}
