package dev.cistern.populate.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Which proxy, if any, leads to an origin.
///
/// The command reads the usual variables as curl does: `http_proxy` or `HTTP_PROXY` for plain origins, `https_proxy` or `HTTPS_PROXY` for
/// those over TLS, `all_proxy` or `ALL_PROXY` where these are not set, and `no_proxy` or `NO_PROXY` for what is reached without. The lower
/// case wins; an empty variable is not set. A Job is told by its specification, and never by variables that somebody injects.
///
/// What serves one machine alone (link-local addresses, the metadata servers of clouds) is never reached through a proxy, which would be given
/// credentials of this machine, or ask its own. In a Job, neither are the cluster's own names: no proxy outside it knows them.
public final class Proxies {
    /// No proxy for anybody.
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

    /// What an environment says.
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

    /// A proxy, as somebody set it.
    ///
    /// @param url `http://HOST:PORT`
    /// @param user to authenticate as, instead of one in the URL; null for that
    /// @param password of the user; null for none
    public record Setting(
            ProxySetting by, String url, @Nullable String user, @Nullable String password) {
        /// Without user and password.
        @Override
        public String toString() {
            return by.name();
        }
    }

    /// The proxies of a Job: in it, neither are names of the cluster itself reached through one.
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

    /// The proxy that leads to an origin; null where it is reached without.
    ///
    /// @throws IllegalArgumentException naming the setting that is needed and makes no sense
    public @Nullable ProxyServer to(Origin origin) {
        Setting setting = origin.secure() ? secure : plain;
        if (setting == null
                || Addresses.ofThisMachineAlone(origin.host())
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
