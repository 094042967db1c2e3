package dev.cistern.controller.backend;

import dev.cistern.api.v1alpha1.StorageBackendSpec;
import dev.cistern.api.v1alpha1.storagebackendspec.Auth;
import dev.cistern.api.v1alpha1.storagebackendspec.Oci;
import dev.cistern.api.v1alpha1.volumepopulationspec.Sources;
import dev.cistern.populate.wire.OciAuth;
import dev.cistern.populate.wire.OciReference;
import dev.cistern.populate.wire.OciSpec;
import dev.cistern.populate.wire.TlsSpec;
import java.util.List;
import java.util.Optional;

/// Type `oci`: a registry of artifacts and images. A path is a repository with tag or digest, with the registry's host
/// before it or without; there is no bucket.
final class OciBackend implements Backend {
    private static final String SCHEME = "oci";
    private static final String BEFORE_HOST = SCHEME + "://";
    private static final String CONFIG_FILE = "config.json";

    @Override
    public Optional<String> unsupported(StorageBackendSpec backend) {
        return Optional.empty();
    }

    @Override
    public String scheme() {
        return SCHEME;
    }

    @Override
    public String withScheme(String rest) {
        // The host comes first, which no other type has in its paths.
        return BEFORE_HOST + "HOST/" + rest + (rest.indexOf(':') < 0 ? ":TAG" : "");
    }

    @Override
    public Optional<String> wrong(StorageBackendSpec backend, String path, boolean list) {
        if (list) {
            return Optional.of(
                    "list: is only for type http: leave it out, or name another backend");
        }
        String host = host(backend);
        if (path.startsWith(BEFORE_HOST) && !path.startsWith(BEFORE_HOST + host + "/")) {
            return Optional.of(
                    "path: \""
                            + path
                            + "\" is not in the registry of oci.endpoint: write "
                            + BEFORE_HOST
                            + host
                            + "/…, leave the host out, or name another backend");
        }
        try {
            OciReference.parse(inRegistry(path));
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.of("path: " + e.getMessage());
        }
    }

    private static String inRegistry(String path) {
        return path.startsWith(BEFORE_HOST)
                ? path.substring(path.indexOf('/', BEFORE_HOST.length()) + 1)
                : path;
    }

    @Override
    public void place(String path, boolean tree, Sources source) {
        source.setPrefix(inRegistry(path));
    }

    @Override
    public String location(Sources source) {
        return BEFORE_HOST + host(source) + "/" + source.getPrefix();
    }

    /// A place without tag and digest is a repository with all its tags, or with a slash at its end the repositories
    /// below it; one with them is that artifact, or the part of it that a path after them names.
    @Override
    public boolean covers(Sources place, Sources source) {
        String allowed = place.getPrefix();
        try {
            OciReference asked = OciReference.parse(source.getPrefix());
            if (allowed.indexOf(':') < 0 && allowed.indexOf('@') < 0) {
                return PathScope.covers(allowed, asked.repository());
            }
            OciReference artifact = OciReference.parse(allowed);
            return artifact.name().equals(asked.name())
                    && PathScope.covers(artifact.path(), asked.path());
        } catch (IllegalArgumentException e) {
            // What is no reference names nothing that could be compared.
            return false;
        }
    }

    @Override
    public OciSpec store(Sources source, String directory) {
        StorageBackendSpec backend = source.getBackend();
        Oci oci = backend.getOci();
        return new OciSpec(
                oci.getEndpoint(),
                OciReference.parse(source.getPrefix()),
                oci.getPlatform(),
                new TlsSpec(
                        Boolean.TRUE.equals(oci.getSkipTLSVerification()), null, oci.getCaBundle()),
                auth(backend.getAuth(), directory));
    }

    private static OciAuth auth(Auth auth, String directory) {
        return switch (auth.getMode()) {
            case ANONYMOUS -> new OciAuth.Anonymous();
            case BASIC -> new OciAuth.Basic();
            case BEARER -> new OciAuth.Bearer();
            case DOCKERCONFIG -> new OciAuth.DockerConfig(directory + "/" + CONFIG_FILE);
            case ACCESSKEY,
                    IAM,
                    WORKLOADIDENTITY,
                    SERVICEACCOUNTKEY,
                    MANAGEDIDENTITY,
                    SERVICEPRINCIPAL,
                    ACCOUNTKEY,
                    SASTOKEN ->
                    throw new IllegalStateException(
                            "a run was made for auth.mode " + auth.getMode().getValue());
        };
    }

    @Override
    public Credentials credentials(StorageBackendSpec backend) {
        Auth auth = backend.getAuth();
        return switch (auth(auth, "")) {
            case OciAuth.Anonymous anonymous -> Credentials.NONE;
            case OciAuth.Basic basic ->
                    Credentials.ofVariables(
                            List.of(
                                    new Credentials.Variable(
                                            "USERNAME", auth.getUsernameSecretRef()),
                                    new Credentials.Variable(
                                            "PASSWORD", auth.getPasswordSecretRef())));
            case OciAuth.Bearer bearer ->
                    Credentials.ofVariables(
                            List.of(new Credentials.Variable("TOKEN", auth.getTokenSecretRef())));
            case OciAuth.DockerConfig config ->
                    new Credentials(
                            List.of(),
                            List.of(
                                    new Credentials.SecretFile(
                                            CONFIG_FILE, auth.getDockerConfigSecretRef())),
                            Optional.empty());
        };
    }

    @Override
    public String host(Sources source) {
        return host(source.getBackend());
    }

    private static String host(StorageBackendSpec backend) {
        String endpoint = backend.getOci().getEndpoint();
        String rest = endpoint.substring(endpoint.indexOf("://") + 3);
        int slash = rest.indexOf('/');
        return slash < 0 ? rest : rest.substring(0, slash);
    }
}
