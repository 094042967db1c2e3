package dev.cistern.populate.source.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.populate.store.StoreArguments;
import dev.cistern.populate.store.UsageException;
import dev.cistern.populate.wire.OciAuth;
import dev.cistern.populate.wire.OciReference;
import dev.cistern.populate.wire.OciSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OciCommandLineTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path home;

    private static OciSpec spec(
            String source, Map<String, String> options, Map<String, String> environment)
            throws UsageException {
        return new OciCommandLine().spec(source, new StoreArguments(options), environment);
    }

    @Test
    void aSourceIsTakenApart() throws Exception {
        OciSpec spec = spec("oci://r.example:5000/a/b:v1/weights/", Map.of(), Map.of());
        assertThat(spec.endpoint()).isEqualTo("https://r.example:5000");
        assertThat(spec.artifact()).isEqualTo(new OciReference("a/b", "v1", "weights/"));
        assertThat(spec.platform()).isNull();
        assertThat(spec.auth()).isEqualTo(new OciAuth.Anonymous());
        OciSpec plain =
                spec(
                        "oci://127.0.0.1:5000/a:v1",
                        Map.of("--plain-http", "", "--platform", "linux/arm64"),
                        Map.of());
        assertThat(plain.endpoint()).isEqualTo("http://127.0.0.1:5000");
        assertThat(plain.platform()).isEqualTo("linux/arm64");
    }

    @Test
    void credentialsAreLookedForWhereOtherToolsLeaveThem() throws Exception {
        String source = "oci://r.example/a:v1";
        Path podman = Files.writeString(home.resolve("auth.json"), "{}");
        Path docker =
                Files.writeString(
                        Files.createDirectories(home.resolve(".docker")).resolve("config.json"),
                        "{}");
        String directory = home.resolve(".docker").toString();
        assertThat(spec(source, Map.of(), Map.of("HOME", home.toString())).auth())
                .isEqualTo(new OciAuth.DockerConfig(docker.toString()));
        assertThat(
                        spec(
                                        source,
                                        Map.of(),
                                        Map.of(
                                                "REGISTRY_AUTH_FILE",
                                                podman.toString(),
                                                "DOCKER_CONFIG",
                                                directory))
                                .auth())
                .isEqualTo(new OciAuth.DockerConfig(podman.toString()));
        assertThat(spec(source, Map.of(), Map.of("DOCKER_CONFIG", directory)).auth())
                .isEqualTo(new OciAuth.DockerConfig(docker.toString()));
        assertThat(spec(source, Map.of(), Map.of("DOCKER_CONFIG", home.toString())).auth())
                .isEqualTo(new OciAuth.Anonymous());
        assertThat(spec(source, Map.of("--anonymous", ""), Map.of("HOME", home.toString())).auth())
                .isEqualTo(new OciAuth.Anonymous());
        assertThat(
                        spec(
                                        source,
                                        Map.of(),
                                        Map.of(
                                                "HOME",
                                                home.toString(),
                                                "CISTERN_OCI_USERNAME",
                                                "u",
                                                "CISTERN_OCI_PASSWORD",
                                                "p"))
                                .auth())
                .isEqualTo(new OciAuth.Basic());
        assertThat(spec(source, Map.of(), Map.of("CISTERN_OCI_TOKEN", "t")).auth())
                .isEqualTo(new OciAuth.Bearer());
    }

    @Test
    void whatIsWrongIsTold() {
        for (String[] bad :
                new String[][] {
                    {"oci://r.example", "must look like oci://HOST/NAME:TAG"},
                    {"oci:///a:v1", "must look like"},
                    {"oci://r.example/a", "neither a tag nor a digest"},
                    {"oci://u:p@r.example/a:v1", "user name or password"},
                    {"oci://r.example/A:v1", "lower-case"}
                }) {
            assertThatThrownBy(() -> spec(bad[0], Map.of(), Map.of()))
                    .as(bad[0])
                    .isInstanceOf(UsageException.class)
                    .hasMessageContaining(bad[1]);
        }
        assertThatThrownBy(
                        () -> spec("oci://r.example/a:v1", Map.of("--platform", "amd64"), Map.of()))
                .hasMessageContaining("linux/amd64");
        assertThatThrownBy(
                        () ->
                                spec(
                                        "oci://r.example/a:v1",
                                        Map.of(),
                                        Map.of("REGISTRY_AUTH_FILE", "/no/such/file")))
                .hasMessageContaining("REGISTRY_AUTH_FILE");
        assertThatThrownBy(
                        () ->
                                spec(
                                        "oci://r.example/a:v1",
                                        Map.of(),
                                        Map.of("CISTERN_OCI_USERNAME", "u")))
                .hasMessageContaining("CISTERN_OCI_PASSWORD");
    }
}
