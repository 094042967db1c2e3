package dev.cistern.populate.source.rest;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.cistern.populate.http.BufferPool;
import dev.cistern.populate.http.HttpClient;
import dev.cistern.populate.http.Origin;
import dev.cistern.populate.http.Tls;
import dev.cistern.populate.source.ObjectDigest;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// A minimal store: objects are at their names, a version is a number in a header, one bearer token permits everything.
/// Its server does what a test configures.
final class ToyStore implements ObjectProtocol, AutoCloseable {
    /// Answers requests.
    interface Script {
        void answer(HttpExchange exchange) throws IOException;
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    final List<String> requests = new CopyOnWriteArrayList<>();
    final AtomicInteger tokens = new AtomicInteger(1);
    volatile boolean renews;

    private record Bearer(String token) implements RequestSigner {
        @Override
        public void sign(OutgoingRequest request, long epochSecond) {
            request.header("authorization", "Bearer " + token);
        }
    }

    ToyStore(Script script) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext(
                "/",
                exchange -> {
                    try (exchange) {
                        requests.add(
                                exchange.getRequestMethod()
                                        + " "
                                        + exchange.getRequestURI()
                                        + " "
                                        + Optional.ofNullable(header(exchange, "Authorization"))
                                                .orElse("-"));
                        exchange.getRequestBody().readAllBytes();
                        script.answer(exchange);
                    }
                });
        server.start();
    }

    static @Nullable String header(HttpExchange exchange, String name) {
        return exchange.getRequestHeaders().getFirst(name);
    }

    /// Answers with a body, or to a `HEAD` with its length.
    static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
        boolean head = exchange.getRequestMethod().equals("HEAD");
        if (head) {
            exchange.getResponseHeaders().set("Content-Length", "" + body.length);
        }
        exchange.sendResponseHeaders(status, head || body.length == 0 ? -1 : body.length);
        if (!head && body.length > 0) {
            exchange.getResponseBody().write(body);
        }
    }

    static void redirect(HttpExchange exchange, String to) throws IOException {
        exchange.getResponseHeaders().set("Location", to);
        exchange.sendResponseHeaders(307, -1);
    }

    StoreSender sender() {
        HttpClient http =
                new HttpClient(
                        new HttpClient.Settings(2000, 2000, BufferPool.of(64 * 1024)),
                        new Tls(null, false));
        return new StoreSender(http, new Endpoint(), this, "test");
    }

    Origin origin() {
        return Origin.of("http://127.0.0.1:" + server.getAddress().getPort());
    }

    private final class Endpoint implements StoreEndpoint {
        @Override
        public Origin origin() {
            return ToyStore.this.origin();
        }

        @Override
        public @Nullable RequestSigner signer() {
            return new Bearer("token-" + tokens.get());
        }

        @Override
        public @Nullable RequestSigner renewed(RequestSigner refused) {
            if (renews && refused.equals(signer())) {
                tokens.incrementAndGet();
            }
            return signer();
        }
    }

    @Override
    public String where() {
        return "toy at " + origin();
    }

    @Override
    public SourceException of(ErrorAnswer answer, @Nullable String object) {
        return StatusErrors.of(
                answer,
                "HTTP " + answer.status(),
                where(),
                object,
                new StatusErrors.Hints("check the token", "check the store", "ask its owner"));
    }

    @Override
    public StoreRequest head(SourceObject object) {
        return StoreRequest.head("/" + object.id()).about(object.id());
    }

    @Override
    public StoreRequest get(SourceObject object, String range, ReadMode mode) {
        return StoreRequest.get("/" + object.id())
                .about(object.id())
                .range(range)
                .encoding(mode.encoding())
                .header("if-number", mode.conditional() ? object.version() : null);
    }

    @Override
    public boolean conditional(SourceObject object) {
        return object.version() != null;
    }

    @Override
    public @Nullable String version(ObjectHead head) {
        return head.header("number");
    }

    @Override
    public @Nullable ObjectDigest digest(ObjectHead head, @Nullable String listedVersion) {
        return null;
    }

    @Override
    public boolean wholeOnly(ObjectHead head) {
        return "none".equals(head.header("accept-ranges"));
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
