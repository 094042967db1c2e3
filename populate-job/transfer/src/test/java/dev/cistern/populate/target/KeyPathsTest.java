package dev.cistern.populate.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class KeyPathsTest {
    @Test
    void ordinaryKeysKeepTheirPath() throws Exception {
        for (String path :
                List.of(
                        "a",
                        "a/b",
                        "...",
                        "..a",
                        "a..",
                        "ü/🗝",
                        "a b",
                        "x".repeat(255),
                        ".cisternx")) {
            assertThat(KeyPaths.place("", path, "k", 10))
                    .isEqualTo(new KeyPaths.Place(path, false));
            assertThat(KeyPaths.place("in/to", path, "k", 10).path()).isEqualTo("in/to/" + path);
        }
        assertThat(KeyPaths.place("", "a/", "a/", 10)).isEqualTo(new KeyPaths.Place("a", true));
        assertThat(KeyPaths.place("", "", "", 10)).isEqualTo(new KeyPaths.Place("", true));
        assertThat(KeyPaths.place("sub", ".cistern/x", "k", 10).path()).isEqualTo("sub/.cistern/x");
    }

    @Test
    void whatCannotBeAPathIsRefusedWithItsKey() {
        for (String path :
                List.of(
                        "..",
                        ".",
                        "../a",
                        "a/..",
                        "a/./b",
                        "/a",
                        "a//b",
                        "//",
                        "/",
                        "a\u0000b",
                        "a\nb",
                        "a\u007f",
                        "\ud800",
                        "ü".repeat(128),
                        ".cistern",
                        ".cistern/x",
                        ".CISTERN/x",
                        "lost+found/y",
                        "d/".repeat(2048) + "x")) {
            assertThatThrownBy(() -> KeyPaths.place("", path, "the-key", 10))
                    .as(path)
                    .isInstanceOf(UnsafeKeyException.class)
                    .hasMessageContaining("the-key");
        }
        for (String into : List.of("../up", "/abs", "a//b", ".cistern")) {
            assertThatThrownBy(() -> KeyPaths.into(into)).isInstanceOf(UnsafeKeyException.class);
        }
    }

    @Test
    void onePathIsClaimedOnce() throws Exception {
        PathClaims claims = new PathClaims(false, 1000);
        claims.file("a/b", "k1");
        claims.file("A/b", "k2");
        claims.file("u\u0308", "k3");
        claims.file("\u00fc", "k4");
        claims.directory("a", "k5");
        claims.directory("a", "k6");
        assertThatThrownBy(() -> claims.file("a/b", "k7")).hasMessageContaining("k7");
        assertThatThrownBy(() -> claims.file("a", "k8")).hasMessageContaining("directory");
        assertThatThrownBy(() -> claims.file("a/b/c", "k9")).hasMessageContaining("a/b");
        assertThatThrownBy(() -> claims.directory("a/b", "k10")).hasMessageContaining("k10");
    }

    @Test
    void twinsAreFoundWhereTheFileSystemTakesThemForOne() throws Exception {
        PathClaims claims = new PathClaims(true, 1000);
        claims.file("Dir/File", "k1");
        claims.file("u\u0308", "k2");
        assertThatThrownBy(() -> claims.file("dIR/fILE", "k3")).hasMessageContaining("folds case");
        assertThatThrownBy(() -> claims.file("\u00fc", "k4"))
                .isInstanceOf(UnsafeKeyException.class);
    }
}
