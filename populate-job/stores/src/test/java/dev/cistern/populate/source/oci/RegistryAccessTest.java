package dev.cistern.populate.source.oci;

import static dev.cistern.populate.source.oci.Registry.REPOSITORY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.doubles.oci.Artifact;
import dev.cistern.doubles.oci.Fault;
import dev.cistern.doubles.oci.StrictRegistry;
import dev.cistern.doubles.oci.StrictRegistry.Access;
import dev.cistern.doubles.oci.TokenServer;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceContract;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.wire.OciAuth;
import dev.cistern.populate.wire.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Who may read: challenges, tokens, and what is sent to whom.
class RegistryAccessTest extends Listings {
    private final StrictRegistry registry = new StrictRegistry();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    RegistryAccessTest() throws IOException {
        new Artifact(registry, REPOSITORY).file("a", Registry.random(1000)).push("v1");
        registry.user("reader", "s3cret");
        registry.mayRead(REPOSITORY, "reader");
    }

    @AfterEach
    void stop() {
        registry.close();
    }

    private Source asReader() throws SourceException {
        return Registry.openAsReader(registry, REPOSITORY + ":v1");
    }

    private Source byConfig(String json) throws Exception {
        Path file = Files.writeString(directory.resolve("config.json"), json);
        return Registry.open(
                Registry.spec(
                        registry.endpoint(),
                        REPOSITORY + ":v1",
                        new OciAuth.DockerConfig(file.toString())),
                Map.of());
    }

    private static String entry(String user, String password) {
        return "{\"auth\":\""
                + Base64.getEncoder()
                        .encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8))
                + "\"}";
    }

    private String config(String entry) {
        return "{\"auths\":{\"" + registry.host() + "\":" + entry + "}}";
    }

    private static SourceContract.Bytes read(Source source, SourceObject object) throws Exception {
        SourceContract.Bytes sink = new SourceContract.Bytes();
        source.read(object, 0, object.size(), sink);
        return sink;
    }

    @Test
    void anonymousNeedsATokenToo() throws Exception {
        registry.access(Access.TOKEN);
        registry.mayRead(REPOSITORY, "");
        try (Source source = Registry.open(registry, REPOSITORY + ":v1")) {
            SourceObject object = listed(source).getFirst();
            assertThat(read(source, object).taken.size()).isEqualTo(1000);
        }
        assertThat(registry.tokens().asked())
                .singleElement()
                .satisfies(
                        asked -> {
                            assertThat(asked.user()).isEmpty();
                            assertThat(asked.parameters())
                                    .containsEntry("service", TokenServer.SERVICE)
                                    .containsEntry("scope", "repository:models/llama:pull")
                                    .doesNotContainKey("account");
                        });
    }

    @Test
    void userAndPasswordGoToWhoeverTheRegistryNames() throws Exception {
        registry.access(Access.TOKEN);
        try (Source source = asReader()) {
            read(source, listed(source).getFirst());
        }
        assertThat(registry.tokens().asked())
                .singleElement()
                .matches(a -> a.user().equals("reader"));
        registry.access(Access.BASIC);
        try (Source source = asReader()) {
            read(source, listed(source).getFirst());
        }
    }

    @Test
    void withoutCredentialsWhatIsNotPublicSaysSo() throws Exception {
        for (Access access : List.of(Access.BASIC, Access.TOKEN)) {
            registry.access(access);
            try (Source source = Registry.open(registry, REPOSITORY + ":v1")) {
                assertThatThrownBy(() -> listed(source))
                        .satisfies(is(Reason.ACCESS_DENIED))
                        .hasMessageContaining("without credentials");
            }
        }
    }

    @Test
    void aUserWhoMayNotReadIsTold() throws Exception {
        registry.user("other", "pw");
        for (Access access : List.of(Access.BASIC, Access.TOKEN)) {
            registry.access(access);
            try (Source source = byConfig(config(entry("other", "pw")))) {
                assertThatThrownBy(() -> listed(source))
                        .satisfies(is(Reason.ACCESS_DENIED))
                        .hasMessageContaining("right to pull");
            }
        }
    }

    @Test
    void aWrongPasswordIsTold() throws Exception {
        for (Access access : List.of(Access.BASIC, Access.TOKEN)) {
            registry.access(access);
            try (Source source = byConfig(config(entry("reader", "wrong")))) {
                assertThatThrownBy(() -> listed(source))
                        .satisfies(is(Reason.INVALID_CREDENTIALS))
                        .message()
                        .contains("Secret of auth")
                        .doesNotContain("wrong");
            }
        }
    }

    @Test
    void theNextOfSeveralCredentialsIsTried() throws Exception {
        registry.user("other", "pw");
        for (Access access : List.of(Access.BASIC, Access.TOKEN)) {
            registry.access(access);
            String both =
                    "{\"auths\":{\""
                            + registry.host()
                            + "/models/llama\":"
                            + entry("reader", "wrong")
                            + ",\""
                            + registry.host()
                            + "/models\":"
                            + entry("other", "pw")
                            + ",\""
                            + registry.host()
                            + "\":"
                            + entry("reader", "s3cret")
                            + "}}";
            try (Source source = byConfig(both)) {
                assertThat(listed(source)).hasSize(1);
            }
        }
    }

    @Test
    void anIdentityTokenIsExchanged() throws Exception {
        registry.access(Access.TOKEN);
        registry.tokens().identity("refresh-1", "reader");
        registry.tokens().tokenField("access_token");
        try (Source source = byConfig(config("{\"identitytoken\":\"refresh-1\"}"))) {
            assertThat(listed(source)).hasSize(1);
        }
        assertThat(registry.tokens().asked())
                .singleElement()
                .satisfies(
                        asked -> {
                            assertThat(asked.method()).isEqualTo("POST");
                            assertThat(asked.parameters())
                                    .containsEntry("service", TokenServer.SERVICE)
                                    .containsEntry("scope", "repository:models/llama:pull");
                        });
        try (Source source = byConfig(config("{\"identitytoken\":\"another\"}"))) {
            assertThatThrownBy(() -> listed(source)).satisfies(is(Reason.INVALID_CREDENTIALS));
        }
    }

    @Test
    void aTokenOfTheRegistryItselfIsSentAsItIs() throws Exception {
        registry.access(Access.TOKEN);
        registry.mayRead(REPOSITORY, "");
        try (Source source = Registry.open(registry, REPOSITORY + ":v1")) {
            listed(source);
        }
        String given =
                registry.asked().stream()
                        .map(a -> a.header("authorization"))
                        .filter(a -> a != null)
                        .findFirst()
                        .orElseThrow()
                        .substring("Bearer ".length());
        int asked = registry.tokens().asked().size();
        try (Source source =
                Registry.open(
                        Registry.spec(
                                registry.endpoint(), REPOSITORY + ":v1", new OciAuth.Bearer()),
                        Map.of("CISTERN_SOURCE_0_TOKEN", given))) {
            assertThat(listed(source)).hasSize(1);
        }
        assertThat(registry.tokens().asked()).hasSize(asked);
        try (Source source =
                Registry.open(
                        Registry.spec(
                                registry.endpoint(), REPOSITORY + ":v1", new OciAuth.Bearer()),
                        Map.of("CISTERN_SOURCE_0_TOKEN", "expired"))) {
            assertThatThrownBy(() -> listed(source))
                    .satisfies(is(Reason.INVALID_CREDENTIALS))
                    .hasMessageContaining("may have expired");
        }
    }

    @Test
    void credentialsAreNeverSentToAHostThatTheRegistryRedirectsTo() throws Exception {
        registry.redirects(true);
        for (Access access : Access.values()) {
            registry.access(access);
            try (Source source = asReader()) {
                assertThat(read(source, listed(source).getFirst()).taken.size()).isEqualTo(1000);
            }
        }
        assertThat(registry.asked().stream().filter(a -> a.host().equals("cdn")))
                .isNotEmpty()
                .allMatch(a -> a.header("authorization") == null);
    }

    /// A host that a blob is redirected to is not asked who may read: its word would send the password to a service of
    /// its choice.
    @Test
    void aChallengeOfAnotherHostIsNotBelieved() throws Exception {
        registry.redirects(true);
        registry.access(Access.TOKEN);
        try (TokenServerOfAnother other = new TokenServerOfAnother();
                Source source = asReader()) {
            SourceObject object = listed(source).getFirst();
            registry.faults(
                    asked ->
                            asked.host().equals("cdn")
                                    ? new Fault.Other(
                                            401,
                                            Map.of(
                                                    "WWW-Authenticate",
                                                    "Bearer realm=\""
                                                            + other.realm()
                                                            + "\",service=\"x\""),
                                            new byte[0])
                                    : null);
            assertThatThrownBy(() -> read(source, object)).isInstanceOf(SourceException.class);
            assertThat(other.asked()).isZero();
        }
    }

    @Test
    void aTokenIsRenewedBeforeItExpiresAndWhenItIsRefused() throws Exception {
        registry.access(Access.TOKEN);
        registry.tokens().life(2_000, true);
        try (Source source = asReader()) {
            SourceObject object = listed(source).getFirst();
            read(source, object);
            assertThat(registry.tokens().asked()).hasSize(1);
            registry.tokens().revokeAll();
            assertThat(read(source, object).taken.size()).isEqualTo(1000);
            assertThat(registry.tokens().asked()).hasSize(2);
            // Three quarters of its life are over.
            Thread.sleep(1_600);
            int requests = registry.asked().size();
            assertThat(read(source, object).taken.size()).isEqualTo(1000);
            assertThat(registry.asked()).hasSize(requests + 1);
        }
    }

    @Test
    void manyStreamsShareOneToken() throws Exception {
        registry.access(Access.TOKEN);
        try (Source source = asReader();
                ExecutorService streams = Executors.newFixedThreadPool(16)) {
            SourceObject object = listed(source).getFirst();
            List<Callable<Integer>> reads =
                    java.util.Collections.nCopies(64, () -> read(source, object).taken.size());
            for (Future<Integer> read : streams.invokeAll(reads)) {
                assertThat(read.get()).isEqualTo(1000);
            }
        }
        assertThat(registry.tokens().asked()).hasSize(1);
    }

    /// The kubelet replaces the file of a Secret while the Job runs.
    @Test
    void credentialsThatWereReplacedAreTakenUp() throws Exception {
        for (Access access : List.of(Access.BASIC, Access.TOKEN)) {
            registry.access(access);
            registry.user("reader", "s3cret");
            try (Source source = byConfig(config(entry("reader", "s3cret")))) {
                SourceObject object = listed(source).getFirst();
                registry.user("reader", "rotated");
                registry.tokens().revokeAll();
                Files.writeString(
                        directory.resolve("config.json"), config(entry("reader", "rotated")));
                assertThat(read(source, object).taken.size()).isEqualTo(1000);
            }
        }
    }

    @Test
    void aTokenServiceThatIsAwayIsAskedAgain() throws Exception {
        registry.access(Access.TOKEN);
        registry.tokens()
                .fails(
                        new Fault.Error(
                                503, "UNAVAILABLE", "come back", Map.of("Retry-After", "7")));
        try (Source source = asReader()) {
            assertThatThrownBy(() -> listed(source))
                    .isInstanceOfSatisfying(
                            SourceException.Retryable.class,
                            e -> assertThat(e.afterMillis()).isEqualTo(7_000))
                    .hasMessageContaining("token service");
            registry.tokens().fails(null);
            assertThat(listed(source)).hasSize(1);
        }
    }

    @Test
    void whatIsNoTokenIsNotSent() throws Exception {
        registry.access(Access.TOKEN);
        for (String body : new String[] {"{}", "{\"token\":\"a b\"}", "<html>", ""}) {
            registry.tokens()
                    .fails(new Fault.Other(200, Map.of(), body.getBytes(StandardCharsets.UTF_8)));
            try (Source source = asReader()) {
                assertThatThrownBy(() -> listed(source))
                        .isInstanceOf(SourceException.Retryable.class)
                        .hasMessageContaining("token service");
            }
        }
    }

    @Test
    void aRealmThatIsNoUrlIsTold() throws Exception {
        registry.access(Access.TOKEN);
        registry.challenge("Bearer realm=\"not a url\",service=\"x\"");
        try (Source source = asReader()) {
            assertThatThrownBy(() -> listed(source))
                    .satisfies(is(Reason.INVALID_CONFIGURATION))
                    .hasMessageContaining("not a url");
        }
    }

    /// Clouds answer there with the node's credentials, to whoever asks.
    @Test
    void nothingIsAskedOfALinkLocalAddress() throws Exception {
        registry.access(Access.TOKEN);
        for (String host : List.of("169.254.169.254", "[fe80::1]")) {
            registry.challenge("Bearer realm=\"http://" + host + "/token\",service=\"x\"");
            try (Source source = asReader()) {
                assertThatThrownBy(() -> listed(source))
                        .satisfies(is(Reason.INVALID_CONFIGURATION))
                        .hasMessageContaining("link-local");
            }
        }
    }

    @Test
    void aChallengeThatCannotBeMetIsTold() throws Exception {
        registry.access(Access.TOKEN);
        registry.challenge("Negotiate");
        try (Source source = asReader()) {
            assertThatThrownBy(() -> listed(source)).satisfies(is(Reason.INVALID_CREDENTIALS));
        }
    }

    @Test
    void aMissingSecretNamesItsVariable() {
        assertThatThrownBy(
                        () ->
                                Registry.open(
                                        Registry.spec(
                                                registry.endpoint(),
                                                REPOSITORY + ":v1",
                                                new OciAuth.Basic()),
                                        Map.of()))
                .hasMessageContaining("CISTERN_SOURCE_0_USERNAME");
    }
}
