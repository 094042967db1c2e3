package dev.cistern.populate.source.rest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.populate.http.Origin;
import org.junit.jupiter.api.Test;

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
