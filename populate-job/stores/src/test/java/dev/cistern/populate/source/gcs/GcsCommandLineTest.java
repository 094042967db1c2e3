package dev.cistern.populate.source.gcs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.populate.store.StoreArguments;
import dev.cistern.populate.store.UsageException;
import dev.cistern.populate.wire.GcsAuth;
import dev.cistern.populate.wire.GcsSpec;
import dev.cistern.populate.wire.TlsSpec;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GcsCommandLineTest {
    private static GcsSpec of(
            String source, Map<String, String> options, Map<String, String> environment)
            throws UsageException {
        return new GcsCommandLine().spec(source, new StoreArguments(options), environment);
    }

    @Test
    void withoutOptionsItIsGoogleWithTheUsualCredentials() throws Exception {
        assertThat(of("gs://lake/a b/c", Map.of(), Map.of()))
                .isEqualTo(
                        new GcsSpec(
                                null,
                                TlsSpec.PLATFORM,
                                "lake",
                                "a b/c",
                                null,
                                new GcsAuth.ApplicationDefault(),
                                null));
        assertThat(of("gs://lake", Map.of(), Map.of()).prefix()).isEmpty();
    }

    @Test
    void optionsAndVariablesSayMore() throws Exception {
        assertThat(
                        of(
                                "gs://lake/",
                                Map.of(
                                        "--endpoint",
                                        "https://gcs.example",
                                        "--user-project",
                                        "payer",
                                        "--insecure",
                                        ""),
                                Map.of(
                                        "STORAGE_EMULATOR_HOST",
                                        "localhost:1",
                                        "CLOUDSDK_AUTH_IMPERSONATE_SERVICE_ACCOUNT",
                                        "r@p.iam.gserviceaccount.com")))
                .isEqualTo(
                        new GcsSpec(
                                "https://gcs.example",
                                new TlsSpec(true, null, null),
                                "lake",
                                "",
                                "payer",
                                new GcsAuth.ApplicationDefault(),
                                new GcsSpec.Impersonation("r@p.iam.gserviceaccount.com", null)));
        assertThat(of("gs://lake/", Map.of("--anonymous", ""), Map.of()).auth())
                .isEqualTo(new GcsAuth.Anonymous());
    }

    @Test
    void anEmulatorIsAskedWithoutCredentials() throws Exception {
        GcsSpec spec =
                of("gs://lake/", Map.of(), Map.of("STORAGE_EMULATOR_HOST", "localhost:4443"));
        assertThat(spec.endpoint()).isEqualTo("http://localhost:4443");
        assertThat(spec.auth()).isEqualTo(new GcsAuth.Anonymous());
    }

    @ParameterizedTest
    @ValueSource(strings = {"gs://", "gs:///x", "gs://UPPER/x", "gs://a/", "gs://-lake/"})
    void aBucketHasANameOfABucket(String source) {
        assertThatThrownBy(() -> of(source, Map.of(), Map.of()))
                .isInstanceOf(UsageException.class)
                .hasMessageContainingAll("gs://BUCKET/PREFIX", '"' + source + '"');
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--endpoint | store:1 | http://",
                "--impersonate-service-account | reader | e-mail address",
                "--impersonate-service-account | a@p.iam,b@p.iam | one service account"
            })
    void aBadValueNamesItsOption(String option, String value, String hint) {
        assertThatThrownBy(() -> of("gs://lake/", Map.of(option, value), Map.of()))
                .isInstanceOf(UsageException.class)
                .hasMessageContainingAll(option, value, hint);
    }

    @Test
    void nobodyCanNeitherPayNorBeSomebodyElse() {
        assertThatThrownBy(
                        () ->
                                of(
                                        "gs://lake/",
                                        Map.of("--anonymous", "", "--user-project", "payer"),
                                        Map.of()))
                .hasMessageContainingAll("--anonymous", "--user-project");
        assertThatThrownBy(
                        () ->
                                of(
                                        "gs://lake/",
                                        Map.of(
                                                "--anonymous",
                                                "",
                                                "--impersonate-service-account",
                                                "r@p.iam.gserviceaccount.com"),
                                        Map.of()))
                .hasMessageContaining("--impersonate-service-account");
    }
}
