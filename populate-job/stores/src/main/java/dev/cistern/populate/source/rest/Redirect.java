package dev.cistern.populate.source.rest;

import dev.cistern.populate.http.Origin;
import java.net.URI;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Target of a redirect.
///
/// @param origin to connect to
/// @param path percent-encoded
/// @param query percent-encoded, in the order given; empty where there is none
public record Redirect(Origin origin, String path, String query) {
    private static final Pattern AUTHORITY = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*:)?//[^/?]*");
    private static final HexFormat HEX = HexFormat.of().withUpperCase();
    private static final String IN_NO_URL = "\"<>\\^`{|}[]";

    /// The target of a redirect; null when it is not a redirect, or one from TLS to plain.
    ///
    /// @param location the response's header of that name
    /// @param from origin of the response
    /// @param path of the request, percent-encoded: a location may be relative to it
    static @Nullable Redirect of(int status, @Nullable String location, Origin from, String path) {
        boolean redirect =
                status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
        if (location == null || location.isBlank() || !redirect) {
            return null;
        }
        try {
            String reference = encoded(location.strip());
            // A query alone keeps the whole path (RFC 3986, section 5.2.2), which the JDK does not.
            URI uri =
                    URI.create(from + path)
                            .resolve(reference.startsWith("?") ? path + reference : reference);
            Origin origin = Origin.of(uri.toString());
            if (from.secure() && !origin.secure()) {
                return null;
            }
            String to = uri.getRawPath();
            String query = uri.getRawQuery();
            return new Redirect(
                    origin,
                    to == null || to.isEmpty() ? "/" : withoutWaysUp(to),
                    query == null ? "" : query);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /// The location as a valid URL. Servers send spaces, non-ASCII bytes and other characters that a URL may not contain
    /// without encoding, and browsers and curl follow; the bytes remain those that the server sent, in any charset.
    ///
    /// @param location each byte is a character
    private static String encoded(String location) {
        int fragment = location.indexOf('#');
        String text = fragment < 0 ? location : location.substring(0, fragment);
        int authorityEnd = authorityEnd(text);
        StringBuilder to = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            // An IPv6 address has brackets, a path has none.
            boolean bracket = (c == '[' || c == ']') && i < authorityEnd;
            boolean loosePercent =
                    c == '%'
                            && !(i + 2 < text.length()
                                    && HexFormat.isHexDigit(text.charAt(i + 1))
                                    && HexFormat.isHexDigit(text.charAt(i + 2)));
            if (c > 0x20 && c < 0x7f && !loosePercent && (bracket || IN_NO_URL.indexOf(c) < 0)) {
                to.append(c);
            } else {
                to.append('%').append(HEX.toHexDigits((byte) c));
            }
        }
        return to.toString();
    }

    /// End of the part with the host; 0 where the location has none.
    private static int authorityEnd(String location) {
        Matcher authority = AUTHORITY.matcher(location);
        return authority.lookingAt() ? authority.end() : 0;
    }

    /// Removes leading `..` segments: the parent of the root is the root.
    private static String withoutWaysUp(String path) {
        String rest = path;
        while (rest.startsWith("/../")) {
            rest = rest.substring(3);
        }
        return rest.equals("/..") ? "/" : rest;
    }

    /// Without the query, which may contain a signature.
    @Override
    public String toString() {
        return origin + path;
    }

    /// Whether both are the same server by name: the same host and port, or its plain and its TLS port.
    static boolean sameSite(Origin a, Origin b) {
        return a.host().equals(b.host())
                && (a.port() == b.port() || (a.authority().equals(b.authority()) && b.secure()));
    }
}
