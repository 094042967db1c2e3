package dev.cistern.controller.backend;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cistern.api.v1alpha1.StorageBackendSpec;
import dev.cistern.api.v1alpha1.storagebackendspec.AllowedPaths;
import dev.cistern.api.v1alpha1.storagebackendspec.Auth;
import dev.cistern.api.v1alpha1.storagebackendspec.Http;
import dev.cistern.api.v1alpha1.storagebackendspec.http.Headers;
import dev.cistern.api.v1alpha1.volumepopulationspec.Sources;
import dev.cistern.populate.wire.HttpAuth;
import dev.cistern.populate.wire.HttpSpec;
import dev.cistern.populate.wire.ListForm;
import dev.cistern.populate.wire.TlsSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Type `http`: files of an HTTP server. A path is a URL, absolute or relative to the endpoint; there is no bucket.
final class HttpBackend implements Backend {
    private static final Pattern ABSOLUTE = Pattern.compile("https?://.*", Pattern.DOTALL);

    @Override
    public Optional<String> unsupported(StorageBackendSpec backend) {
        return Optional.empty();
    }

    @Override
    public String scheme() {
        return "";
    }

    @Override
    public boolean hasScheme(String scheme) {
        return scheme.equals("https") || scheme.equals("http");
    }

    @Override
    public Optional<String> wrong(StorageBackendSpec backend, String path, boolean list) {
        String base = base(backend);
        if (ABSOLUTE.matcher(path).matches() && !path.startsWith(base)) {
            return Optional.of(
                    "path: "
                            + BackendPaths.quoted(path)
                            + " is not below http.endpoint: write "
                            + base
                            + "…, a path relative to it, or name another backend");
        }
        if (path.endsWith("/")) {
            return Optional.of(
                    "path: "
                            + BackendPaths.quoted(path)
                            + " names no file, and an HTTP server has no listing: name one file,"
                            + " or a list of files with list: sha256sums");
        }
        return Optional.empty();
    }

    private static String base(StorageBackendSpec backend) {
        String endpoint = backend.getHttp().getEndpoint();
        return endpoint.endsWith("/") ? endpoint : endpoint + "/";
    }

    @Override
    public void place(String path, boolean tree, Sources source) {
        source.setPrefix(path);
    }

    @Override
    public String location(Sources source) {
        return BackendPaths.shown(source.getPrefix());
    }

    /// Compared as URLs, byte for byte: what is written in another way is refused, also where a server would take it for the same.
    @Override
    public boolean covers(Sources place, Sources source) {
        String base = base(source.getBackend());
        return PathScope.covers(absolute(base, place), absolute(base, source));
    }

    private static String absolute(String base, Sources source) {
        String path = source.getPrefix();
        if (ABSOLUTE.matcher(path).matches()) {
            return path;
        }
        int host = base.indexOf('/', base.indexOf("://") + 3);
        return path.startsWith("/") ? base.substring(0, host) + path : base + path;
    }

    /// Lists name other files, and servers redirect.
    @Override
    public Sources restricted(Sources source, List<AllowedPaths> places) {
        ObjectMapper json = new ObjectMapper();
        Sources copy = json.convertValue(source, Sources.class);
        copy.getBackend().setAllowedPaths(places);
        return copy;
    }

    @Override
    public HttpSpec store(Sources source, String directory) {
        Http http = source.getBackend().getHttp();
        List<HttpSpec.Header> headers = new ArrayList<>();
        for (Headers header : orEmpty(http.getHeaders())) {
            headers.add(new HttpSpec.Header(header.getName(), header.getValue()));
        }
        return new HttpSpec(
                http.getEndpoint(),
                source.getPrefix(),
                switch (source.getList()) {
                    case null -> null;
                    case SHA256SUMS -> ListForm.SHA256SUMS;
                    case MANIFEST -> ListForm.MANIFEST;
                },
                source.getSha256(),
                headers,
                orEmpty(http.getAllowedHosts()),
                orEmpty(source.getBackend().getAllowedPaths()).stream()
                        .map(AllowedPaths::getPath)
                        .toList(),
                new TlsSpec(
                        Boolean.TRUE.equals(http.getSkipTLSVerification()),
                        null,
                        http.getCaBundle()),
                auth(source.getBackend().getAuth()));
    }

    private static HttpAuth auth(Auth auth) {
        return switch (auth.getMode()) {
            case ANONYMOUS -> HttpAuth.ANONYMOUS;
            case BASIC -> HttpAuth.BASIC;
            case BEARER -> HttpAuth.BEARER;
            case ACCESSKEY,
                    IAM,
                    WORKLOADIDENTITY,
                    SERVICEACCOUNTKEY,
                    MANAGEDIDENTITY,
                    SERVICEPRINCIPAL,
                    ACCOUNTKEY,
                    SASTOKEN,
                    DOCKERCONFIG ->
                    throw new IllegalStateException(
                            "a run was made for auth.mode " + auth.getMode().getValue());
        };
    }

    @Override
    public Credentials credentials(StorageBackendSpec backend) {
        Auth auth = backend.getAuth();
        List<Credentials.Variable> variables = new ArrayList<>();
        switch (auth(auth)) {
            case ANONYMOUS -> {}
            case BASIC -> {
                variables.add(new Credentials.Variable("USERNAME", auth.getUsernameSecretRef()));
                variables.add(new Credentials.Variable("PASSWORD", auth.getPasswordSecretRef()));
            }
            case BEARER ->
                    variables.add(new Credentials.Variable("TOKEN", auth.getTokenSecretRef()));
        }
        List<Headers> headers = orEmpty(backend.getHttp().getHeaders());
        for (int i = 0; i < headers.size(); i++) {
            if (headers.get(i).getValueSecretRef() != null) {
                variables.add(
                        new Credentials.Variable(
                                "HEADER_" + i, headers.get(i).getValueSecretRef()));
            }
        }
        return Credentials.ofVariables(variables);
    }

    private static <T> List<T> orEmpty(@Nullable List<T> list) {
        return list == null ? List.of() : list;
    }

    @Override
    public String host(Sources source) {
        String endpoint = source.getBackend().getHttp().getEndpoint();
        String rest = endpoint.substring(endpoint.indexOf("://") + 3);
        int slash = rest.indexOf('/');
        return slash < 0 ? rest : rest.substring(0, slash);
    }
}
