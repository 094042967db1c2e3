package dev.cistern.populate.http;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A connection's destination: scheme, host and port.
///
/// @param secure whether to use TLS
/// @param host name or address, lower case, IPv6 without brackets
/// @param port 1 to 65,535
public record Origin(boolean secure, String host, int port) {

    /// The origin of a URL.
    ///
    /// @throws IllegalArgumentException with the problem
    public static Origin of(String url) {
        URI uri;
        try {
            uri = new URI(url);
        } catch (URISyntaxException e) {
            // Its message quotes the text.
            throw new IllegalArgumentException("not a URL" + quoted(url), null);
        }
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        boolean secure = scheme.equals("https");
        if (!secure && !scheme.equals("http")) {
            throw new IllegalArgumentException("must start with http:// or https://" + quoted(url));
        }
        String host = uri.getHost();
        if (host == null || host.isEmpty()) {
            throw new IllegalArgumentException("names no host" + quoted(url));
        }
        if (uri.getUserInfo() != null) {
            // A URL with a user name may contain a password.
            throw new IllegalArgumentException(
                    "must not carry a user name or password: the URL of host " + host);
        }
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        int port = uri.getPort() < 0 ? (secure ? 443 : 80) : uri.getPort();
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("port must be from 1 to 65535" + quoted(url));
        }
        return new Origin(secure, host.toLowerCase(Locale.ROOT), port);
    }

    /// An invalid URL in a message. With a user name it may contain a password, with any character.
    private static String quoted(String url) {
        return url.indexOf('@') >= 0 ? "" : ": " + shown(url);
    }

    /// The URL for messages and logs: without user and password, and without query and fragment, which may contain a
    /// signature or a token.
    public static String shown(String url) {
        int end = 0;
        while (end < url.length() && url.charAt(end) != '?' && url.charAt(end) != '#') {
            end++;
        }
        String shown = url.substring(0, end);
        int slashes = shown.indexOf("//");
        int authority = slashes < 0 ? 0 : slashes + 2;
        int path = shown.indexOf('/', authority);
        int user = shown.lastIndexOf('@', path < 0 ? end : path);
        return user < authority ? shown : shown.substring(0, authority) + shown.substring(user + 1);
    }

    /// Like a record's generated one, which is linked on first use; called for every request.
    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || (other instanceof Origin that
                        && secure == that.secure
                        && port == that.port
                        && host.equals(that.host));
    }

    @Override
    public int hashCode() {
        return 31 * host.hashCode() + port;
    }

    /// The same origin under another host name.
    public Origin withHost(String other) {
        return new Origin(secure, other, port);
    }

    /// The host as in a URL: IPv6 with brackets.
    String shownHost() {
        return host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    }

    /// The value of the `Host` header: without the scheme's default port.
    public String authority() {
        return port == (secure ? 443 : 80) ? shownHost() : shownHost() + ":" + port;
    }

    @Override
    public String toString() {
        return (secure ? "https://" : "http://") + authority();
    }
}
