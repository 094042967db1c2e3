package dev.cistern.controller.runtime;

import io.fabric8.kubernetes.api.model.DeleteOptionsBuilder;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceList;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// Writes to the API server, one request per call. The client's own patches read the object first, which would make a
/// run a third more expensive; everything else (addresses, credentials, TLS, metrics) is the client's.
public final class Api {
    /// After this time a write is abandoned and the object observed again.
    private static final Duration TIMEOUT = Duration.ofSeconds(15);

    private final HttpClient http;
    private final URI base;
    private final KubernetesSerialization serialization;
    private final String fieldManager;

    /// An API through a client.
    ///
    /// @param fieldManager of all writes without another one
    public Api(KubernetesClient client, String fieldManager) {
        this.fieldManager = fieldManager;
        this.http = client.getHttpClient();
        this.base =
                client.getMasterUrl() == null
                        ? URI.create("/")
                        : URI.create(client.getMasterUrl().toString());
        this.serialization = client.getKubernetesSerialization();
    }

    /// Types of patches.
    public enum Patch {
        /// Server-side apply: the caller owns the fields in the body, and no others.
        APPLY("application/apply-patch+yaml"),
        /// Merge patch: the body replaces existing values; null removes.
        MERGE("application/merge-patch+json"),
        /// JSON patch: a list of operations; a failed `test` rejects all of them.
        OPERATIONS("application/json-patch+json");

        private final String contentType;

        Patch(String contentType) {
            this.contentType = contentType;
        }
    }

    /// Creates an object.
    ///
    /// @throws KubernetesClientException with the API server's code, or 0 when it did not answer
    public <T> T create(String path, T object, Class<T> type) {
        HttpRequest.Builder request =
                request(path + "?fieldManager=" + fieldManager)
                        .post("application/json", serialization.asJson(object));
        return serialization.unmarshal(send(request), type);
    }

    /// The object of that name, read from the API server; empty when there is none. By a list, which the controller's
    /// role allows for everything that it creates.
    ///
    /// @param collection path of the kind in its namespace
    /// @throws KubernetesClientException with the API server's code, or 0 when it did not answer
    public Optional<GenericKubernetesResource> find(String collection, String name) {
        String selector = URLEncoder.encode("metadata.name=" + name, StandardCharsets.UTF_8);
        String found = send(request(collection + "?fieldSelector=" + selector));
        return serialization
                .unmarshal(found, GenericKubernetesResourceList.class)
                .getItems()
                .stream()
                .findFirst();
    }

    /// Patches an object.
    ///
    /// @param body to be written as JSON
    /// @throws KubernetesClientException with the API server's code, or 0 when it did not answer
    public <T> T patch(String path, Patch patch, Object body, Class<T> type) {
        return patch(path, patch, fieldManager, body, type);
    }

    /// Patches an object with another field manager.
    ///
    /// @param body to be written as JSON
    /// @throws KubernetesClientException with the API server's code, or 0 when it did not answer
    public <T> T patch(String path, Patch patch, String fieldManager, Object body, Class<T> type) {
        String query =
                "?fieldManager="
                        + URLEncoder.encode(fieldManager, StandardCharsets.UTF_8)
                        + (patch == Patch.APPLY ? "&force=true" : "");
        HttpRequest.Builder request =
                request(path + query)
                        .method("PATCH", patch.contentType, serialization.asJson(body));
        return serialization.unmarshal(send(request), type);
    }

    /// Deletes the object with that UID; its dependents follow.
    ///
    /// @throws KubernetesClientException with the API server's code, or 0 when it did not answer
    public void delete(String path, String uid) {
        send(
                request(path)
                        .delete(
                                "application/json",
                                serialization.asJson(
                                        new DeleteOptionsBuilder()
                                                .withPropagationPolicy("Background")
                                                .withNewPreconditions()
                                                .withUid(uid)
                                                .endPreconditions()
                                                .build())));
    }

    private HttpRequest.Builder request(String path) {
        return http.newHttpRequestBuilder().uri(base.resolve(path));
    }

    private String send(HttpRequest.Builder request) {
        CompletableFuture<HttpResponse<byte[]>> sent =
                http.sendAsync(request.build(), byte[].class);
        try {
            HttpResponse<byte[]> response = sent.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
            byte[] body = response.body();
            String text = body == null ? "" : new String(body, StandardCharsets.UTF_8);
            if (!response.isSuccessful()) {
                throw refused(response.code(), text);
            }
            return text;
        } catch (InterruptedException e) {
            sent.cancel(true);
            Thread.currentThread().interrupt();
            throw new KubernetesClientException("interrupted while writing", e);
        } catch (ExecutionException e) {
            throw new KubernetesClientException("the API server did not answer", e.getCause());
        } catch (TimeoutException e) {
            sent.cancel(true);
            throw new KubernetesClientException("the API server did not answer in time", e);
        }
    }

    private KubernetesClientException refused(int code, String text) {
        @Nullable Status status = null;
        try {
            status = serialization.unmarshal(text, Status.class);
        } catch (RuntimeException e) {
            // Perhaps a proxy's page: the code is sufficient.
        }
        String message = status == null || status.getMessage() == null ? text : status.getMessage();
        return new KubernetesClientException(message, code, status);
    }
}
