package dev.cistern.test.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FaultProxyTest {
    private static final InetSocketAddress ANY =
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    private static final int SIZE = 300_000;

    private final byte[] object = new byte[SIZE];
    private final HttpClient client =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(Duration.ofSeconds(2))
                    .build();
    private final SessionCredentials sessions = new SessionCredentials();
    private HttpServer store;
    private FaultProxy proxy;
    private volatile HttpRequestSeen seen = new HttpRequestSeen("", "");

    private record HttpRequestSeen(String authorization, String token) {}

    @BeforeEach
    void start() throws IOException {
        new Random(1).nextBytes(object);
        store = HttpServer.create(ANY, 16);
        store.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        store.createContext(
                "/",
                exchange -> {
                    try (exchange) {
                        var headers = exchange.getRequestHeaders();
                        seen =
                                new HttpRequestSeen(
                                        String.valueOf(headers.getFirst("Authorization")),
                                        String.valueOf(headers.getFirst("X-Amz-Security-Token")));
                        boolean list = exchange.getRequestURI().getPath().split("/").length < 3;
                        byte[] body =
                                list
                                        ? "<Key>escape.txt</Key>"
                                                .getBytes(java.nio.charset.StandardCharsets.UTF_8)
                                        : object;
                        // 0: chunked, as some stores answer listings.
                        exchange.sendResponseHeaders(200, list ? 0 : body.length);
                        exchange.getResponseBody().write(body);
                    }
                });
        store.start();
        proxy =
                new FaultProxy(
                        ANY,
                        store.getAddress(),
                        new FaultProxy.Root("ROOT", "root-secret", "us-east-1"),
                        sessions);
    }

    @AfterEach
    void stop() throws IOException {
        proxy.close();
        store.stop(0);
        client.close();
    }

    @Test
    void whatPassesIsUnchangedAndCounted() throws Exception {
        assertThat(get("/bkt/key").body()).isEqualTo(object);
        assertThat(get("/bkt/key").body()).isEqualTo(object);
        assertThat(
                        new String(
                                get("/bkt?list-type=2").body(),
                                java.nio.charset.StandardCharsets.UTF_8))
                .isEqualTo("<Key>escape.txt</Key>");
        assertThat(
                        send(request("/bkt/key")
                                        .method("HEAD", HttpRequest.BodyPublishers.noBody()))
                                .statusCode())
                .isEqualTo(200);

        assertThat(proxy.bucket("bkt").traffic())
                .isEqualTo(new Traffic(1, 1, 2, 2 * SIZE, 0, 0, 0));
        assertThat(proxy.bucket("other").traffic()).isEqualTo(new Traffic(0, 0, 0, 0, 0, 0, 0));
    }

    @Test
    void itIsBusyForAsManyRequestsAsItWasTold() throws Exception {
        proxy.bucket("bkt").set(Faults.NONE.withRefusedRequests(2));

        assertThat(get("/bkt/key").statusCode()).isEqualTo(503);
        assertThat(get("/other/key").statusCode()).isEqualTo(200);
        assertThat(get("/bkt/key").statusCode()).isEqualTo(503);
        assertThat(get("/bkt/key").statusCode()).isEqualTo(200);
        assertThat(proxy.bucket("bkt").traffic().refused()).isEqualTo(2);
    }

    @Test
    void itCutsConnectionsWithinAnObject() throws Exception {
        proxy.bucket("bkt").set(Faults.NONE.withCuts(1, 100_000));

        assertThatThrownBy(() -> get("/bkt/key")).isInstanceOf(IOException.class);
        assertThat(get("/bkt/key").body()).isEqualTo(object);
        Traffic traffic = proxy.bucket("bkt").traffic();
        assertThat(traffic.cut()).isEqualTo(1);
        assertThat(traffic.objectBytes()).isBetween(SIZE + 100_000L, SIZE + 200_000L);
    }

    @Test
    void theGateHoldsAtExactlyThatByteUntilItIsOpened() throws Exception {
        proxy.bucket("bkt").set(Faults.NONE.withGateAtBytes(SIZE / 2));
        CompletableFuture<HttpResponse<byte[]>> read =
                client.sendAsync(request("/bkt/key").build(), BodyHandlers.ofByteArray());
        for (int i = 0; i < 100 && proxy.bucket("bkt").traffic().objectBytes() < SIZE / 2; i++) {
            Thread.sleep(20);
        }

        assertThat(proxy.bucket("bkt").traffic().objectBytes()).isEqualTo(SIZE / 2);
        assertThat(read).isNotDone();
        proxy.bucket("bkt").set(Faults.NONE);
        assertThat(read.get(5, TimeUnit.SECONDS).body()).isEqualTo(object);
    }

    @Test
    void theRateIsKept() throws Exception {
        proxy.bucket("bkt").set(Faults.NONE.withBytesPerSecond(2 * SIZE));
        Instant start = Instant.now();

        get("/bkt/key");

        assertThat(Duration.between(start, Instant.now()))
                .isBetween(Duration.ofMillis(450), Duration.ofMillis(1500));
    }

    @Test
    void listingsCanLie() throws Exception {
        proxy.bucket("bkt").set(Faults.NONE.withListed(">escape.txt<", ">../escape.txt<"));

        assertThat(
                        new String(
                                get("/bkt?list-type=2").body(),
                                java.nio.charset.StandardCharsets.UTF_8))
                .isEqualTo("<Key>../escape.txt</Key>");
    }

    @Test
    void writesDoNotPass() throws Exception {
        assertThat(
                        send(request("/bkt/key").PUT(HttpRequest.BodyPublishers.ofString("x")))
                                .statusCode())
                .isEqualTo(501);
    }

    @Test
    void temporaryCredentialsAreCheckedHereAndReplaced() throws Exception {
        SessionCredentials.Session session = sessions.issue(Instant.now(), Duration.ofMinutes(1));

        HttpResponse<byte[]> good =
                send(signed(session.accessKey(), session.secret(), session.token()));
        assertThat(good.statusCode()).isEqualTo(200);
        assertThat(seen.authorization()).contains("Credential=ROOT/");
        assertThat(seen.token()).isEqualTo("null");
        assertThat(send(signed(session.accessKey(), "wrong", session.token())).statusCode())
                .isEqualTo(403);
        assertThat(send(signed(session.accessKey(), session.secret(), "wrong")).statusCode())
                .isEqualTo(403);
        assertThat(send(signed("ASIAUNKNOWN", session.secret(), session.token())).statusCode())
                .isEqualTo(403);
        assertThat(proxy.bucket("bkt").traffic().denied()).isEqualTo(3);
    }

    /// Signed by the SDK: the check must accept requests of real clients.
    private HttpRequest.Builder signed(String accessKey, String secret, String token) {
        var request =
                software.amazon.awssdk.http.SdkHttpFullRequest.builder()
                        .method(software.amazon.awssdk.http.SdkHttpMethod.GET)
                        .uri(uri("/bkt/a%20key"))
                        .build();
        var signer = software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner.create();
        var signed =
                signer.sign(
                        r ->
                                r.identity(
                                                software.amazon.awssdk.identity.spi
                                                        .AwsSessionCredentialsIdentity.create(
                                                        accessKey, secret, token))
                                        .request(request)
                                        .putProperty(
                                                software.amazon.awssdk.http.auth.aws.signer
                                                        .AwsV4HttpSigner.SERVICE_SIGNING_NAME,
                                                "s3")
                                        .putProperty(
                                                software.amazon.awssdk.http.auth.aws.signer
                                                        .AwsV4HttpSigner.REGION_NAME,
                                                "us-east-1")
                                        .putProperty(
                                                software.amazon.awssdk.http.auth.aws.signer
                                                        .AwsV4HttpSigner.DOUBLE_URL_ENCODE,
                                                false));
        var builder = request("/bkt/a%20key");
        signed.request()
                .forEachHeader(
                        (name, values) -> {
                            if (!name.equalsIgnoreCase("host")) {
                                values.forEach(value -> builder.header(name, value));
                            }
                        });
        return builder;
    }

    private HttpResponse<byte[]> get(String path) throws IOException, InterruptedException {
        return send(request(path));
    }

    private HttpResponse<byte[]> send(HttpRequest.Builder request)
            throws IOException, InterruptedException {
        return client.send(request.build(), BodyHandlers.ofByteArray());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(uri(path)).timeout(Duration.ofSeconds(10));
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + proxy.port() + path);
    }
}
