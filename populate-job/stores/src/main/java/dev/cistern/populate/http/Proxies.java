package dev.cistern.populate.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Selects the proxy for an origin, if any.
///
/// The command uses the same variables as curl: `http_proxy` or `HTTP_PROXY` for plain origins, `https_proxy` or
/// `HTTPS_PROXY` for those over TLS, `all_proxy` or `ALL_PROXY` where these are not set, and `no_proxy` or `NO_PROXY` for
/// exemptions. Lower case has precedence; an empty variable counts as not set. A Job uses its specification, never
/// variables that were injected.
///
/// Hosts that serve only this node (link-local addresses, the clouds' metadata servers) are never reached through a
/// proxy, which would get the node's credentials, or return its own. In a Job, neither are the cluster's own names: no
/// proxy outside the cluster resolves them.
public final class Proxies {
    /// No proxies.
    public static final Proxies NONE = new Proxies(null, null, List.of());

    /// Services and pods of the cluster. Names without a dot are services of the Job's own namespace.
    private static final List<ProxyExemption> CLUSTER =
            List.of(
                    ProxyExemption.parse(".svc"),
                    ProxyExemption.parse(".cluster.local"),
                    ProxyExemption.parse("localhost"),
                    ProxyExemption.parse("127.0.0.0/8"),
                    ProxyExemption.parse("::1"));

    private final @Nullable Setting plain;
    private final @Nullable Setting secure;
    private final List<ProxyExemption> exemptions;
    private final boolean cluster;

    private Proxies(
            @Nullable Setting plain, @Nullable Setting secure, List<ProxyExemption> exemptions) {
        this(plain, secure, exemptions, false);
    }

    private Proxies(
            @Nullable Setting plain,
            @Nullable Setting secure,
            List<ProxyExemption> exemptions,
            boolean cluster) {
        this.plain = plain;
        this.secure = secure;
        this.exemptions = exemptions;
        this.cluster = cluster;
    }

    /// The proxies of an environment.
    public static Proxies of(Map<String, String> environment) {
        Setting all = variable(environment, "all_proxy");
        Setting plain = variable(environment, "http_proxy");
        Setting secure = variable(environment, "https_proxy");
        Setting exempt = variable(environment, "no_proxy");
        return new Proxies(
                plain == null ? all : plain,
                secure == null ? all : secure,
                exempt == null ? List.of() : exemptions(List.of(exempt.url.split("[,\\s]+"))));
    }

    private static @Nullable Setting variable(Map<String, String> environment, String name) {
        for (String spelling : List.of(name, name.toUpperCase(Locale.ROOT))) {
            String value = environment.getOrDefault(spelling, "").strip();
            if (!value.isEmpty()) {
                return new Setting(ProxySetting.variable(spelling), value, null, null);
            }
        }
        return null;
    }

    /// A configured proxy.
    ///
    /// @param url `http://HOST:PORT`
    /// @param user overrides the one in the URL; null for that one
    /// @param password of the user; null for none
    public record Setting(
            ProxySetting by, String url, @Nullable String user, @Nullable String password) {
        /// Without user and password.
        @Override
        public String toString() {
            return by.name();
        }
    }

    /// The proxies of a Job, which exempts the cluster's own names, too.
    ///
    /// @param plain for requests without TLS; null for none
    /// @param secure for those over TLS; null for none
    /// @param exempt entries as in `NO_PROXY`
    public static Proxies inCluster(
            @Nullable Setting plain, @Nullable Setting secure, List<String> exempt) {
        return new Proxies(plain, secure, exemptions(exempt), true);
    }

    private static List<ProxyExemption> exemptions(List<String> entries) {
        List<ProxyExemption> exemptions = new ArrayList<>();
        for (String entry : entries) {
            if (!entry.isBlank()) {
                exemptions.add(ProxyExemption.parse(entry.strip()));
            }
        }
        return exemptions;
    }

    /// The proxy for an origin; null for a direct connection.
    ///
    /// @throws IllegalArgumentException naming the invalid setting
    public @Nullable ProxyServer to(Origin origin) {
        Setting setting = origin.secure() ? secure : plain;
        if (setting == null
                || Addresses.isNodeLocal(origin.host())
                || (cluster && ofCluster(origin))
                || exemptions.stream().anyMatch(e -> e.covers(origin))) {
            return null;
        }
        return ProxyServer.parse(setting.by, setting.url, setting.user, setting.password);
    }

    private static boolean ofCluster(Origin origin) {
        boolean dotless = origin.host().indexOf('.') < 0 && origin.host().indexOf(':') < 0;
        return dotless || CLUSTER.stream().anyMatch(e -> e.covers(origin));
    }
}
