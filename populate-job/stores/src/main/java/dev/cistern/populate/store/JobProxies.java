package dev.cistern.populate.store;

import dev.cistern.populate.http.Proxies;
import dev.cistern.populate.http.ProxySetting;
import dev.cistern.populate.wire.ProxySpec;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The proxies that a Job's specification names for a source.
///
/// They lead to the store and to its token services. Whoever injects `HTTP_PROXY` into pods is not heard: what is reached through a proxy is
/// for the backend and the controller to say.
public final class JobProxies {
    private static final String FORM = "http://HOST:PORT";

    private JobProxies() {}

    /// @param spec null for a source that is reached without a proxy
    /// @param index of the source, from 0, which the names of its environment variables carry
    /// @param environment where user and password are
    public static Proxies of(@Nullable ProxySpec spec, int index, Map<String, String> environment) {
        if (spec == null) {
            return Proxies.NONE;
        }
        String user = secret(environment, index, "PROXY_USERNAME");
        String password = secret(environment, index, "PROXY_PASSWORD");
        return Proxies.inCluster(
                setting(by(spec, "httpProxy", "HTTP"), spec.http(), user, password),
                setting(by(spec, "httpsProxy", "HTTPS"), spec.https(), user, password),
                spec.exempt());
    }

    private static @Nullable String secret(
            Map<String, String> environment, int index, String name) {
        String value = environment.get("CISTERN_SOURCE_" + index + "_" + name);
        return value == null || value.isBlank() ? null : value.strip();
    }

    private static Proxies.@Nullable Setting setting(
            ProxySetting by,
            @Nullable String url,
            @Nullable String user,
            @Nullable String password) {
        return url == null || url.isEmpty() ? null : new Proxies.Setting(by, url, user, password);
    }

    private static ProxySetting by(ProxySpec spec, String field, String scheme) {
        return switch (spec.setBy()) {
            case BACKEND ->
                    new ProxySetting(
                            "proxy." + field + " of the backend",
                            FORM,
                            "name Secrets in proxy.usernameSecretRef and proxy.passwordSecretRef of"
                                    + " the backend",
                            "add the host to proxy.noProxy of the backend");
            case CONTROLLER ->
                    new ProxySetting(
                            "CISTERN_POPULATE_" + scheme + "_PROXY of the controller",
                            FORM,
                            "name a Secret with the keys username and password in"
                                + " CISTERN_POPULATE_PROXY_SECRET of the controller; it is looked"
                                + " up in the Job's namespace",
                            "add the host to CISTERN_POPULATE_NO_PROXY of the controller, or set"
                                    + " proxy in the backend");
        };
    }
}
