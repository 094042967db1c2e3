package dev.cistern.populate.source.rest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.populate.http.Origin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedirectTest {
    private static final Origin STORE = Origin.of("https://s3.store.example");

    @Test
    void aRedirectLeadsToItsLocation() {
        assertThat(Redirect.of(307, "https://b.s3.store.example:8443/k%20x?b=2&a=1", STORE, "/b/x"))
                .isEqualTo(
                        new Redirect(
                                Origin.of("https://b.s3.store.example:8443"), "/k%20x", "b=2&a=1"));
        assertThat(Redirect.of(308, "/elsewhere", STORE, "/b/x"))
                .isEqualTo(new Redirect(STORE, "/elsewhere", ""));
        assertThat(Redirect.of(303, "y?c", STORE, "/b/x"))
                .isEqualTo(new Redirect(STORE, "/b/y", "c"));
        assertThat(Redirect.of(302, "https://other.example", STORE, "/b/x"))
                .isEqualTo(new Redirect(Origin.of("https://other.example"), "/", ""));
    }

    @Test
    void whatIsNoRedirectLeadsNowhere() {
        assertThat(Redirect.of(307, null, STORE, "/b/x")).isNull();
        assertThat(Redirect.of(304, "/elsewhere", STORE, "/b/x")).isNull();
        assertThat(Redirect.of(404, "/elsewhere", STORE, "/b/x")).isNull();
        assertThat(Redirect.of(307, "http://[", STORE, "/b/x")).isNull();
        assertThat(Redirect.of(307, "ftp://s3.store.example/x", STORE, "/b/x")).isNull();
    }

    /// Locations as servers send them and browsers and curl follow them; of a header each byte is a character.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    /a b/c d.bin?e f             | /a%20b/c%20d.bin | e%20f
                    /m\u00c3\u00bc.bin           | /m%C3%BC.bin     | ''
                    /m\u00fc.bin?x=\u00fc        | /m%FC.bin        | x=%FC
                    /a%20b%2Fc                   | /a%20b%2Fc       | ''
                    /100%/x%zz?y=5%              | /100%25/x%25zz   | y=5%25
                    /a[1]{2}                     | /a%5B1%5D%7B2%7D | ''
                    /a//b[1]                     | /a//b%5B1%5D     | ''
                    /a[1]?x=//y/z                | /a%5B1%5D        | x=//y/z
                    /a?next=https://h/b c        | /a               | next=https://h/b%20c
                    https://s3.store.example/a b | /a%20b           | ''
                    x y                          | /b/x%20y         | ''
                    ?page=2                      | /b/x             | page=2
                    /x#part                      | /x               | ''
                    /x?y#a#b                     | /x               | y
                    ../../../x                   | /x               | ''
                    https://s3.store.example?x=1 | /                | x=1
                    """)
    void aLocationThatIsNoUrlByTheLetterIsFollowed(String location, String path, String query) {
        assertThat(Redirect.of(302, location, STORE, "/b/x"))
                .isEqualTo(new Redirect(STORE, path, query));
    }

    @Test
    void whatAUrlMayNotHoldIsEncoded() {
        assertThat(Redirect.of(302, "/|^`\"<>\\\t\u007f", STORE, "/b/x"))
                .isEqualTo(new Redirect(STORE, "/%7C%5E%60%22%3C%3E%5C%09%7F", ""));
        assertThat(Redirect.of(302, "https://[2001:db8::1]:8443/a[0]", STORE, "/b/x"))
                .isEqualTo(new Redirect(Origin.of("https://[2001:db8::1]:8443"), "/a%5B0%5D", ""));
    }

    /// What a browser takes for a slash, and what is no host.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://other.example\\@s3.store.example/x",
                "https://me:secret@s3.store.example/x",
                "https://m\u00fcnchen.example/x",
                "https://s3.store example/x",
                " ",
                ""
            })
    void aLocationWithoutACertainHostIsNotFollowed(String location) {
        assertThat(Redirect.of(302, location, STORE, "/b/x")).isNull();
    }

    @Test
    void noRedirectShowsItsQuery() {
        assertThat(Redirect.of(302, "/x?signature=secret", STORE, "/b/x"))
                .asString()
                .isEqualTo("https://s3.store.example/x");
    }

    @Test
    void noRedirectLeadsFromTlsToPlain() {
        assertThat(Redirect.of(301, "http://s3.store.example/x", STORE, "/b/x")).isNull();
        assertThat(
                        Redirect.of(
                                301,
                                "https://s3.store.example/x",
                                Origin.of("http://s3.example"),
                                "/b/x"))
                .isNotNull();
    }

    @Test
    void aSiteIsAHostWithItsPort() {
        assertThat(sameSite("http://h", "http://h")).isTrue();
        assertThat(sameSite("http://h", "https://h")).isTrue();
        assertThat(sameSite("https://h", "http://h")).isFalse();
        assertThat(sameSite("http://h:8080", "http://h:9090")).isFalse();
        assertThat(sameSite("https://h:8443", "https://h")).isFalse();
        assertThat(sameSite("https://h", "https://x.h")).isFalse();
    }

    private static boolean sameSite(String a, String b) {
        return Redirect.sameSite(Origin.of(a), Origin.of(b));
    }
}
