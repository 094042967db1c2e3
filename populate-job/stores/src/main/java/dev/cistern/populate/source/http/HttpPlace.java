package dev.cistern.populate.source.http;

import dev.cistern.populate.http.Origin;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// The URLs that may be requested: those below the endpoint, and those of allowed hosts.
///
/// The author of a path or a list may not be the author of endpoint and credentials. So neither may lead to another
/// directory of the endpoint's host, nor to a host that only the Job can reach.
///
/// @param origin of the endpoint
/// @param base the endpoint's path, percent-encoded, begins and ends with `/`
/// @param allowed other hosts, with a port unless it is the scheme's default
/// @param scope what may be read below the endpoint
record HttpPlace(Origin origin, String base, Set<String> allowed, HttpScope scope) {
    private static final Pattern ABSOLUTE = Pattern.compile("(?i)https?://.*", Pattern.DOTALL);
    private static final Pattern SCHEME =
            Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*:.*", Pattern.DOTALL);

    HttpPlace {
        allowed = Set.copyOf(allowed);
    }

    /// The place of an endpoint, below which everything may be read.
    ///
    /// @throws IllegalArgumentException with the problem of the URL
    static HttpPlace of(String endpoint, List<String> allowedHosts) {
        return of(endpoint, allowedHosts, List.of());
    }

    /// The place of an endpoint.
    ///
    /// @param allowedPaths URLs, absolute or relative to the endpoint; see [HttpScope]
    /// @throws IllegalArgumentException saying what is wrong with the URL
    static HttpPlace of(String endpoint, List<String> allowedHosts, List<String> allowedPaths) {
        FileUrl url = parsed(endpoint);
        if (!url.query().isEmpty()) {
            throw new IllegalArgumentException("must not have a query: " + url.shown());
        }
        String base = url.path().endsWith("/") ? url.path() : url.path() + "/";
        requireNoDots(base);
        Set<String> hosts = new TreeSet<>();
        for (String host : allowedHosts) {
            hosts.add(host.toLowerCase(Locale.ROOT));
        }
        HttpPlace place = new HttpPlace(url.origin(), base, hosts, HttpScope.EVERYTHING);
        return new HttpPlace(url.origin(), base, hosts, place.scopeOf(allowedPaths));
    }

    private HttpScope scopeOf(List<String> allowedPaths) {
        List<String> paths = new ArrayList<>();
        for (String path : allowedPaths) {
            FileUrl url = ABSOLUTE.matcher(path).matches() ? parsed(path) : relative(base, path);
            if (!url.origin().equals(origin)
                    || !(url.path() + "/").startsWith(base)
                    || !url.query().isEmpty()) {
                throw new IllegalArgumentException(
                        "the StorageBackend's allowedPaths has "
                                + Origin.shown(path)
                                + ", which is not a path below the endpoint "
                                + origin
                                + base);
            }
            paths.add(FileUrl.decoded(url.path()));
        }
        return new HttpScope(paths);
    }

    private FileUrl inScope(FileUrl url) {
        if (url.origin().equals(origin) && !scope.holds(url.path())) {
            throw new IllegalArgumentException(
                    url.shown()
                            + " is not in what the StorageBackend's allowedPaths lets this"
                            + " namespace read: "
                            + scope);
        }
        return url;
    }

    /// Whether a redirect with the endpoint's credentials may lead to a path: whoever may write one prefix of a server may be able to have it
    /// redirect to another.
    ///
    /// @param path percent-encoded
    boolean mayLeadTo(String path) {
        if (!scope.restricted()) {
            return true;
        }
        try {
            requireNoDots(path);
        } catch (IllegalArgumentException e) {
            return false;
        }
        return scope.holds(path);
    }

    /// The file that a path names: a URL below the endpoint, or one relative to it.
    ///
    /// @throws IllegalArgumentException with the reason when it names none
    FileUrl file(String path) {
        FileUrl url = ABSOLUTE.matcher(path).matches() ? parsed(path) : relative(base, path);
        if (!url.origin().equals(origin) || !url.path().startsWith(base)) {
            throw new IllegalArgumentException(
                    url.shown() + " is not below the endpoint " + origin + base);
        }
        if (url.path().endsWith("/")) {
            throw new IllegalArgumentException(
                    url.shown()
                            + " ends with / and so names no file; HTTP servers have no listing:"
                            + " name a file, or a list of files");
        }
        return inScope(url);
    }

    /// The file of a name in a list.
    ///
    /// @param name literal, not percent-encoded
    /// @throws IllegalArgumentException when a server may interpret it as a parent directory
    FileUrl named(FileUrl list, String name) {
        String path = list.directory() + UrlText.ofName(name);
        requireNoDots(path);
        return inScope(new FileUrl(list.origin(), path, ""));
    }

    /// The file of a URL in a list.
    ///
    /// @param reference relative to the list, or absolute
    /// @throws IllegalArgumentException when it is not allowed
    FileUrl linked(FileUrl list, String reference) {
        FileUrl url;
        if (ABSOLUTE.matcher(reference).matches()) {
            url = parsed(reference);
        } else if (reference.startsWith("//")) {
            url = parsed((list.origin().secure() ? "https:" : "http:") + reference);
        } else if (SCHEME.matcher(reference).matches()) {
            throw new IllegalArgumentException(
                    "\"" + Origin.shown(reference) + "\" is neither an http nor an https URL");
        } else {
            url = relative(list.directory(), reference);
        }
        if (url.origin().equals(origin)) {
            if (!url.path().startsWith(base)) {
                throw new IllegalArgumentException(
                        url.shown() + " is not below the endpoint " + origin + base);
            }
        } else if (!allowed.contains(url.origin().authority())) {
            throw new IllegalArgumentException(
                    url.shown() + " is of a host that http.allowedHosts does not name");
        } else if (origin.secure() && !url.origin().secure()) {
            throw new IllegalArgumentException(
                    url.shown() + " is not encrypted, and the endpoint is: write https://");
        }
        return inScope(url);
    }

    private FileUrl relative(String directory, String reference) {
        if (reference.isEmpty()) {
            throw new IllegalArgumentException("is empty");
        }
        return split(origin, reference.startsWith("/") ? reference : directory + reference);
    }

    private static FileUrl parsed(String url) {
        int host = url.indexOf("://") + 3;
        int end = host;
        while (end < url.length() && "/?#".indexOf(url.charAt(end)) < 0) {
            end++;
        }
        Origin origin = Origin.of(url.substring(0, end));
        String rest = url.substring(end);
        return split(origin, rest.startsWith("/") ? rest : "/" + rest);
    }

    private static FileUrl split(Origin origin, String target) {
        if (target.indexOf('#') >= 0) {
            throw new IllegalArgumentException(
                    "\"" + Origin.shown(target) + "\" has a fragment: write %23 for a # in a name");
        }
        int mark = target.indexOf('?');
        String path = UrlText.ofUrl(mark < 0 ? target : target.substring(0, mark));
        requireNoDots(path);
        return new FileUrl(origin, path, mark < 0 ? "" : UrlText.ofUrl(target.substring(mark + 1)));
    }

    /// Rejects every spelling that a server may interpret as a parent directory.
    private static void requireNoDots(String path) {
        for (String part : FileUrl.decoded(path).split("[/\\\\]", -1)) {
            // Java servers treat text after a semicolon as a parameter and evaluate the rest.
            int parameter = part.indexOf(';');
            String name = parameter < 0 ? part : part.substring(0, parameter);
            if (name.equals(".") || name.equals("..")) {
                throw new IllegalArgumentException("\"" + path + "\" has a part . or ..");
            }
            for (int i = 0; i < part.length(); i++) {
                if (part.charAt(i) < 0x20 || part.charAt(i) == 0x7f) {
                    throw new IllegalArgumentException(
                            "\"" + path + "\" holds a control character");
                }
            }
        }
    }

    /// The URL of an id without a query, as [FileIds] made it.
    FileUrl ofId(String id) {
        return id.startsWith("/") ? split(origin, id) : parsed(id);
    }

    /// The endpoint, for messages.
    @Override
    public String toString() {
        return origin + base;
    }
}
