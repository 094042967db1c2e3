package dev.cistern.populate.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.populate.wire.HuggingFacePath.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HuggingFacePathTest {
    /// As `parse_hf_uri` of huggingface_hub 2.4.0 reads them, but for slashes at the end, and repos without an owner,
    /// which it does not take.
    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "hf://org/name, MODEL, org/name, -, ''",
                "org/name, MODEL, org/name, -, ''",
                "hf://models/org/name/sub/a.bin, MODEL, org/name, -, sub/a.bin",
                "hf://datasets/org/name@v1/train.csv, DATASET, org/name, v1, train.csv",
                "hf://spaces/org/name@main, SPACE, org/name, main, ''",
                "hf://kernels/org/name/, KERNEL, org/name, -, ''",
                "hf://org/name@refs/pr/1/sub/, MODEL, org/name, refs/pr/1, sub/",
                "hf://org/name@refs/pr/1, MODEL, org/name, refs/pr/1, ''",
                "hf://datasets/o/n@refs/convert/parquet-v2/a, DATASET, o/n,"
                        + " refs/convert/parquet-v2, a",
                "hf://org/name@refs/heads/x, MODEL, org/name, refs, heads/x",
                "hf://org/name@feature%2Fx/a, MODEL, org/name, feature/x, a",
                "hf://org/name@a+b%25, MODEL, org/name, a+b%, ''",
                "hf://org/name/img@2x.png, MODEL, org/name, -, img@2x.png",
                "hf://org/name/100%/a b, MODEL, org/name, -, 100%/a b",
                "hf://gpt2, MODEL, gpt2, -, ''",
                "hf://gpt2/, MODEL, gpt2, -, ''",
                "hf://gpt2@main/config.json, MODEL, gpt2, main, config.json",
                "hf://datasets/squad, DATASET, squad, -, ''",
                "hf://_o/N.a-me_1.5, MODEL, _o/N.a-me_1.5, -, ''"
            })
    void aPathIsTakenApart(String text, Kind kind, String repo, String revision, String path) {
        assertThat(HuggingFacePath.parse(text))
                .isEqualTo(new HuggingFacePath(kind, repo, revision, path));
    }

    @ParameterizedTest
    @CsvSource({
        "hf://, names no repo",
        "hf://datasets, names no repo",
        "hf://models/, names no repo",
        "hf://dataset/org/name, write datasets/",
        "hf://buckets/org/name, not supported",
        "hf://org/na me, no repo can have that name",
        "hf://org/name.git, no repo can have that name",
        "hf://org/a--b, no repo can have that name",
        "hf://-org/name, no repo can have that name",
        "hf://org/@main, no repo can have that name",
        "hf://a/b@, no revision",
        "hf://a/b@/x, no revision",
        "hf://a/b@50%/x, begins no encoded byte",
        "hf://a/b@..%2F..%2Fc%2Fd, no branch or tag can have that name",
        "hf://a/b@x%2F..%2Fy/z, no branch or tag can have that name",
        "hf://a/b@.., no branch or tag can have that name",
        "hf://a/b@x%2F.hidden, no branch or tag can have that name",
        "hf://a/b@..%5Cc, no branch or tag can have that name",
        "hf://a/b@%2Fc, no branch or tag can have that name",
        "hf://a/b//c, an empty part",
        "hf://a/b/../c, an empty part",
        "hf://a/b@x//c, an empty part",
        "hf://a/b/./, an empty part"
    })
    void whatIsWrongIsToldWithTheForm(String text, String problem) {
        assertThatThrownBy(() -> HuggingFacePath.parse(text))
                .hasMessageContainingAll("\"" + text + "\"", problem, "hf://OWNER/NAME");
    }

    @Test
    void aDirectoryIsOneWithOrWithoutItsSlash() {
        assertThat(HuggingFacePath.parse("a/b/c").asTree().path()).isEqualTo("c/");
        assertThat(HuggingFacePath.parse("a/b/c/").asTree().path()).isEqualTo("c/");
        assertThat(HuggingFacePath.parse("a/b").asTree().path()).isEmpty();
    }
}
