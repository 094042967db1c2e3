package dev.cistern.populate.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class OciReferenceTest {
    private static final String DIGEST = "sha256:" + "0a".repeat(32);

    @Test
    void whatIsWrittenIsTakenApart() {
        assertThat(OciReference.parse("alpine:3.22"))
                .isEqualTo(new OciReference("alpine", "3.22", ""));
        assertThat(OciReference.parse("models/llama:v1/"))
                .isEqualTo(new OciReference("models/llama", "v1", ""));
        assertThat(OciReference.parse("a.b/c__d/e-f:V_1/weights/x y:z@w"))
                .isEqualTo(new OciReference("a.b/c__d/e-f", "V_1", "weights/x y:z@w"));
        assertThat(OciReference.parse("a@" + DIGEST + "/dir/"))
                .isEqualTo(new OciReference("a", DIGEST, "dir/"));
        assertThat(OciReference.parse("a@sha512:" + "0".repeat(128)).pinned()).isTrue();
        assertThat(OciReference.parse("a:v1").pinned()).isFalse();
    }

    @Test
    void itsTextIsReadAgain() {
        for (String text :
                new String[] {"a:v1", "a/b:v1/c", "a@" + DIGEST, "a@" + DIGEST + "/d/e/"}) {
            assertThat(OciReference.parse(text)).hasToString(text);
        }
    }

    @Test
    void whatIsWrongIsToldWithWhatToWrite() {
        for (String[] bad :
                new String[][] {
                    {"models/llama", "neither a tag nor a digest: write models/llama:TAG"},
                    {"models/llama/", "is not the name of a repository"},
                    {"", "is not the name of a repository"},
                    {"Models/llama:v1", "lower-case"},
                    {"a//b:v1", "is not the name of a repository"},
                    {"../a:v1", "is not the name of a repository"},
                    {"a:", "is not a tag"},
                    {"a:-x", "is not a tag"},
                    {"a:" + "x".repeat(129), "is not a tag"},
                    {"a@sha256:00", "is not a digest"},
                    {"a@md5:" + "0".repeat(32), "is not a digest"},
                    {"a@" + DIGEST.toUpperCase(java.util.Locale.ROOT), "is not a digest"},
                    {"a:v1@" + DIGEST, "leave the tag out"},
                    {"a:v1/../b", ". or .."},
                    {"a:v1//b", "empty"},
                    {"a:v1/b/./c", ". or .."},
                    {"a:v1/b\u0000", "control character"},
                    {"a".repeat(256) + ":v1", "is not the name of a repository"}
                }) {
            assertThatThrownBy(() -> OciReference.parse(bad[0]))
                    .as(bad[0])
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(bad[1]);
        }
    }
}
