package dev.cistern.controller.observe;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class ProvisionerEventsTest {
    private static final String EVENTS =
            """
            {"apiVersion": "v1", "kind": "EventList", "metadata": {}, "items": [
              {"apiVersion": "v1", "kind": "Event", "metadata": {"name": "e", "namespace": "team-a"},
               "type": "Warning", "message": "no space in the pool", "lastTimestamp": "2026-01-01T00:00:00Z"}]}
            """;

    private final AtomicInteger asked = new AtomicInteger();
    private volatile int answerMillis;
    private HttpServer server;
    private KubernetesClient client;

    /// Only what the questions need of an API server: a list, after some time.
    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/api/v1/namespaces/team-a/events",
                exchange -> {
                    asked.incrementAndGet();
                    try {
                        Thread.sleep(answerMillis);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    byte[] body = EVENTS.getBytes(StandardCharsets.UTF_8);
                    exchange.getResponseHeaders().set("Content-Type", "application/json");
                    exchange.sendResponseHeaders(200, body.length);
                    exchange.getResponseBody().write(body);
                    exchange.close();
                });
        server.start();
        client =
                new KubernetesClientBuilder()
                        .withConfig(
                                new ConfigBuilder()
                                        .withMasterUrl(
                                                "http://127.0.0.1:" + server.getAddress().getPort())
                                        .build())
                        .build();
    }

    @AfterEach
    void stop() {
        client.close();
        server.stop(0);
    }

    /// With 5,000 claims waiting, each list took the API server a quarter of a second, and five a second left it no time for anything else.
    @Test
    void slowAnswersAreFollowedByARestTwentyTimesAsLong() throws Exception {
        ProvisionerEvents events = new ProvisionerEvents(client);
        answerMillis = 250;

        assertThat(events.newest("team-a", "first", "1")).contains("no space in the pool");
        for (int i = 0; i < 20; i++) {
            assertThat(events.newest("team-a", "other", "uid-" + i)).isEmpty();
            Thread.sleep(50);
        }

        assertThat(asked).hasValue(1);
        assertThat(events.newest("team-a", "first", "1")).contains("no space in the pool");
    }
}
