package dev.cistern.populate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.populate.engine.FaultPoints;
import dev.cistern.populate.engine.Fill;
import dev.cistern.populate.engine.FillException;
import dev.cistern.populate.engine.FillRequest;
import dev.cistern.populate.engine.MemoryBudget;
import dev.cistern.populate.engine.Meter;
import dev.cistern.populate.http.Proxies;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.target.DirectoryTarget;
import dev.cistern.populate.testing.FaultyS3;
import dev.cistern.populate.testing.FaultyS3.Fault;
import dev.cistern.populate.testing.StrictSts;
import dev.cistern.populate.testing.TestProxy;
import dev.cistern.populate.wire.Reason;
import dev.cistern.populate.wire.S3Auth;
import dev.cistern.populate.wire.S3Spec;
import dev.cistern.populate.wire.TlsSpec;
import dev.cistern.populate.wire.Verify;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Fills with keys from a token service.
class WebIdentityTest {
    private static final String ROLE = "arn:aws:iam::123456789012:role/reader";
    private static final int FILES = 20;

    /// Proxy variables.
    private Map<String, String> proxies = Map.of();

    @TempDir Path directory;
    private final FaultyS3 store = new FaultyS3();
    private final StrictSts sts = new StrictSts(ROLE, "team-a", "identity-1");

    WebIdentityTest() throws IOException {}

    @BeforeEach
    void prepare() throws IOException {
        Files.createDirectory(target());
        Files.writeString(tokenFile(), "identity-1");
        for (int i = 0; i < FILES; i++) {
            store.put("t/" + i, new byte[100]);
        }
        store.faults(this::unlessInSession);
    }

    @AfterEach
    void stop() throws IOException {
        store.close();
        sts.close();
    }

    @Test
    void tokenServiceAndStoreAreAskedThroughAProxy() throws Exception {
        try (TestProxy proxy = new TestProxy()) {
            proxy.wants("user", "secret");
            proxies = Map.of("http_proxy", "http://user:secret@" + proxy.address());
            fill(spec(ROLE, "team-a", sts.endpoint()), Duration.ofSeconds(20));
            assertThat(proxy.asked())
                    .anyMatch(asked -> asked.startsWith("POST " + sts.endpoint()))
                    .anyMatch(asked -> asked.startsWith("GET " + store.endpoint()))
                    .noneMatch(asked -> asked.endsWith("without authorization"));
        }
    }

    private Path target() {
        return directory.resolve("target");
    }

    private Path tokenFile() {
        return directory.resolve("token");
    }

    /// The store accepts only unexpired session tokens that the signature covers.
    private @Nullable Fault unlessInSession(FaultyS3.Asked asked) {
        String token = asked.headers().getOrDefault("x-amz-security-token", "");
        String authorization = asked.headers().getOrDefault("authorization", "");
        boolean good =
                sts.holds(token)
                        && authorization.matches(".*SignedHeaders=[^,]*;x-amz-security-token,.*");
        return good ? null : new Fault.Status(403, "InvalidToken", Map.of());
    }

    private S3Spec spec(String role, @Nullable String session, String stsEndpoint) {
        return new S3Spec(
                store.endpoint(),
                "us-east-1",
                true,
                TlsSpec.PLATFORM,
                FaultyS3.BUCKET,
                "t/",
                new S3Auth.WebIdentity(role, tokenFile().toString(), stsEndpoint, null, session));
    }

    private void fill(S3Spec spec, Duration patience) throws FillException, InterruptedException {
        Map<String, String> environment = new HashMap<>(proxies);
        long millis = patience.toMillis();
        try (Source source =
                new Stores(environment, MemoryBudget.of(96 << 20), Proxies.of(environment))
                        .open(0, spec)) {
            FillRequest request =
                    new FillRequest(
                            new DirectoryTarget(target()),
                            List.of(new FillRequest.Input(source, "", List.of(), List.of(), null)),
                            0,
                            Verify.FULL,
                            0,
                            2,
                            MemoryBudget.of(96 << 20),
                            false,
                            true,
                            new FillRequest.Timing(millis, millis, 5, 50));
            new Fill(request, new Meter(), FaultPoints.NONE).run();
        }
    }

    private void fill() throws FillException, InterruptedException {
        fill(spec(ROLE, "team-a", sts.endpoint()), Duration.ofSeconds(20));
    }

    private void assertFails(Reason reason, String... says) {
        assertFails(spec(ROLE, "team-a", sts.endpoint()), reason, says);
    }

    private void assertFails(S3Spec spec, Reason reason, String... says) {
        assertThatThrownBy(() -> fill(spec, Duration.ofSeconds(1)))
                .isInstanceOfSatisfying(
                        FillException.class, e -> assertThat(e.reason()).isEqualTo(reason))
                .satisfies(e -> assertThat(e.getMessage()).contains(says));
        assertThat(target()).isDirectoryNotContaining(path -> !path.endsWith(".cistern"));
    }

    private void assertFilled() {
        for (int i = 0; i < FILES; i++) {
            assertThat(target().resolve("" + i)).hasSize(100);
        }
    }

    @Test
    void oneRequestForKeysServesAWholeFill() throws Exception {
        fill(spec(ROLE, "team-a", sts.endpoint()), Duration.ofSeconds(20));

        assertFilled();
        assertThat(sts.asked())
                .containsExactly(
                        Map.of(
                                "RoleArn", ROLE,
                                "RoleSessionName", "team-a",
                                "WebIdentityToken", "identity-1"));
        assertThat(store.asked())
                .hasSizeGreaterThan(FILES)
                .allMatch(a -> "session-1".equals(a.headers().get("x-amz-security-token")));
    }

    @Test
    void theSessionHasANameWhereNoneIsGiven() throws Exception {
        try (StrictSts other = new StrictSts(ROLE, "cistern", "identity-1")) {
            store.faults(request -> null);
            fill(spec(ROLE, null, other.endpoint()), Duration.ofSeconds(20));
            assertFilled();
        }
    }

    @Test
    void keysThatExpireAreRenewedWithTheTokenThatIsInTheFileThen() throws Exception {
        // Kubernetes replaces a projected token before it expires; the first keys expire at once.
        sts.lifetime(Duration.ofSeconds(5));
        store.faults(
                asked -> {
                    if (asked.listing()) {
                        sts.trusts("identity-2");
                        sts.lifetime(Duration.ofHours(1));
                        write("identity-2");
                    }
                    return unlessInSession(asked);
                });

        fill();

        assertFilled();
        assertThat(sts.asked())
                .extracting(form -> form.get("WebIdentityToken"))
                .containsExactly("identity-1", "identity-2");
        assertThat(store.asked().getFirst().headers())
                .containsEntry("x-amz-security-token", "session-1");
        assertThat(store.asked().getLast().headers())
                .containsEntry("x-amz-security-token", "session-2");
    }

    private void write(String token) {
        try {
            Files.writeString(tokenFile(), token);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void aTokenThatIsNotTrustedEndsTheRunForGood() {
        sts.trusts("identity-9");
        assertFails(
                Reason.INVALID_CREDENTIALS,
                ROLE,
                "InvalidIdentityToken",
                "token",
                "audience",
                "ServiceAccount");
        assertThat(Reason.INVALID_CREDENTIALS.terminal()).isTrue();
        assertThat(sts.asked()).hasSize(1);
        assertThat(store.asked()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "400, InvalidIdentityToken, InvalidCredentials, audience",
        "400, ExpiredTokenException, CredentialsExpired, read anew",
        "400, IDPRejectedClaim, InvalidCredentials, audience",
        "400, ValidationError, InvalidCredentials, roleArn",
        "403, AccessDenied, AccessDenied, trust policy"
    })
    void aRefusalSaysWhatToDo(int status, String code, String reason, String hint) {
        sts.refuses(new StrictSts.Refusal(status, code));
        assertThatThrownBy(this::fill)
                .isInstanceOfSatisfying(
                        FillException.class,
                        e -> {
                            assertThat(e.reason()).hasToString(reason);
                            assertThat(e.reason().terminal())
                                    .isEqualTo(e.reason() != Reason.CREDENTIALS_EXPIRED);
                            assertThat(e.getMessage()).contains(ROLE, code, hint);
                        });
        assertThat(sts.asked()).hasSize(1);
    }

    @Test
    void anotherRoleIsRefused() {
        assertFails(
                spec(ROLE + "-2", "team-a", sts.endpoint()),
                Reason.ACCESS_DENIED,
                ROLE + "-2",
                "trust policy");
    }

    @Test
    void aTokenFileThatIsMissingIsNamed() throws Exception {
        Files.delete(tokenFile());
        assertFails(Reason.INVALID_CREDENTIALS, tokenFile().toString(), "cannot be read", "mount");
        assertThat(sts.asked()).isEmpty();
    }

    @Test
    void aServiceThatIsAwayForAMomentIsAskedAgain() throws Exception {
        sts.refuses(new StrictSts.Refusal(503, "ServiceUnavailable"));
        Thread back =
                Thread.ofVirtual()
                        .start(
                                () -> {
                                    while (sts.asked().isEmpty()) {
                                        Thread.onSpinWait();
                                    }
                                    sts.refuses(null);
                                });
        fill();
        back.join();
        assertFilled();
        assertThat(sts.asked()).hasSizeGreaterThan(1);
    }

    @Test
    void whatIsNoTokenServiceIsWorthAnotherAttempt() {
        sts.refuses(new StrictSts.Refusal(400, null));
        assertFails(Reason.SOURCE_UNAVAILABLE, ROLE, sts.endpoint());
        assertThat(Reason.SOURCE_UNAVAILABLE.terminal()).isFalse();
        sts.close();
        assertFails(Reason.SOURCE_UNAVAILABLE, ROLE, sts.endpoint());
    }
}
