package dev.cistern.populate.http;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// An HTTP proxy.
///
/// @param origin to connect to
/// @param user to authenticate as, by `Basic`; empty for none
/// @param password of the user
public record ProxyServer(Origin origin, String user, String password) {
    /// Reads a URL such as `http://user:password@proxy.example:3128`; `proxy.example:3128` means the same without a user.
    ///
    /// @param name of the setting, for messages
    /// @throws IllegalArgumentException naming the setting, without the password
    static ProxyServer parse(String name, String text) {
        String url = text.contains("://") ? text : "http://" + text;
        URI uri;
        try {
            uri = new URI(url);
        } catch (URISyntaxException e) {
            // The text may hold a password, so it is not shown.
            throw wrong(name, "is not a URL", null);
        }
        String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
        if (!scheme.equals("http")) {
            throw wrong(name, "names a proxy by " + scheme + "://, which is not supported", null);
        }
        String user = uri.getUserInfo() == null ? "" : uri.getUserInfo();
        int colon = user.indexOf(':');
        try {
            // Origins carry no user.
            Origin origin =
                    Origin.of(
                            new URI("http", null, uri.getHost(), uri.getPort(), null, null, null)
                                    .toString());
            return new ProxyServer(
                    origin,
                    colon < 0 ? user : user.substring(0, colon),
                    colon < 0 ? "" : user.substring(colon + 1));
        } catch (IllegalArgumentException | URISyntaxException e) {
            throw wrong(name, "names no host, or no port from 1 to 65535", e);
        }
    }

    private static IllegalArgumentException wrong(
            String name, String problem, @Nullable Exception cause) {
        return new IllegalArgumentException(
                name + " " + problem + "; give http://[USER:PASSWORD@]HOST:PORT", cause);
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

    /// Asks for a connection to an origin that only passes bytes on.
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

    /// A request as the proxy wants it: with the origin before the path, and authenticated.
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

    /// Without user and password.
    @Override
    public String toString() {
        return "proxy " + origin;
    }
}
