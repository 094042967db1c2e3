package dev.cistern.populate.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NameFoldingTest {
    /// Pairs that ext4 with casefold takes for one name.
    @ParameterizedTest
    @CsvSource({
        "A, a",
        "dir/File, DIR/fILE",
        "ü, u\u0308",
        "Ü, u\u0308",
        "Straße, STRASSE",
        "\u1e9e, ss",
        "\u212a, k",
        "ſ, s",
        "ΟΔΟΣ, οδος",
        "οδος, οδοσ",
        "\u0130, i\u0307",
        "\u0390, \u03b9\u0308\u0301",
        "\u1fd3, \u0390",
        "ﬁ, fi",
        "\ud801\udc00, \ud801\udc28",
        "a\u00adb, ab",
        "x\u200d, X",
        "❤\ufe0f, ❤",
        "\udb40\udc41z, z"
    })
    void namesThatAreOne(String a, String b) {
        assertThat(NameFolding.fold(a)).isEqualTo(NameFolding.fold(b));
    }

    @ParameterizedTest
    @CsvSource({"a, b", "ü, u", "a/b, ab", "e, é", "1, ١"})
    void namesThatAreTwo(String a, String b) {
        assertThat(NameFolding.fold(a)).isNotEqualTo(NameFolding.fold(b));
    }

    @Test
    void twoKeysForOneFileAreRefusedWhereNamesAreFolded() throws Exception {
        PathClaims claims = new PathClaims(true, 1000);
        claims.file("co\u00adoperate", "k1");
        assertThatThrownBy(() -> claims.file("Cooperate", "k2"))
                .isInstanceOf(UnsafeKeyException.class)
                .hasMessageContaining("k2")
                .hasMessageContaining("folds case");
        PathClaims other = new PathClaims(false, 1000);
        other.file("co\u00adoperate", "k1");
        other.file("Cooperate", "k2");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ".cis\u00adtern/journal",
                ".ci\u017ftern",
                "\u200blost+found/x",
                "a/.\u2060./b",
                "\ufeff."
            })
    void whatIsReservedWhereNamesAreFoldedIsRefused(String path) {
        assertThatThrownBy(() -> KeyPaths.place("", path, "the-key", 10))
                .isInstanceOf(UnsafeKeyException.class)
                .hasMessageContaining("the-key");
    }

    @Test
    void whatHasCharactersThatNobodySeesIsAPathOtherwise() throws Exception {
        String path = "a/.cis\u00adtern/\u200b";
        assertThat(KeyPaths.place("", path, "k", 10).path()).isEqualTo(path);
    }
}
