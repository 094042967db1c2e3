package dev.cistern.controller.job;

import dev.cistern.api.v1alpha1.StorageBackendSpec;
import dev.cistern.controller.backend.BackendProxy;
import dev.cistern.controller.model.JobProxy;
import dev.cistern.populate.wire.ProxySpec;
import io.fabric8.kubernetes.api.model.SecretKeySelector;
import java.util.List;

/// The proxy of one source: its backend's, or else that of all Jobs.
public final class SourceProxy {
    private SourceProxy() {}

    /// @param ofAll the proxy of all Jobs
    public static BackendProxy of(StorageBackendSpec backend, JobProxy ofAll) {
        return BackendProxy.of(backend).orElseGet(() -> ofAll(ofAll));
    }

    private static BackendProxy ofAll(JobProxy proxy) {
        if (!proxy.present()) {
            return BackendProxy.NONE;
        }
        ProxySpec spec =
                new ProxySpec(
                        proxy.http(), proxy.https(), proxy.exempt(), ProxySpec.SetBy.CONTROLLER);
        String secret = proxy.secret();
        return new BackendProxy(
                spec,
                secret == null
                        ? List.of()
                        : BackendProxy.variables(
                                optional("username", secret), optional("password", secret)));
    }

    /// Not every namespace with a Job has the Secret; the proxy says so, when it wants a user.
    private static SecretKeySelector optional(String key, String secret) {
        return new SecretKeySelector(key, secret, true);
    }
}
