package dev.cistern.populate.source.oci.auth;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ChallengeTest {
    @Test
    void realChallengesAreRead() {
        assertThat(
                        Challenge.of(
                                "Bearer realm=\"https://auth.docker.io/token\","
                                        + "service=\"registry.docker.io\","
                                        + "scope=\"repository:library/alpine:pull\""))
                .isEqualTo(
                        new Challenge(
                                true,
                                "https://auth.docker.io/token",
                                "registry.docker.io",
                                "repository:library/alpine:pull",
                                false));
        assertThat(Challenge.of("Basic realm=\"Registry Realm\""))
                .isEqualTo(new Challenge(false, "", "", "", false));
        assertThat(
                        Challenge.of(
                                "bearer realm=https://r.example/t, service=s ,"
                                        + " scope=\"repository:a:pull repository:b:pull\","
                                        + " error=\"insufficient_scope\""))
                .isEqualTo(
                        new Challenge(
                                true,
                                "https://r.example/t",
                                "s",
                                "repository:a:pull repository:b:pull",
                                true));
    }

    @Test
    void aTokenComesBeforeAPassword() {
        assertThat(
                        Challenge.of(
                                "Basic realm=\"a, \\\"b\\\" Bearer realm=x\", Bearer"
                                        + " realm=\"https://r.example\""))
                .isEqualTo(new Challenge(true, "https://r.example", "", "", false));
        assertThat(Challenge.of("Negotiate, Basic realm=\"x\""))
                .isEqualTo(new Challenge(false, "", "", "", false));
    }

    @Test
    void whatCannotBeMetIsNone() {
        for (String header :
                new String[] {
                    "", ",", "Negotiate", "Digest realm=\"x\"", "Bearer", "=\"", "\"\"\""
                }) {
            assertThat(Challenge.of(header)).as(header).isNull();
        }
        assertThat(Challenge.of(null)).isNull();
    }
}
