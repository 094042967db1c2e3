package dev.cistern.controller.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// The HTTP proxies of an installation's Jobs, for backends that name none of their own.
///
/// @param http URL of the one for stores without TLS, `http://HOST:PORT`; null means none
/// @param https likewise for stores over TLS
/// @param exempt what is reached without: entries as in `NO_PROXY`
/// @param secret name of a Secret with the keys `username` and `password`, in the namespace in which a Job runs; null means none
public record JobProxy(
        @Nullable String http,
        @Nullable String https,
        List<String> exempt,
        @Nullable String secret) {
    /// No proxy.
    public static final JobProxy NONE = new JobProxy(null, null, List.of(), null);

    public JobProxy {
        exempt = List.copyOf(exempt);
    }

    /// Whether there is one at all.
    public boolean present() {
        return http != null || https != null;
    }
}
