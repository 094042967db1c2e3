package dev.cistern.populate.source.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.cistern.populate.http.BufferPool;
import dev.cistern.populate.http.HttpClient;
import dev.cistern.populate.http.Tls;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.wire.Reason;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.ContainerCredentialsProvider;

/// The agent of EKS Pod Identity, played by a server that wants exactly what the SDK's own provider sends.
class ContainerKeysTest {
    private static final String PATH = "/v1/credentials";

    @TempDir Path directory;
    private final HttpServer agent;
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final AtomicLong clock =
            new AtomicLong(Instant.parse("2026-01-01T00:00:00Z").toEpochMilli());
    private volatile String wanted = "token-1";
    private volatile int status = 200;
    private volatile String document = "";
    private volatile @Nullable String expires = "2026-01-01T01:00:00Z";

    ContainerKeysTest() throws IOException {
        agent = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
        agent.createContext("/", this::answer);
        agent.start();
    }

    @BeforeEach
    void token() throws IOException {
        Files.writeString(tokenFile(), "token-1\n");
    }

    @AfterEach
    void stop() {
        agent.stop(0);
    }

    private Path tokenFile() {
        return directory.resolve("eks-pod-identity-token");
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String authorization = exchange.getRequestHeaders().getFirst("Authorization");
            asked.add(
                    exchange.getRequestMethod()
                            + " "
                            + exchange.getRequestURI()
                            + " "
                            + authorization);
            boolean good =
                    exchange.getRequestMethod().equals("GET")
                            && exchange.getRequestURI().toString().equals(PATH)
                            && wanted.equals(authorization)
                            && exchange.getRequestBody().readAllBytes().length == 0;
            int number = asked.size();
            String body =
                    !good
                            ? "{\"code\":\"AccessDenied\",\"message\":\"invalid token\"}"
                            : !document.isEmpty()
                                    ? document
                                    : "{\"AccessKeyId\":\"id-"
                                            + number
                                            + "\",\"SecretAccessKey\":\"s\","
                                            + "\"Token\":\"session-"
                                            + number
                                            + "\",\"AccountId\":\"123\""
                                            + (expires == null
                                                    ? ""
                                                    : ",\"Expiration\":\"" + expires + "\"")
                                            + "}";
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(good ? status : 401, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    private String uri() {
        return "http://127.0.0.1:" + agent.getAddress().getPort() + PATH;
    }

    private Map<String, String> environment() {
        return new HashMap<>(
                Map.of(
                        "AWS_CONTAINER_CREDENTIALS_FULL_URI", uri(),
                        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", tokenFile().toString()));
    }

    private AwsKeys.Provider keys(Map<String, String> environment) throws SourceException {
        HttpClient http =
                new HttpClient(
                        new HttpClient.Settings(2000, 2000, BufferPool.of(64 * 1024)),
                        new Tls(null, false));
        return ContainerKeys.of(environment, http, "test", clock::get);
    }

    private static AwsKeys now(AwsKeys.Provider keys) throws SourceException {
        return Objects.requireNonNull(keys.keys());
    }

    /// The double is true to the protocol: the vendor's own client gets its keys there.
    @Test
    void theSdksOwnProviderAsksTheSame() throws Exception {
        Files.writeString(tokenFile(), "token-1");
        expires = Instant.now().plusSeconds(3600).toString();
        System.setProperty("aws.containerCredentialsFullUri", uri());
        System.setProperty("aws.containerAuthorizationTokenFile", tokenFile().toString());
        try (ContainerCredentialsProvider theirs = ContainerCredentialsProvider.builder().build()) {
            AwsCredentials found = theirs.resolveCredentials();
            assertThat(found.accessKeyId()).isEqualTo("id-1");
            assertThat(((AwsSessionCredentials) found).sessionToken()).isEqualTo("session-1");
        } finally {
            System.clearProperty("aws.containerCredentialsFullUri");
            System.clearProperty("aws.containerAuthorizationTokenFile");
        }
        assertThat(asked).containsExactly("GET " + PATH + " token-1");
    }

    @Test
    void keysAreKeptUntilShortlyBeforeTheyExpireAndTheTokenIsReadAnew() throws Exception {
        try (AwsKeys.Provider keys = keys(environment())) {
            assertThat(keys.keys()).isEqualTo(new AwsKeys("id-1", "s", "session-1"));
            clock.addAndGet(50 * 60_000);
            assertThat(now(keys).id()).isEqualTo("id-1");
            Files.writeString(tokenFile(), "token-2");
            wanted = "token-2";
            expires = "2026-01-01T02:00:00Z";
            clock.addAndGet(6 * 60_000);
            assertThat(keys.keys()).isEqualTo(new AwsKeys("id-2", "s", "session-2"));
        }
        assertThat(asked).containsExactly("GET " + PATH + " token-1", "GET " + PATH + " token-2");
    }

    @Test
    void anAgentThatIsAwayIsWaitedForWhileTheOldKeysHold() throws Exception {
        try (AwsKeys.Provider keys = keys(environment())) {
            keys.keys();
            status = 503;
            clock.addAndGet(57 * 60_000);
            assertThat(now(keys).id()).isEqualTo("id-1");
            // Not asked again at once.
            assertThat(now(keys).id()).isEqualTo("id-1");
            assertThat(asked).hasSize(2);
            clock.addAndGet(4 * 60_000);
            assertThatThrownBy(keys::keys).isInstanceOf(SourceException.Retryable.class);
        }
    }

    @Test
    void keysThatTheStoreRefusesAreReplacedOnce() throws Exception {
        try (AwsKeys.Provider keys = keys(environment())) {
            AwsKeys first = now(keys);
            assertThat(keys.insteadOf(first)).isEqualTo(first);
            clock.addAndGet(60_000);
            AwsKeys second = Objects.requireNonNull(keys.insteadOf(first));
            assertThat(second.id()).isEqualTo("id-2");
            assertThat(keys.insteadOf(first)).isEqualTo(second);
        }
    }

    @Test
    void keysOfUnknownLifetimeAreAskedForAgainSoon() throws Exception {
        expires = null;
        try (AwsKeys.Provider keys = keys(environment())) {
            keys.keys();
            clock.addAndGet(299_000);
            assertThat(now(keys).id()).isEqualTo("id-2");
        }
    }

    @Test
    void aRefusalSaysWhatToDo() throws Exception {
        wanted = "another";
        try (AwsKeys.Provider keys = keys(environment())) {
            assertThatThrownBy(keys::keys)
                    .isInstanceOfSatisfying(
                            SourceException.Refused.class,
                            e -> assertThat(e.reason()).isEqualTo(Reason.INVALID_CREDENTIALS))
                    .hasMessageContaining("AccessDenied invalid token")
                    .hasMessageContaining("Pod Identity association")
                    .satisfies(e -> assertThat(e.getMessage()).doesNotContain("token-1"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "{}",
                "no",
                "{\"AccessKeyId\":\"a\"}",
                "{\"AccessKeyId\":\"a\",\"SecretAccessKey\":\"b\",\"Expiration\":\"tomorrow\"}"
            })
    void anAnswerThatIsNoneIsWorthAnotherTry(String wrong) throws Exception {
        document = wrong;
        try (AwsKeys.Provider keys = keys(environment())) {
            assertThatThrownBy(keys::keys)
                    .isInstanceOf(SourceException.Retryable.class)
                    .hasMessageContaining("answered wrongly");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "http://169.254.170.23/v1/credentials, true",
        "http://[fd00:ec2::23]/v1/credentials, true",
        "http://localhost:1/, true",
        "http://127.9.9.9:1/, true",
        "https://agent.example/, true",
        "http://agent.example/, false",
        "http://169.254.169.254/, false",
        "http://10.0.0.1/, false",
        "ftp://127.0.0.1/, false",
        "nonsense, false"
    })
    void withoutTlsOnlyTheAgentsOwnAddressesAreAsked(String url, boolean fine) throws Exception {
        Map<String, String> environment = environment();
        environment.put("AWS_CONTAINER_CREDENTIALS_FULL_URI", url);
        if (fine) {
            keys(environment).close();
        } else {
            assertThatThrownBy(() -> keys(environment))
                    .hasMessageContaining("AWS_CONTAINER_CREDENTIALS_FULL_URI");
        }
    }

    @Test
    void aTokenFileThatCannotBeUsedIsNamed() throws Exception {
        Map<String, String> environment = environment();
        try (AwsKeys.Provider keys = keys(environment)) {
            Files.writeString(tokenFile(), "two words");
            assertThatThrownBy(keys::keys).hasMessageContaining("holds no token");
            Files.delete(tokenFile());
            assertThatThrownBy(keys::keys).hasMessageContaining("cannot be read");
        }
        assertThat(asked).isEmpty();
        assertThatThrownBy(() -> keys(Map.of())).hasMessageContaining("no agent gives keys");
    }
}
