package dev.cistern.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.File;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A real API server with our CRDs and admission policies: that of `CISTERN_TEST_KUBECONFIG`, else its own
/// [ControlPlane]. Objects are sent and returned as JSON, without Java types, and unknown fields are errors.
final class ApiServer implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    private static final Duration ESTABLISH = Duration.ofSeconds(30);

    /// The API server watches its policies and compiles them.
    private static final Duration TAKE_EFFECT = Duration.ofSeconds(30);

    private final @Nullable ControlPlane own;
    private final KubernetesClient client;

    private ApiServer(@Nullable ControlPlane own, KubernetesClient client) {
        this.own = own;
        this.client = client;
    }

    static ApiServer open() throws IOException, InterruptedException {
        String kubeconfig = System.getenv("CISTERN_TEST_KUBECONFIG");
        ApiServer server;
        if (kubeconfig == null || kubeconfig.isEmpty()) {
            ControlPlane plane = ControlPlane.start();
            server = new ApiServer(plane, plane.client());
        } else {
            Config config = Config.fromKubeconfig(new File(kubeconfig));
            server = new ApiServer(null, new KubernetesClientBuilder().withConfig(config).build());
        }
        try {
            for (CrdFile crd : CrdFile.all()) {
                server.install(crd);
            }
            server.ensureNamespace("team-a");
            for (PolicyFile policy : PolicyFile.all()) {
                server.install(policy);
            }
            server.awaitPolicies();
        } catch (RuntimeException | InterruptedException e) {
            server.close();
            throw e;
        }
        return server;
    }

    /// The API server's response to a write: the object or the rejection.
    sealed interface Answer {
        record Accepted(ObjectNode object) implements Answer {}

        record Refused(int code, String message) implements Answer {}
    }

    Answer create(String collection, JsonNode object) {
        return write(collection, "POST", object);
    }

    /// The API server's response to a dry-run creation.
    Answer tryCreate(String collection, JsonNode object) {
        return write(collection, "POST", "&dryRun=All", object);
    }

    /// Replaces the object, whatever its version.
    Answer replace(String collection, ObjectNode object) {
        return write(path(collection, object), "PUT", asNewerThan(collection, object));
    }

    Answer replaceStatus(String collection, ObjectNode object) {
        return write(path(collection, object) + "/status", "PUT", asNewerThan(collection, object));
    }

    /// Does nothing when it does not exist. Deletion is immediate: samples have no finalizers.
    void delete(String collection, JsonNode object) {
        ObjectNode options =
                JSON.createObjectNode().put("apiVersion", "v1").put("kind", "DeleteOptions");
        if (write(path(collection, object), "DELETE", options)
                        instanceof Answer.Refused(int code, String message)
                && code != 404) {
            throw new AssertionError(path(collection, object) + " is not deleted: " + message);
        }
    }

    @Override
    public void close() throws IOException {
        client.close();
        if (own != null) {
            own.close();
        }
    }

    private ObjectNode asNewerThan(String collection, ObjectNode object) {
        ObjectNode copy = object.deepCopy();
        copy.withObject("/metadata")
                .put(
                        "resourceVersion",
                        get(path(collection, object)).at("/metadata/resourceVersion").asText());
        return copy;
    }

    private static String path(String collection, JsonNode object) {
        return collection + "/" + object.at("/metadata/name").asText();
    }

    private Answer write(String path, String method, JsonNode object) {
        return write(path, method, "", object);
    }

    private Answer write(String path, String method, String options, JsonNode object) {
        try {
            String answer = client.raw(path + "?fieldValidation=Strict" + options, method, object);
            return new Answer.Accepted((ObjectNode) JSON.readTree(answer));
        } catch (KubernetesClientException e) {
            if (e.getStatus() == null || e.getCode() < 400) {
                throw e;
            }
            return new Answer.Refused(e.getCode(), e.getStatus().getMessage());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private JsonNode get(String path) {
        try {
            String answer = client.raw(path);
            if (answer == null) {
                throw new IllegalStateException(path + " is not there");
            }
            return JSON.readTree(answer);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void install(CrdFile crd) throws InterruptedException {
        ObjectNode document = (ObjectNode) crd.document();
        Answer answer = create(CRDS, document);
        if (answer instanceof Answer.Refused(int code, String _) && code == 409) {
            answer = replace(CRDS, document);
        }
        if (answer instanceof Answer.Refused(int code, String message)) {
            throw new AssertionError(crd.path() + " is refused with " + code + ": " + message);
        }
        Instant end = Instant.now().plus(ESTABLISH);
        while (!condition(crd, "Established").equals("True")) {
            if (Instant.now().isAfter(end)) {
                throw new AssertionError(crd.path() + " is not established after " + ESTABLISH);
            }
            Thread.sleep(100);
        }
        if (condition(crd, "NonStructuralSchema").equals("True")) {
            throw new AssertionError(crd.path() + " has a schema that is not structural");
        }
    }

    private void install(PolicyFile policy) {
        for (ObjectNode document : policy.documents()) {
            String collection = PolicyFile.collection(document);
            Answer answer = create(collection, document);
            if (answer instanceof Answer.Refused(int code, String _) && code == 409) {
                answer = replace(collection, document);
            }
            if (answer instanceof Answer.Refused(int code, String message)) {
                throw new AssertionError(
                        policy.path() + " is refused with " + code + ": " + message);
            }
        }
    }

    /// Waits until each policy is in effect.
    private void awaitPolicies() throws InterruptedException {
        Instant end = Instant.now().plus(TAKE_EFFECT);
        for (PolicyFile.Probe probe : PolicyFile.PROBES) {
            while (tryCreate(probe.collection(), probe.object()) instanceof Answer.Accepted) {
                if (Instant.now().isAfter(end)) {
                    throw new AssertionError(
                            "no policy refuses " + probe.object() + " after " + TAKE_EFFECT);
                }
                Thread.sleep(100);
            }
        }
    }

    private String condition(CrdFile crd, String type) {
        for (JsonNode condition : get(CRDS + "/" + crd.name()).at("/status/conditions")) {
            if (condition.get("type").asText().equals(type)) {
                return condition.get("status").asText();
            }
        }
        return "";
    }

    private void ensureNamespace(String name) {
        ObjectNode namespace =
                JSON.createObjectNode().put("apiVersion", "v1").put("kind", "Namespace");
        namespace.putObject("metadata").put("name", name);
        if (create("/api/v1/namespaces", namespace)
                        instanceof Answer.Refused(int code, String message)
                && code != 409) {
            throw new AssertionError("namespace " + name + ": " + message);
        }
    }
}
