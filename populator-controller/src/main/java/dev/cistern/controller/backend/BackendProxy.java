package dev.cistern.controller.backend;

import dev.cistern.api.v1alpha1.StorageBackendSpec;
import dev.cistern.api.v1alpha1.storagebackendspec.Proxy;
import dev.cistern.populate.wire.ProxySpec;
import io.fabric8.kubernetes.api.model.SecretKeySelector;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The proxy by which a store is reached.
///
/// @param spec what the Job is told; null means that there is none
/// @param variables with user and password
public record BackendProxy(@Nullable ProxySpec spec, List<Credentials.Variable> variables) {
    /// The store is reached without.
    public static final BackendProxy NONE = new BackendProxy(null, List.of());

    private static final String USER = "PROXY_USERNAME";
    private static final String PASSWORD = "PROXY_PASSWORD";

    /// What a backend says of it; empty where it says nothing. An empty `proxy` says that there is none.
    public static Optional<BackendProxy> of(StorageBackendSpec backend) {
        Proxy proxy = backend.getProxy();
        if (proxy == null) {
            return Optional.empty();
        }
        if (proxy.getHttpProxy() == null && proxy.getHttpsProxy() == null) {
            return Optional.of(NONE);
        }
        ProxySpec spec =
                new ProxySpec(
                        proxy.getHttpProxy(),
                        proxy.getHttpsProxy(),
                        proxy.getNoProxy() == null ? List.of() : proxy.getNoProxy(),
                        ProxySpec.SetBy.BACKEND);
        return Optional.of(
                new BackendProxy(
                        spec,
                        variables(proxy.getUsernameSecretRef(), proxy.getPasswordSecretRef())));
    }

    /// The variables with a user and a password.
    public static List<Credentials.Variable> variables(
            @Nullable SecretKeySelector user, @Nullable SecretKeySelector password) {
        return user == null || password == null
                ? List.of()
                : List.of(
                        new Credentials.Variable(USER, user),
                        new Credentials.Variable(PASSWORD, password));
    }
}
