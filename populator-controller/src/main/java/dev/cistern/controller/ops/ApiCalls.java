package dev.cistern.controller.ops;

import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;

/// Counts calls to the API server, as `cistern_api_calls_total{verb,resource,code}`.
public final class ApiCalls implements Interceptor {
    /// The name that the interceptor is registered under.
    public static final String NAME = "cistern-api-calls";

    private final MeterRegistry registry;

    /// A counter in a registry.
    public ApiCalls(MeterRegistry registry) {
        this.registry = registry;
    }

    @Override
    public void after(
            HttpRequest request,
            HttpResponse<?> response,
            AsyncBody.Consumer<List<ByteBuffer>> consumer) {
        Counter.builder("cistern.api.calls")
                .description("Calls to the API server that were answered")
                .tag("verb", verb(request.method(), request.uri()))
                .tag("resource", resource(request.uri().getPath()))
                .tag("code", Integer.toString(response.code()))
                .register(registry)
                .increment();
    }

    /// As in audit logs; a watch is a `get` with `watch=true`.
    static String verb(String method, URI uri) {
        String query = uri.getQuery() == null ? "" : uri.getQuery();
        if (method.equals("GET") && query.contains("watch=true")) {
            return "watch";
        }
        return switch (method) {
            case "POST" -> "create";
            case "PUT" -> "update";
            case "GET", "PATCH", "DELETE" -> method.toLowerCase(Locale.ROOT);
            default -> "other";
        };
    }

    /// The resource of a path, with its subresource: `pods`, `volumepopulations/status`. Never a name, which would make
    /// a metric for each object.
    static String resource(String path) {
        String[] parts = path.split("/");
        // "", api, v1, ... or "", apis, GROUP, VERSION, ...
        int at = parts.length > 1 && parts[1].equals("apis") ? 4 : 3;
        if (parts.length <= at) {
            return "discovery";
        }
        if (parts[at].equals("namespaces") && parts.length > at + 2) {
            at += 2;
        }
        return parts.length > at + 2 ? parts[at] + "/" + parts[at + 2] : parts[at];
    }
}
