package dev.cistern.populate.source.oci.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.wire.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DockerConfigTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    private static String auth(String both) {
        return Base64.getEncoder().encodeToString(both.getBytes(StandardCharsets.UTF_8));
    }

    private List<Login> read(String json, String registry, String repository)
            throws IOException, SourceException.Refused {
        Path file = Files.writeString(directory.resolve("config.json"), json);
        return new DockerConfig(file, registry, repository).read();
    }

    private static String entry(String name) {
        return "{\"auths\":{\"" + name + "\":{\"auth\":\"" + auth("u:p") + "\"}}}";
    }

    /// The cases of the kubelet's own rules.
    @ParameterizedTest
    @CsvSource({
        "registry.example, registry.example, a/b, true",
        "https://registry.example, registry.example, a/b, true",
        "http://registry.example/v1/, registry.example, a/b, true",
        "registry.example/v2/, registry.example, a/b, true",
        "registry.example/, registry.example, a/b, true",
        "registry.example, other.example, a/b, false",
        "*.example, registry.example, a/b, true",
        "*.example, deep.registry.example, a/b, false",
        "r*.example, registry.example, a/b, true",
        "registr?.example, registry.example, a/b, true",
        "*, registry.example, a/b, false",
        "registry.example, registry.example:5000, a/b, false",
        "registry.example:5000, registry.example:5000, a/b, true",
        "registry.example:5000, registry.example, a/b, false",
        "registry.example/a, registry.example, a/b, true",
        "registry.example/a/b, registry.example, a/b, true",
        "registry.example/x, registry.example, a/b, false",
        "https://index.docker.io/v1/, docker.io, library/alpine, true",
        "docker.io, docker.io, library/alpine, true",
        "registry-1.docker.io, docker.io, library/alpine, true",
        "index.docker.io, registry.example, a/b, false",
        "127.0.0.1:5000, 127.0.0.1:5000, a, true"
    })
    void hostsAreComparedAsTheKubeletDoes(
            String name, String registry, String repository, boolean matches) throws Exception {
        assertThat(read(entry(name), registry, repository)).hasSize(matches ? 1 : 0);
    }

    @Test
    void theLongestNameComesFirstAndAllThatMatchFollow() throws Exception {
        String json =
                """
                {"auths": {
                  "registry.example": {"username": "all", "password": "1"},
                  "*.example": {"username": "any", "password": "2"},
                  "registry.example/team": {"username": "team", "password": "3"},
                  "registry.example/other": {"username": "other", "password": "4"}}}
                """;
        assertThat(read(json, "registry.example", "team/model"))
                .extracting(Login::username)
                .containsExactly("team", "all", "any");
    }

    @Test
    void everyFormOfAnEntryIsRead() throws Exception {
        String json =
                """
                {"auths": {
                  "a.example": {"auth": "%s"},
                  "b.example": {"username": "u", "password": "p:q"},
                  "c.example": {"auth": "%s", "identitytoken": "id"},
                  "d.example": {"registrytoken": "rt"},
                  "e.example": {"auth": "%s"},
                  "f.example": {}}}
                """
                        .formatted(auth("u:p:q\0\0"), auth("00000:"), auth("<token>:id"));
        assertThat(read(json, "a.example", "x")).containsExactly(Login.of("u", "p:q"));
        assertThat(read(json, "b.example", "x")).containsExactly(Login.of("u", "p:q"));
        assertThat(read(json, "c.example", "x")).containsExactly(new Login("", "", "id", null));
        assertThat(read(json, "d.example", "x")).containsExactly(Login.ofToken("rt"));
        assertThat(read(json, "e.example", "x")).containsExactly(new Login("", "", "id", null));
        assertThat(read(json, "f.example", "x")).isEmpty();
    }

    @Test
    void theOlderFormWithoutAuthsIsRead() throws Exception {
        assertThat(
                        read(
                                "{\"registry.example\":{\"auth\":\"" + auth("u:p") + "\"}}",
                                "registry.example",
                                "x"))
                .containsExactly(Login.of("u", "p"));
    }

    @Test
    void aHelperIsNotRun() throws Exception {
        String json =
                "{\"credsStore\":\"desktop\",\"credHelpers\":{\"gcr.io\":\"gcloud\"},"
                        + "\"auths\":{\"mine.example\":{\"auth\":\""
                        + auth("u:p")
                        + "\"}}}";
        assertThat(read(json, "mine.example", "x")).hasSize(1);
        assertThatThrownBy(() -> read(json, "gcr.io", "x"))
                .hasMessageContaining("docker-credential-gcloud, which cistern does not run");
        assertThatThrownBy(() -> read(json, "other.example", "x"))
                .hasMessageContaining("docker-credential-desktop");
        assertThat(read("{\"credHelpers\":{\"gcr.io\":\"gcloud\"}}", "other.example", "x"))
                .isEmpty();
    }

    @Test
    void whatIsNoSuchFileIsToldWithoutItsSecrets() throws Exception {
        for (String bad :
                new String[] {
                    "s3cret",
                    "",
                    "{\"auths\":{\"r.example\":{\"auth\":\"s3cret!\"}}}",
                    "{\"auths\":{\"r.example\":{\"auth\":\"" + auth("s3cret") + "\"}}}"
                }) {
            assertThatThrownBy(() -> read(bad, "r.example", "x"))
                    .isInstanceOfSatisfying(
                            SourceException.Refused.class,
                            e -> assertThat(e.reason()).isEqualTo(Reason.INVALID_CREDENTIALS))
                    .hasMessageContaining("config.json")
                    .message()
                    .doesNotContain("s3cret")
                    .doesNotContain(auth("s3cret"));
        }
    }
}
