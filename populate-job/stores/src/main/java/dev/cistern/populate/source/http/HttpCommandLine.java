package dev.cistern.populate.source.http;

import dev.cistern.populate.http.Origin;
import dev.cistern.populate.store.StoreArguments;
import dev.cistern.populate.store.StoreCommandLine;
import dev.cistern.populate.store.StoreOption;
import dev.cistern.populate.store.UsageException;
import dev.cistern.populate.wire.HttpAuth;
import dev.cistern.populate.wire.HttpSpec;
import dev.cistern.populate.wire.ListForm;
import dev.cistern.populate.wire.StoreSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// `https://HOST/FILE` and its options.
public final class HttpCommandLine implements StoreCommandLine {
    /// Prefix of the variables with credentials.
    static final String VARIABLES = "CISTERN_HTTP_";

    private static final String FORM = "https://HOST/FILE";

    private static final StoreOption LIST =
            new StoreOption(
                    "--list",
                    "FORM",
                    "FILE is a list of the files to copy: sha256sums, or manifest (JSON lines)");
    private static final StoreOption SHA256 =
            new StoreOption("--sha256", "HEX", "of the file, or of the list");
    private static final StoreOption ALLOW_HOSTS =
            new StoreOption("--allow-hosts", "HOST,...", "other hosts that a list may name");

    @Override
    public List<String> schemes() {
        return List.of("https://", "http://");
    }

    @Override
    public String form() {
        return FORM;
    }

    @Override
    public List<StoreOption> options() {
        return List.of(LIST, SHA256, ALLOW_HOSTS, StoreOption.CA_FILE, StoreOption.INSECURE);
    }

    @Override
    public String credentials() {
        return """
        Credentials: CISTERN_HTTP_TOKEN, else CISTERN_HTTP_USERNAME and CISTERN_HTTP_PASSWORD, for HOST alone.
        """;
    }

    @Override
    public Class<? extends StoreSpec> specType() {
        return HttpSpec.class;
    }

    @Override
    public HttpSpec spec(String source, StoreArguments given, Map<String, String> environment)
            throws UsageException {
        int path = source.indexOf('/', source.indexOf("://") + 3);
        if (path < 0) {
            throw new UsageException(
                    "the source must look like " + FORM + ", not \"" + Origin.shown(source) + "\"");
        }
        String endpoint = source.substring(0, path);
        StoreArguments.endpoint("the source", endpoint);
        String hosts = given.value(ALLOW_HOSTS);
        List<String> allowed =
                hosts == null
                        ? List.of()
                        : Arrays.stream(hosts.split(",")).map(String::strip).toList();
        try {
            HttpPlace.of(endpoint, allowed).file(source);
        } catch (IllegalArgumentException e) {
            throw new UsageException("the source: " + e.getMessage());
        }
        return new HttpSpec(
                endpoint,
                source,
                list(given.value(LIST)),
                sha256(given.value(SHA256)),
                List.of(),
                allowed,
                given.tls(),
                auth(environment));
    }

    private static @Nullable ListForm list(@Nullable String form) throws UsageException {
        if (form == null) {
            return null;
        }
        for (ListForm known : ListForm.values()) {
            if (known.wireName().equals(form)) {
                return known;
            }
        }
        throw new UsageException(
                LIST.name()
                        + " must be "
                        + Arrays.stream(ListForm.values())
                                .map(ListForm::wireName)
                                .collect(Collectors.joining(" or "))
                        + ", not \""
                        + form
                        + '"');
    }

    private static @Nullable String sha256(@Nullable String hex) throws UsageException {
        try {
            return hex == null ? null : Sha256Sums.digest(hex);
        } catch (IllegalArgumentException e) {
            throw new UsageException(SHA256.name() + " must be 64 hex digits, not \"" + hex + '"');
        }
    }

    private static HttpAuth auth(Map<String, String> environment) throws UsageException {
        boolean token = isSet(environment, "TOKEN");
        boolean user = isSet(environment, "USERNAME");
        boolean password = isSet(environment, "PASSWORD");
        if (!token && user != password) {
            throw new UsageException(
                    "set both " + VARIABLES + "USERNAME and " + VARIABLES + "PASSWORD, or neither");
        }
        return token ? HttpAuth.BEARER : user ? HttpAuth.BASIC : HttpAuth.ANONYMOUS;
    }

    private static boolean isSet(Map<String, String> environment, String name) {
        return !environment.getOrDefault(VARIABLES + name, "").isEmpty();
    }
}
