package dev.cistern.populate.source.rest;

import dev.cistern.populate.http.Origin;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/// Target of a redirect.
///
/// @param origin to connect to
/// @param path percent-encoded
/// @param query percent-encoded, in the order given; empty where there is none
record Redirect(Origin origin, String path, String query) {
    /// The target of a redirect; null when it is not a redirect, or one from TLS to plain.
    ///
    /// @param location the response's header of that name
    /// @param from origin of the response
    /// @param path of the request, percent-encoded: a location may be relative to it
    static @Nullable Redirect of(int status, @Nullable String location, Origin from, String path) {
        boolean redirect =
                status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
        if (location == null || !redirect) {
            return null;
        }
        try {
            URI uri = URI.create(from + path).resolve(location);
            Origin origin = Origin.of(uri.toString());
            if (from.secure() && !origin.secure()) {
                return null;
            }
            String to = uri.getRawPath();
            String query = uri.getRawQuery();
            return new Redirect(
                    origin, to == null || to.isEmpty() ? "/" : to, query == null ? "" : query);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /// Whether both are the same server by name: the same host and port, or its plain and its TLS port.
    static boolean sameSite(Origin a, Origin b) {
        return a.host().equals(b.host())
                && (a.port() == b.port() || (a.authority().equals(b.authority()) && b.secure()));
    }
}
