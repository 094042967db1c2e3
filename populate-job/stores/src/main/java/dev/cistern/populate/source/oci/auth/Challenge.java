package dev.cistern.populate.source.oci.auth;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One authentication challenge of a `WWW-Authenticate` header (RFC 9110, section 11.6.1).
///
/// @param bearer whether it requires a token instead of user and password
/// @param realm URL of the token service; empty with user and password
/// @param service of the token; empty where the registry does not specify one
/// @param scope of the token; empty where the registry does not specify one
/// @param insufficient whether the token is valid but does not cover the request (RFC 6750, section 3.1)
record Challenge(boolean bearer, String realm, String service, String scope, boolean insufficient) {
    /// The preferred challenge of a header: a token before a password; null where none is supported.
    static @Nullable Challenge of(@Nullable String header) {
        Challenge best = null;
        for (Parsed parsed : parse(header == null ? "" : header)) {
            if (parsed.scheme.equals("bearer") && parsed.parameters.containsKey("realm")) {
                return new Challenge(
                        true,
                        parsed.parameters.getOrDefault("realm", ""),
                        parsed.parameters.getOrDefault("service", ""),
                        parsed.parameters.getOrDefault("scope", ""),
                        "insufficient_scope".equals(parsed.parameters.get("error")));
            }
            if (parsed.scheme.equals("basic")) {
                best = new Challenge(false, "", "", "", false);
            }
        }
        return best;
    }

    private record Parsed(String scheme, Map<String, String> parameters) {}

    private static List<Parsed> parse(String header) {
        List<Parsed> all = new ArrayList<>();
        int at = 0;
        while (at < header.length()) {
            char c = header.charAt(at);
            if (c == ' ' || c == ',' || c == '\t') {
                at++;
                continue;
            }
            int end = at;
            while (end < header.length() && " ,=\t\"".indexOf(header.charAt(end)) < 0) {
                end++;
            }
            if (end == at) {
                // Not a challenge's text.
                at++;
                continue;
            }
            String word = header.substring(at, end).toLowerCase(Locale.ROOT);
            int after = end;
            while (after < header.length() && header.charAt(after) == ' ') {
                after++;
            }
            if (after < header.length() && header.charAt(after) == '=' && !all.isEmpty()) {
                StringBuilder value = new StringBuilder();
                at = value(header, after + 1, value);
                all.getLast().parameters.putIfAbsent(word, value.toString());
            } else {
                all.add(new Parsed(word, new HashMap<>()));
                at = end;
            }
        }
        return all;
    }

    /// Parses a parameter's value; returns its end.
    private static int value(String header, int from, StringBuilder to) {
        int at = from;
        while (at < header.length() && header.charAt(at) == ' ') {
            at++;
        }
        boolean quoted = at < header.length() && header.charAt(at) == '"';
        at += quoted ? 1 : 0;
        for (; at < header.length(); at++) {
            char c = header.charAt(at);
            if (quoted ? c == '"' : c == ',' || c == ' ') {
                return at + (quoted ? 1 : 0);
            }
            if (quoted && c == '\\' && at + 1 < header.length()) {
                at++;
                c = header.charAt(at);
            }
            to.append(c);
        }
        return at;
    }
}
