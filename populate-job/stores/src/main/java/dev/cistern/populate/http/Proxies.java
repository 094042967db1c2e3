package dev.cistern.populate.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Which proxy, if any, leads to an origin.
///
/// The usual variables are read as curl does: `http_proxy` or `HTTP_PROXY` for plain origins, `https_proxy` or `HTTPS_PROXY` for those
/// over TLS, `all_proxy` or `ALL_PROXY` where these are not set, and `no_proxy` or `NO_PROXY` for what is reached without. The lower
/// case wins; an empty variable is not set.
public final class Proxies {
    /// No proxy for anybody.
    public static final Proxies NONE = new Proxies(null, null, List.of());

    private record Setting(String name, String value) {}

    private final @Nullable Setting plain;
    private final @Nullable Setting secure;
    private final List<ProxyExemption> exemptions;

    private Proxies(
            @Nullable Setting plain, @Nullable Setting secure, List<ProxyExemption> exemptions) {
        this.plain = plain;
        this.secure = secure;
        this.exemptions = exemptions;
    }

    /// What an environment says.
    public static Proxies of(Map<String, String> environment) {
        Setting all = setting(environment, "all_proxy");
        Setting plain = setting(environment, "http_proxy");
        Setting secure = setting(environment, "https_proxy");
        Setting exempt = setting(environment, "no_proxy");
        List<ProxyExemption> exemptions = new ArrayList<>();
        if (exempt != null) {
            for (String entry : exempt.value.split("[,\\s]+")) {
                if (!entry.isEmpty()) {
                    exemptions.add(ProxyExemption.parse(entry));
                }
            }
        }
        return new Proxies(plain == null ? all : plain, secure == null ? all : secure, exemptions);
    }

    private static @Nullable Setting setting(Map<String, String> environment, String name) {
        for (String spelling : List.of(name, name.toUpperCase(Locale.ROOT))) {
            String value = environment.getOrDefault(spelling, "").strip();
            if (!value.isEmpty()) {
                return new Setting(spelling, value);
            }
        }
        return null;
    }

    /// The proxy that leads to an origin; null where it is reached without.
    ///
    /// @throws IllegalArgumentException naming the variable that is needed and makes no sense
    public @Nullable ProxyServer to(Origin origin) {
        Setting setting = origin.secure() ? secure : plain;
        if (setting == null || exemptions.stream().anyMatch(e -> e.covers(origin))) {
            return null;
        }
        return ProxyServer.parse(setting.name, setting.value);
    }
}
