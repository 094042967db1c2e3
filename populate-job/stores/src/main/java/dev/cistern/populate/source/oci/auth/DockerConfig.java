package dev.cistern.populate.source.oci.auth;

import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.rest.Json;
import dev.cistern.populate.source.rest.StatusErrors;
import dev.cistern.populate.wire.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A file in the form of Docker's `config.json`, as in a Secret of type `kubernetes.io/dockerconfigjson`, or of the
/// older `.dockercfg`, whose entries are not below `auths`.
///
/// Entries match a repository as in the kubelet (`pkg/credentialprovider/keyring.go`): the scheme and a leading `/v1/`
/// or `/v2/` are ignored; hosts are compared part by part, where `*` and `?` are wildcards; ports must be equal; the
/// path must be a prefix of the repository. Longer names come first, and all matches are tried.
///
/// @param file read again each time
/// @param registry host and port
/// @param repository its name
public record DockerConfig(Path file, String registry, String repository) implements Logins {
    /// Larger files are not of this kind.
    private static final int MAX_BYTES = 1 << 20;

    private static final String HUB = "docker.io";
    private static final String HUB_SERVER = "index.docker.io";

    @Override
    public List<Login> read() throws SourceException.Refused {
        Json all;
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw wrong("is longer than " + MAX_BYTES + " bytes");
            }
            all = Json.parse(Files.readAllBytes(file));
        } catch (IOException e) {
            throw wrong("cannot be read");
        } catch (IllegalArgumentException e) {
            // The parser's message may quote a secret.
            throw wrong("is not JSON");
        }
        Json entries = all.get("auths").present() || helped(all) ? all.get("auths") : all;
        List<String> names = new ArrayList<>(entries.names());
        names.removeIf(name -> !matches(name));
        names.sort(Comparator.comparing(DockerConfig::bare).reversed());
        List<Login> logins = new ArrayList<>();
        for (String name : names) {
            Login login = login(name, entries.get(name));
            if (login != null) {
                logins.add(login);
            }
        }
        if (logins.isEmpty()) {
            requireNoHelper(all);
        }
        return logins;
    }

    private static boolean helped(Json all) {
        return all.get("credHelpers").present() || all.get("credsStore").present();
    }

    /// Credential helpers are not run.
    private void requireNoHelper(Json all) throws SourceException.Refused {
        String helper = all.get("credsStore").text("");
        Json helpers = all.get("credHelpers");
        for (String name : helpers.names()) {
            if (matches(name)) {
                helper = helpers.get(name).text(helper);
            }
        }
        if (!helper.isEmpty()) {
            throw wrong(
                    "leaves the credentials for "
                            + registry
                            + " to the program docker-credential-"
                            + helper
                            + ", which cistern does not run: give user and password, or a file that"
                            + " holds them");
        }
    }

    private @Nullable Login login(String name, Json entry) throws SourceException.Refused {
        String identity = entry.get("identitytoken").text("");
        String token = entry.get("registrytoken").text("");
        String user = entry.get("username").text("");
        String password = entry.get("password").text("");
        String auth = entry.get("auth").text("");
        if (user.isEmpty() && !auth.isEmpty()) {
            String both = decoded(name, auth);
            int colon = both.indexOf(':');
            if (colon < 0) {
                throw wrong("has an auth for " + name + " that is not user:password in Base64");
            }
            user = both.substring(0, colon);
            // Docker itself has written zeros behind it.
            password = both.substring(colon + 1).replaceAll("\0+$", "");
        }
        if (!token.isEmpty()) {
            return Login.ofToken(token);
        }
        if (!identity.isEmpty()) {
            return new Login("", "", identity, null);
        }
        return user.isEmpty() ? null : Login.of(user, password);
    }

    private String decoded(String name, String auth) throws SourceException.Refused {
        try {
            return new String(Base64.getMimeDecoder().decode(auth), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw wrong("has an auth for " + name + " that is not Base64");
        }
    }

    private SourceException.Refused wrong(String problem) {
        return StatusErrors.refused(
                Reason.INVALID_CREDENTIALS,
                "the credentials for "
                        + registry
                        + ": "
                        + file
                        + " "
                        + problem
                        + "; it must be as `docker login` or `kubectl create secret"
                        + " docker-registry` writes it");
    }

    /// A name for comparison: without its scheme, and without the path of Docker's first registries.
    private static String bare(String name) {
        String bare = name.replaceFirst("^https?://", "");
        int slash = bare.indexOf('/');
        String path = slash < 0 ? "" : bare.substring(slash);
        if (path.startsWith("/v1/") || path.startsWith("/v2/")) {
            path = path.substring(3);
        }
        return (slash < 0 ? bare : bare.substring(0, slash)) + (path.equals("/") ? "" : path);
    }

    private boolean matches(String name) {
        String bare = bare(name);
        return matches(bare, registry)
                || (registry.equals(HUB)
                        && (matches(bare, HUB_SERVER) || matches(bare, "registry-1.docker.io")));
    }

    private boolean matches(String bare, String host) {
        int slash = bare.indexOf('/');
        String pattern = slash < 0 ? bare : bare.substring(0, slash);
        String path = slash < 0 ? "" : bare.substring(slash);
        return ("/" + repository).startsWith(path)
                && port(pattern).equals(port(host))
                && hostMatches(withoutPort(pattern), withoutPort(host));
    }

    private static String port(String authority) {
        int colon = authority.lastIndexOf(':');
        return colon < 0 || authority.endsWith("]") ? "" : authority.substring(colon + 1);
    }

    private static String withoutPort(String authority) {
        int colon = authority.lastIndexOf(':');
        return colon < 0 || authority.endsWith("]") ? authority : authority.substring(0, colon);
    }

    private static boolean hostMatches(String pattern, String host) {
        String[] patterns = pattern.split("\\.", -1);
        String[] parts = host.split("\\.", -1);
        if (patterns.length != parts.length) {
            return false;
        }
        for (int i = 0; i < parts.length; i++) {
            if (!partMatches(patterns[i], 0, parts[i], 0)) {
                return false;
            }
        }
        return true;
    }

    private static boolean partMatches(String pattern, int p, String part, int at) {
        if (p == pattern.length()) {
            return at == part.length();
        }
        char c = pattern.charAt(p);
        if (c == '*') {
            for (int end = at; end <= part.length(); end++) {
                if (partMatches(pattern, p + 1, part, end)) {
                    return true;
                }
            }
            return false;
        }
        return at < part.length()
                && (c == '?' || c == part.charAt(at))
                && partMatches(pattern, p + 1, part, at + 1);
    }
}
