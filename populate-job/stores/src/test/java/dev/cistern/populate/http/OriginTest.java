package dev.cistern.populate.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OriginTest {
    @ParameterizedTest
    @CsvSource({
        "https://h/p?s=secret, https://h/p",
        "https://h/p#secret, https://h/p",
        "https://me:secret@h:8443/a@b, https://h:8443/a@b",
        "//me:secret@h/p, //h/p",
        "p/q?secret, p/q",
        "a@b/c, b/c",
        "/a@b, /a@b",
        "https://h, https://h"
    })
    void whatIsShownOfAUrlHoldsNoSecret(String url, String shown) {
        assertThat(Origin.shown(url)).isEqualTo(shown);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://me:secret@h",
                "https://me:se cret@h",
                "https://me:secret@under_score/p",
                "https://me:sec/ret@h",
                "https://me:sec?ret@h",
                "me:secret@h",
                "ftp://me:secret@h",
                "https://me:secret@h:70000",
                "https://h:70000/?secret",
                "https://h h/?secret",
                "https://?secret",
                "ftp://h/?secret",
                "https://under_score/p?secret"
            })
    void aComplaintQuotesNoSecret(String url) {
        assertThatThrownBy(() -> Origin.of(url))
                .isInstanceOf(IllegalArgumentException.class)
                .hasNoCause()
                .message()
                .doesNotContain("sec")
                .doesNotContain("ret");
    }
}
