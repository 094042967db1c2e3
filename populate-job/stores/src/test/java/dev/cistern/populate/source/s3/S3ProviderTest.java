package dev.cistern.populate.source.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.cistern.populate.http.BufferPool;
import dev.cistern.populate.http.Origin;
import dev.cistern.populate.http.Proxies;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceContract;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.source.rest.RedirectRule;
import dev.cistern.populate.store.StoreContext;
import dev.cistern.populate.testing.FaultyS3;
import dev.cistern.populate.testing.FaultyS3.Fault;
import dev.cistern.populate.testing.StrictSts;
import dev.cistern.populate.testing.TestProxy;
import dev.cistern.populate.wire.Reason;
import dev.cistern.populate.wire.S3Auth;
import dev.cistern.populate.wire.S3Bucket;
import dev.cistern.populate.wire.S3Options;
import dev.cistern.populate.wire.S3Spec;
import dev.cistern.populate.wire.TlsSpec;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How a specification becomes a source: keys that the platform gives, and what is refused before anything is asked.
class S3ProviderTest {
    private static final String ROLE = "arn:aws:iam::123456789012:role/reader";
    private static final SourceObject OBJECT = new SourceObject("x", 500, null, 0);

    @TempDir Path directory;
    private final FaultyS3 server = new FaultyS3();
    private Proxies proxies = Proxies.NONE;

    S3ProviderTest() throws IOException {
        server.put("x", new byte[500]);
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    private S3Spec spec(@Nullable String endpoint, S3Auth auth, S3Options options) {
        return new S3Spec(
                endpoint, "us-east-1", true, TlsSpec.PLATFORM, FaultyS3.BUCKET, "", auth, options);
    }

    private Source open(S3Spec spec, Map<String, String> environment) throws SourceException {
        return S3Provider.open(
                spec, new StoreContext(0, environment, BufferPool.of(128 * 1024), proxies, "test"));
    }

    private void unlessWithToken(String token) {
        server.faults(
                asked ->
                        token.equals(asked.headers().get("x-amz-security-token"))
                                ? null
                                : new Fault.Status(403, "InvalidToken", Map.of()));
    }

    private void readAll(S3Auth auth, Map<String, String> environment) throws Exception {
        try (Source source = open(spec(server.endpoint(), auth, S3Options.NONE), environment)) {
            source.read(OBJECT, 0, 500, new SourceContract.Bytes());
        }
    }

    private Map<String, String> ofServiceAccount() throws IOException {
        Path token = Files.writeString(directory.resolve("token"), "identity-1");
        return new HashMap<>(
                Map.of("AWS_ROLE_ARN", ROLE, "AWS_WEB_IDENTITY_TOKEN_FILE", token.toString()));
    }

    @Test
    void theRoleThatTheServiceAccountsAnnotationNamesIsAssumed() throws Exception {
        unlessWithToken("session-1");
        try (StrictSts sts = new StrictSts(ROLE, "cistern", "identity-1")) {
            readAll(new S3Auth.Platform(sts.endpoint(), null), ofServiceAccount());
        }
        try (StrictSts sts = new StrictSts(ROLE, "by-platform", "identity-1")) {
            Map<String, String> environment = ofServiceAccount();
            environment.put("AWS_ROLE_SESSION_NAME", "by-platform");
            readAll(new S3Auth.Platform(sts.endpoint(), null), environment);
        }
        try (StrictSts sts = new StrictSts(ROLE, "by-backend", "identity-1")) {
            readAll(new S3Auth.Platform(sts.endpoint(), "by-backend"), ofServiceAccount());
        }
    }

    /// The agent is on the node: a proxy would ask its own node's.
    @Test
    void theAgentOfPodIdentityIsAskedWithoutTheProxyThatLeadsToTheStore() throws Exception {
        HttpServer agent =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 4);
        agent.createContext(
                "/",
                exchange -> {
                    byte[] body =
                            ("{\"AccessKeyId\":\""
                                            + FaultyS3.KEY_ID
                                            + "\",\"SecretAccessKey\":\""
                                            + FaultyS3.SECRET
                                            + "\",\"Token\":\"of the"
                                            + " agent\",\"Expiration\":\"2099-01-01T00:00:00Z\"}")
                                    .getBytes(StandardCharsets.UTF_8);
                    exchange.sendResponseHeaders(200, body.length);
                    exchange.getResponseBody().write(body);
                    exchange.close();
                });
        agent.start();
        unlessWithToken("of the agent");
        try (TestProxy proxy = new TestProxy()) {
            proxies = Proxies.of(Map.of("http_proxy", proxy.address()));
            readAll(
                    new S3Auth.Platform(null, null),
                    Map.of(
                            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                            "http://127.0.0.1:"
                                    + agent.getAddress().getPort()
                                    + "/v1/credentials"));
            assertThat(proxy.asked())
                    .hasSize(1)
                    .allMatch(asked -> asked.startsWith("GET " + server.endpoint()));
        } finally {
            agent.stop(0);
        }
    }

    @Test
    void aServiceAccountWithoutARoleIsSaidAndTheNodesIsNotTaken() {
        assertThatThrownBy(() -> readAll(new S3Auth.Platform(null, null), Map.of()))
                .isInstanceOfSatisfying(
                        SourceException.Refused.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.INVALID_CREDENTIALS))
                .hasMessageContaining("eks.amazonaws.com/role-arn")
                .hasMessageContaining("Pod Identity association")
                .hasMessageContaining("the node's own role is not taken");
        assertThat(server.asked()).isEmpty();
    }

    @Test
    void aCustomersKeyIsNeverSentInTheClear() throws Exception {
        Path key = Files.write(directory.resolve("key"), new byte[32]);
        S3Options options = new S3Options(false, false, false, key.toString());
        S3Auth.AccessKey auth = new S3Auth.AccessKey();
        assertThatThrownBy(() -> open(spec(server.endpoint(), auth, options), Map.of()))
                .hasMessageContaining("sources[0].store.options.customerKeyFile")
                .hasMessageContaining("is sent over TLS alone");
        assertThatThrownBy(
                        () ->
                                open(
                                        spec("https://s3.example", new S3Auth.Anonymous(), options),
                                        Map.of()))
                .hasMessageContaining("give credentials");
        Files.write(key, new byte[31]);
        assertThatThrownBy(() -> open(spec("https://s3.example", auth, options), Map.of()))
                .hasMessageContaining("holds no key for AES-256");
        assertThat(server.asked()).isEmpty();
    }

    /// Who asks for validated cryptography is not led away from it.
    @Test
    void aRedirectToAnEndpointWithoutFipsIsNotFollowed() throws Exception {
        S3Location location =
                S3Location.of(
                        null,
                        "us-east-1",
                        new S3Bucket("models"),
                        false,
                        new S3Options(false, true, false, null));
        try (S3Endpoint endpoint = new S3Endpoint(location, () -> null, null)) {
            assertThat(
                            endpoint.redirected(
                                    Origin.of("https://models.s3-fips.us-west-2.amazonaws.com")))
                    .isEqualTo(RedirectRule.SIGNED);
            assertThat(endpoint.redirected(Origin.of("https://models.s3.us-west-2.amazonaws.com")))
                    .isEqualTo(RedirectRule.REFUSED);
        }
    }
}
