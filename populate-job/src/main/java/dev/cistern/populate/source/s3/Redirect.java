package dev.cistern.populate.source.s3;

import dev.cistern.populate.http.Origin;
import java.net.URI;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Where an answer sends a request, and whether it may go there.
///
/// @param origin to connect to
/// @param path percent-encoded
/// @param query its parameters sorted, as they are signed; empty where there are none
record Redirect(Origin origin, String path, String query) {
    /// How the names of S3's own endpoints end, but none of a customer's machines or load balancers in the same domain.
    private static final Pattern S3_OF_AWS =
            Pattern.compile(
                    "(^|\\.)s3([.-]dualstack)?([.-][a-z]{2}(-[a-z]+)+-[0-9])?\\.amazonaws\\.com(\\.cn)?$");

    /// Where an answer leads; null when it is no redirect, or one from TLS to plain.
    ///
    /// @param location the answer's header of that name
    /// @param from who gave the answer
    static @Nullable Redirect of(int status, @Nullable String location, Origin from) {
        if (location == null
                || (status != 301 && status != 302 && status != 307 && status != 308)) {
            return null;
        }
        try {
            URI uri = URI.create(from + "/").resolve(location);
            Origin origin = Origin.of(uri.toString());
            if (from.secure() && !origin.secure()) {
                return null;
            }
            String query = uri.getRawQuery() == null ? "" : uri.getRawQuery();
            String[] parameters = query.split("&", -1);
            Arrays.sort(parameters);
            return new Redirect(origin, uri.getRawPath(), String.join("&", parameters));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /// Whether `to` is the endpoint's own host, or in the same domain. AWS redirects to S3's endpoint in another region, too: a new
    /// bucket's name may lead to a region that does not hold it for some hours.
    static boolean mayCarrySignature(Origin endpoint, Origin to) {
        String host = endpoint.host();
        if (to.host().equals(host)) {
            return true;
        }
        int dot = host.indexOf('.');
        String domain =
                dot >= 0 && host.indexOf('.', dot + 1) >= 0 ? host.substring(dot) : "." + host;
        boolean address =
                host.indexOf(':') >= 0
                        || host.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9'));
        return (!address && (to.host().endsWith("." + host) || to.host().endsWith(domain)))
                || (S3_OF_AWS.matcher(host).find() && S3_OF_AWS.matcher(to.host()).find());
    }
}
