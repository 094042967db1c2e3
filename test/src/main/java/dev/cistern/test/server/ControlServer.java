package dev.cistern.test.server;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import java.util.concurrent.Executors;

/// Controls proxy and STS from outside their process, in `java.util.Properties`:
///
/// | request | |
/// |---|---|
/// | `PUT /buckets/NAME/faults` | sets [Faults] |
/// | `GET /buckets/NAME/traffic` | gives [Traffic] |
/// | `PUT /sts/trust` | `roleArn`, `issuer`, `audience`, `subject`, `jwks` |
/// | `GET /sts/decisions` | one line each |
final class ControlServer implements AutoCloseable {
    private final HttpServer server;
    private final FaultProxy proxy;
    private final StsServer sts;

    ControlServer(InetSocketAddress listen, FaultProxy proxy, StsServer sts) throws IOException {
        this.proxy = proxy;
        this.sts = sts;
        server = HttpServer.create(listen, 64);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::handle);
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String[] path = exchange.getRequestURI().getPath().split("/");
            String what = exchange.getRequestMethod() + " " + path[1] + " " + path[path.length - 1];
            switch (what) {
                case "PUT buckets faults" -> {
                    proxy.bucket(path[2]).set(Faults.of(read(exchange)));
                    answer(exchange, 200, "");
                }
                case "GET buckets traffic" -> {
                    var text = new StringWriter();
                    proxy.bucket(path[2]).traffic().toProperties().store(text, null);
                    answer(exchange, 200, text.toString());
                }
                case "PUT sts trust" -> {
                    Properties p = read(exchange);
                    sts.trust(
                            p.getProperty("roleArn"),
                            new WebIdentity.Trust(
                                    p.getProperty("issuer"),
                                    p.getProperty("audience"),
                                    p.getProperty("subject"),
                                    p.getProperty("jwks")));
                    answer(exchange, 200, "");
                }
                case "GET sts decisions" ->
                        answer(exchange, 200, String.join("\n", sts.decisions()));
                default -> answer(exchange, 404, "no such order: " + what);
            }
        }
    }

    private static Properties read(HttpExchange exchange) throws IOException {
        var p = new Properties();
        p.load(new InputStreamReader(exchange.getRequestBody(), StandardCharsets.UTF_8));
        return p;
    }

    private static void answer(HttpExchange exchange, int status, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
