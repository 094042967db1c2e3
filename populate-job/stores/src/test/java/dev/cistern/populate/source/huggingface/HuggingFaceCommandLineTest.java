package dev.cistern.populate.source.huggingface;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.store.StoreArguments;
import dev.cistern.populate.store.UsageException;
import dev.cistern.populate.wire.HuggingFaceAuth;
import dev.cistern.populate.wire.HuggingFacePath;
import dev.cistern.populate.wire.HuggingFaceSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HuggingFaceCommandLineTest {
    @TempDir Path directory;

    private static HuggingFaceSpec spec(
            String source, Map<String, String> options, Map<String, String> environment)
            throws UsageException {
        return new HuggingFaceCommandLine().spec(source, new StoreArguments(options), environment);
    }

    @Test
    void aSourceNamesARepoAndTheEnvironmentTheRest() throws Exception {
        HuggingFaceSpec spec =
                spec(
                        "hf://datasets/o/n@v1/a",
                        Map.of(),
                        Map.of("HF_ENDPOINT", "https://mirror.example/hf"));
        assertThat(spec.place())
                .isEqualTo(new HuggingFacePath(HuggingFacePath.Kind.DATASET, "o/n", "v1", "a"));
        assertThat(spec.endpoint()).isEqualTo("https://mirror.example/hf");
        assertThat(spec.auth()).isEqualTo(new HuggingFaceAuth.Environment());
        assertThat(spec("hf://o/n", Map.of(), Map.of()).endpoint()).isNull();
        HuggingFaceSpec given =
                spec(
                        "hf://o/n",
                        Map.of("--endpoint", "http://h:1", "--anonymous", ""),
                        Map.of("HF_ENDPOINT", "https://mirror.example/hf"));
        assertThat(given.endpoint()).isEqualTo("http://h:1");
        assertThat(given.auth()).isEqualTo(new HuggingFaceAuth.Anonymous());
    }

    @Test
    void whatIsWrongIsToldWithWhatToGive() {
        assertThatThrownBy(() -> spec("hf://dataset/o/n", Map.of(), Map.of()))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("write datasets/");
        assertThatThrownBy(() -> spec("hf://o/n", Map.of(), Map.of("HF_ENDPOINT", "mirror")))
                .isInstanceOf(UsageException.class)
                .hasMessageContainingAll("HF_ENDPOINT", "mirror");
    }

    private String token(Map<String, String> environment) throws SourceException.Refused {
        return String.valueOf(new HubEnvironment(environment).token().value());
    }

    @Test
    void theTokenIsFoundAsTheHubsOwnClientFindsIt() throws Exception {
        Path home = directory.resolve("home");
        file(home.resolve(".cache/huggingface/token"), "hf_home\n");
        file(directory.resolve("xdg/huggingface/token"), "hf_xdg");
        file(directory.resolve("hf/token"), " hf_hf \r\n");
        file(directory.resolve("named"), "hf_named");
        String base = directory.toString();
        Map<String, String> plain = Map.of("HOME", home.toString());
        assertThat(token(plain)).isEqualTo("hf_home");
        assertThat(token(Map.of("HOME", home.toString(), "XDG_CACHE_HOME", base + "/xdg")))
                .isEqualTo("hf_xdg");
        assertThat(token(Map.of("HOME", base, "HF_HOME", "~/hf"))).isEqualTo("hf_hf");
        assertThat(
                        token(
                                Map.of(
                                        "HF_HOME",
                                        base + "/hf",
                                        "HF_TOKEN_PATH",
                                        "${BASE}/named",
                                        "BASE",
                                        base)))
                .isEqualTo("hf_named");
        assertThat(token(Map.of("HF_TOKEN", "hf_env\n", "HF_TOKEN_PATH", base + "/named")))
                .isEqualTo("hf_env");
        assertThat(token(Map.of("HF_TOKEN", "", "HUGGING_FACE_HUB_TOKEN", "hf_old")))
                .isEqualTo("hf_old");
        assertThat(token(Map.of("HOME", base + "/nobody"))).isEqualTo("null");
        assertThat(token(Map.of("HF_TOKEN", "hf_env", "HF_HUB_DISABLE_IMPLICIT_TOKEN", "1")))
                .isEqualTo("null");
    }

    private static void file(Path path, String text) throws IOException {
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }
}
