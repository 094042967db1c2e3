package dev.cistern.populate.http;

import dev.cistern.populate.http.TransportException.Kind;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// An HTTP proxy.
///
/// @param origin to connect to
/// @param user for `Basic` authentication; empty for none
/// @param password of the user
/// @param setting that it comes from
public record ProxyServer(Origin origin, String user, String password, ProxySetting setting) {
    /// Reads a URL such as `http://user:password@proxy.example:3128`; `proxy.example:3128` means the same without a
    /// user.
    ///
    /// @param givenUser instead of one in the URL; null means that of the URL
    /// @throws IllegalArgumentException naming the setting, without the password
    static ProxyServer parse(
            ProxySetting setting,
            String text,
            @Nullable String givenUser,
            @Nullable String givenPassword) {
        String url = text.contains("://") ? text : "http://" + text;
        URI uri;
        try {
            uri = new URI(url);
        } catch (URISyntaxException e) {
            // The text may contain a password, so it is not shown.
            throw wrong(setting, "is not a URL", null);
        }
        String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
        if (!scheme.equals("http")) {
            throw wrong(
                    setting, "names a proxy by " + scheme + "://, which is not supported", null);
        }
        String user = uri.getUserInfo() == null ? "" : uri.getUserInfo();
        int colon = user.indexOf(':');
        try {
            // Origins have no user.
            Origin origin =
                    Origin.of(
                            new URI("http", null, uri.getHost(), uri.getPort(), null, null, null)
                                    .toString());
            if (givenUser != null) {
                return new ProxyServer(
                        origin, givenUser, givenPassword == null ? "" : givenPassword, setting);
            }
            return new ProxyServer(
                    origin,
                    colon < 0 ? user : user.substring(0, colon),
                    colon < 0 ? "" : user.substring(colon + 1),
                    setting);
        } catch (IllegalArgumentException | URISyntaxException e) {
            throw wrong(setting, "names no host, or no port from 1 to 65535", e);
        }
    }

    private static IllegalArgumentException wrong(
            ProxySetting setting, String problem, @Nullable Exception cause) {
        return new IllegalArgumentException(
                setting.name() + " " + problem + "; give " + setting.form(), cause);
    }

    /// The value of `Proxy-Authorization`; empty where there is no user.
    public String authorization() {
        if (user.isEmpty()) {
            return "";
        }
        byte[] pair = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
        return "Basic " + Base64.getEncoder().encodeToString(pair);
    }

    private String authorizationLine() {
        return user.isEmpty() ? "" : "proxy-authorization: " + authorization() + "\r\n";
    }

    /// A request for a tunnel to an origin.
    byte[] connect(Origin to) {
        String authority = to.shownHost() + ":" + to.port();
        String text =
                "CONNECT "
                        + authority
                        + " HTTP/1.1\r\nhost: "
                        + authority
                        + "\r\n"
                        + authorizationLine()
                        + "\r\n";
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /// Adapts a request for the proxy: with the origin before the path, and authenticated.
    byte[] forwarded(byte[] request, Origin to) {
        String text = new String(request, StandardCharsets.ISO_8859_1);
        int blank = text.indexOf(' ') + 1;
        int headers = text.indexOf("\r\n") + 2;
        return (text.substring(0, blank)
                        + to
                        + text.substring(blank, headers)
                        + authorizationLine()
                        + text.substring(headers))
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    /// What a proxy's own answer means: it does not come from the origin.
    TransportException refused(Origin to, int status) {
        String what = this + " answers HTTP " + status + " for " + to;
        if (status == 407) {
            return new TransportException(
                    Kind.PROXY,
                    what
                            + (user.isEmpty()
                                    ? ": it wants a user and a password; " + setting.credentials()
                                    : ": it does not accept user "
                                            + user
                                            + " with this password; "
                                            + setting.credentials()),
                    null);
        }
        return status >= 500 || status == 429 || status == 408
                ? new TransportException(Kind.CONNECT, what + ": it cannot reach it", null)
                : new TransportException(
                        Kind.PROXY,
                        what
                                + ": it does not let this through; allow it there, or "
                                + setting.exemption(),
                        null);
    }

    /// Without user and password.
    @Override
    public String toString() {
        return "proxy " + origin;
    }
}
