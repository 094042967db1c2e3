package dev.cistern.controller.world;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// The part of an API server that informers use: lists, which are empty, and watches, which report what a test says.
public final class WatchServer implements AutoCloseable {
    private static final String EMPTY =
            "{\"apiVersion\":\"v1\",\"kind\":\"List\",\"metadata\":{\"resourceVersion\":\"1\"},\"items\":[]}";
    private static final String GRANTS =
            "{\"name\":\"referencegrants\",\"kind\":\"ReferenceGrant\",\"namespaced\":true,"
                    + "\"singularName\":\"referencegrant\",\"verbs\":[\"list\",\"watch\"]}";

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, OutputStream> watches = new ConcurrentHashMap<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private long version = 1;

    /// Starts a server on the loopback interface.
    public WatchServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    /// A client of the server.
    public KubernetesClient client() {
        return new KubernetesClientBuilder()
                .withConfig(
                        new ConfigBuilder()
                                .withMasterUrl("http://127.0.0.1:" + server.getAddress().getPort())
                                .withOnlyHttpWatches(true)
                                .build())
                .build();
    }

    /// Reports a change to whoever watches a resource, once somebody does.
    ///
    /// @param resource such as `pods`
    /// @param type `ADDED`, `MODIFIED` or `DELETED`
    /// @param yaml the object; its resource version is set here
    public void report(String resource, String type, String yaml) throws IOException {
        ObjectNode object = (ObjectNode) Serialization.yamlMapper().readTree(yaml);
        version++;
        object.withObject("/metadata").put("resourceVersion", String.valueOf(version));
        ObjectNode event = JsonNodeFactory.instance.objectNode().put("type", type);
        event.set("object", object);
        await().until(() -> watches.containsKey(resource));
        OutputStream watch = Objects.requireNonNull(watches.get(resource));
        watch.write((event + "\n").getBytes(StandardCharsets.UTF_8));
        watch.flush();
    }

    private void answer(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        String[] path = exchange.getRequestURI().getPath().substring(1).split("/");
        String query = Objects.requireNonNullElse(exchange.getRequestURI().getQuery(), "");
        if (path.length == 3 && path[0].equals("apis")) {
            send(exchange, discovery(path[1], path[2]));
        } else if (query.contains("watch=true")) {
            watch(exchange, path[path.length - 1]);
        } else {
            send(exchange, EMPTY);
        }
    }

    /// Of the kinds that a cluster may not have, `ReferenceGrant`.
    private static String discovery(String group, String groupVersion) {
        return "{\"apiVersion\":\"v1\",\"kind\":\"APIResourceList\",\"groupVersion\":\""
                + group
                + "/"
                + groupVersion
                + "\",\"resources\":["
                + (group.equals("gateway.networking.k8s.io") ? GRANTS : "")
                + "]}";
    }

    private static void send(HttpExchange exchange, String json) throws IOException {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private void watch(HttpExchange exchange, String resource) throws IOException {
        exchange.sendResponseHeaders(200, 0);
        OutputStream events = exchange.getResponseBody();
        events.flush();
        watches.put(resource, events);
        try {
            closed.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        exchange.close();
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
