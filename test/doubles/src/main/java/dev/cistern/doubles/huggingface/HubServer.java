package dev.cistern.doubles.huggingface;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// A server.
final class HubServer implements AutoCloseable {
    /// What it answers.
    @FunctionalInterface
    interface Handler {
        HubAnswer answer(HttpExchange exchange, byte[] body);
    }

    private final HttpServer server;
    private final boolean secure;

    /// A free port of loopback.
    static InetSocketAddress anywhere() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    /// @param tls null for plain HTTP
    HubServer(InetSocketAddress address, @Nullable SSLContext tls, Handler handler)
            throws IOException {
        secure = tls != null;
        if (tls == null) {
            server = HttpServer.create(address, 64);
        } else {
            HttpsServer https = HttpsServer.create(address, 64);
            https.setHttpsConfigurator(new HttpsConfigurator(tls));
            server = https;
        }
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> handle(exchange, handler));
        server.start();
    }

    private static void handle(HttpExchange exchange, Handler handler) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            HubAnswer answer;
            try {
                answer = handler.answer(exchange, body);
            } catch (IllegalArgumentException e) {
                answer = HubAnswer.wrong(String.valueOf(e.getMessage()));
            }
            answer.send(exchange);
        }
    }

    String url() {
        return (secure ? "https" : "http")
                + "://"
                + server.getAddress().getAddress().getHostAddress()
                + ":"
                + server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
