package dev.cistern.controller.backend;

import dev.cistern.api.v1alpha1.StorageBackendSpec;
import dev.cistern.api.v1alpha1.storagebackendspec.Auth;
import dev.cistern.api.v1alpha1.storagebackendspec.HuggingFace;
import dev.cistern.api.v1alpha1.volumepopulationspec.Sources;
import dev.cistern.populate.wire.HuggingFaceAuth;
import dev.cistern.populate.wire.HuggingFacePath;
import dev.cistern.populate.wire.HuggingFaceSpec;
import dev.cistern.populate.wire.TlsSpec;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Type `huggingFace`: repos of the Hugging Face Hub, or of a mirror. A path names a repo, a revision and what is below
/// it; there is no bucket.
final class HuggingFaceBackend implements Backend {
    private static final Pattern AUTHORITY = Pattern.compile("[A-Za-z]+://([^/?#]+)");
    private static final String SCHEME = "hf://";

    /// A mounted Secret is kept up to date, which a variable is not: who renews the token need not wait for a run's
    /// end.
    private static final String TOKEN_FILE = "hub-token";

    @Override
    public Optional<String> unsupported(StorageBackendSpec backend) {
        return Optional.empty();
    }

    @Override
    public String scheme() {
        return "hf";
    }

    @Override
    public Optional<String> wrong(StorageBackendSpec backend, String path, boolean list) {
        Optional<String> wrong = Backend.super.wrong(backend, path, list);
        if (wrong.isPresent()) {
            return wrong;
        }
        try {
            HuggingFacePath.parse(path);
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.of("path: " + e.getMessage());
        }
    }

    @Override
    public void place(String path, boolean tree, Sources source) {
        String rest = path.startsWith(SCHEME) ? path.substring(SCHEME.length()) : path;
        boolean below = !HuggingFacePath.parse(rest).path().isEmpty();
        source.setPrefix(tree && below && !rest.endsWith("/") ? rest + "/" : rest);
    }

    @Override
    public String location(Sources source) {
        return SCHEME + source.getPrefix();
    }

    /// A place is an owner with all repos of a kind (`hf://datasets/OWNER/`), or a repo or a path in it: with all
    /// revisions, or with the one that it names.
    @Override
    public boolean covers(Sources place, Sources source) {
        HuggingFacePath allowed = HuggingFacePath.parse(place.getPrefix());
        HuggingFacePath asked = HuggingFacePath.parse(source.getPrefix());
        if (allowed.kind() != asked.kind()) {
            return false;
        }
        boolean owner = place.getPrefix().endsWith("/") && allowed.repo().indexOf('/') < 0;
        if (owner) {
            return asked.repo().startsWith(allowed.repo() + "/")
                    && PathScope.covers("", asked.path());
        }
        return allowed.repo().equals(asked.repo())
                && (allowed.revision() == null || allowed.revision().equals(asked.revision()))
                && PathScope.covers(allowed.path(), asked.path());
    }

    @Override
    public HuggingFaceSpec store(Sources source, String directory) {
        StorageBackendSpec backend = source.getBackend();
        HuggingFace hub = block(backend);
        return new HuggingFaceSpec(
                hub.getEndpoint(),
                new TlsSpec(
                        Boolean.TRUE.equals(hub.getSkipTLSVerification()), null, hub.getCaBundle()),
                HuggingFacePath.parse(source.getPrefix()),
                null,
                isAnonymous(backend.getAuth())
                        ? new HuggingFaceAuth.Anonymous()
                        : new HuggingFaceAuth.TokenFile(directory + "/" + TOKEN_FILE));
    }

    @Override
    public Credentials credentials(StorageBackendSpec backend) {
        return isAnonymous(backend.getAuth())
                ? Credentials.NONE
                : new Credentials(
                        List.of(),
                        List.of(
                                new Credentials.SecretFile(
                                        TOKEN_FILE, backend.getAuth().getTokenSecretRef())),
                        Optional.empty());
    }

    private static boolean isAnonymous(Auth auth) {
        return switch (auth.getMode()) {
            case ANONYMOUS -> true;
            case BEARER -> false;
            case ACCESSKEY,
                    IAM,
                    WORKLOADIDENTITY,
                    SERVICEACCOUNTKEY,
                    MANAGEDIDENTITY,
                    SERVICEPRINCIPAL,
                    ACCOUNTKEY,
                    SASTOKEN,
                    BASIC,
                    DOCKERCONFIG ->
                    throw new IllegalStateException(
                            "a run was made for auth.mode " + auth.getMode().getValue());
        };
    }

    private static HuggingFace block(StorageBackendSpec backend) {
        return backend.getHuggingFace() == null ? new HuggingFace() : backend.getHuggingFace();
    }

    @Override
    public String host(Sources source) {
        String endpoint = block(source.getBackend()).getEndpoint();
        if (endpoint == null) {
            return "huggingface.co";
        }
        Matcher authority = AUTHORITY.matcher(endpoint);
        return authority.lookingAt() ? authority.group(1) : endpoint;
    }
}
