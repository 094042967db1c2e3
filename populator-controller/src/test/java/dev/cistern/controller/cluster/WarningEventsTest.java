package dev.cistern.controller.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.cistern.controller.model.WarningEvent;
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

final class WarningEventsTest {
    private static final String FIRST =
            """
            {"apiVersion": "v1", "kind": "EventList", "metadata": {"continue": "more"}, "items": [
              {"metadata": {"name": "a", "namespace": "team-a"}, "type": "Warning", "reason": "ProvisioningFailed",
               "involvedObject": {"kind": "PersistentVolumeClaim", "name": "prime-1", "uid": "uid-1"},
               "message": "no space in the pool", "lastTimestamp": "2026-01-01T00:00:02Z"},
              {"metadata": {"name": "b", "namespace": "team-a"}, "type": "Warning", "reason": "ProvisioningFailed",
               "involvedObject": {"kind": "PersistentVolumeClaim", "name": "prime-1", "uid": "uid-1"},
               "message": "no pool yet", "lastTimestamp": "2026-01-01T00:00:01Z"},
              {"metadata": {"name": "c", "namespace": "team-a"}, "type": "Warning", "reason": "Unhealthy",
               "involvedObject": {"kind": "Pod", "name": "web-0", "uid": "uid-9"},
               "message": "not ours", "lastTimestamp": "2026-01-01T00:00:01Z"}]}
            """;

    private static final String SECOND =
            """
            {"apiVersion": "v1", "kind": "EventList", "metadata": {}, "items": [
              {"metadata": {"name": "d", "namespace": "team-a"}, "type": "Warning", "reason": "FailedCreate",
               "involvedObject": {"kind": "Job", "name": "populate-2-1", "uid": "uid-2"},
               "message": "exceeded quota", "eventTime": "2026-01-01T00:00:03.000000Z"},
              {"metadata": {"name": "e", "namespace": "team-a"}, "type": "Warning", "reason": "FailedMount",
               "involvedObject": {"kind": "Pod", "name": "populate-2-1-x", "uid": "uid-3"},
               "message": "no such driver", "lastTimestamp": "2026-01-01T00:00:04Z", "source": {"host": "n1"}}]}
            """;

    private final AtomicInteger asked = new AtomicInteger();
    private volatile int answerMillis;
    private HttpServer server;
    private KubernetesClient client;

    /// The necessary part of an API server: a list in two pages, with a delay.
    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/api/v1/namespaces/team-a/events",
                exchange -> {
                    boolean more = exchange.getRequestURI().getQuery().contains("continue=more");
                    if (!more) {
                        asked.incrementAndGet();
                    }
                    try {
                        Thread.sleep(answerMillis);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    byte[] body = (more ? SECOND : FIRST).getBytes(StandardCharsets.UTF_8);
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

    @Test
    void oneQuestionAnswersForEverythingOfANamespace() {
        WarningEvents warnings = new WarningEvents(client);

        assertThat(warnings.newest("team-a", "uid-1"))
                .contains(new WarningEvent("ProvisioningFailed", "no space in the pool", ""));
        assertThat(warnings.newest("team-a", "uid-2"))
                .contains(new WarningEvent("FailedCreate", "exceeded quota", ""));
        assertThat(warnings.newest("team-a", "uid-3"))
                .contains(new WarningEvent("FailedMount", "no such driver", "n1"));
        assertThat(warnings.newest("team-a", "uid-9")).isEmpty();
        assertThat(asked).hasValue(1);
    }

    /// With 5,000 claims waiting, each list took the API server a quarter of a second, and five a second left it no
    /// time for anything else.
    @Test
    void slowAnswersAreFollowedByARestTwentyTimesAsLong() throws Exception {
        WarningEvents warnings = new WarningEvents(client);
        answerMillis = 250;

        assertThat(warnings.newest("team-a", "uid-1")).isPresent();
        for (int i = 0; i < 20; i++) {
            assertThat(warnings.newest("team-b", "uid-" + i)).isEmpty();
            Thread.sleep(50);
        }

        assertThat(asked).hasValue(1);
        assertThat(warnings.newest("team-a", "uid-1")).isPresent();
    }
}
