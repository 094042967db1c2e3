package dev.cistern.populate.source.oci;

import dev.cistern.populate.http.Origin;
import dev.cistern.populate.wire.OciReference;

/// A repository of a registry.
///
/// @param shown name of the registry in messages and `config.json`
/// @param origin of the requests
/// @param repository its name, which needs no encoding in a URL
/// @param version tag or digest
record RegistryPlace(String shown, Origin origin, String repository, String version) {
    /// Docker Hub's host differs from the name in image references, and images without a user are in `library`.
    private static final String HUB = "docker.io";

    private static final String HUB_SERVER = "registry-1.docker.io";

    /// @param endpoint URL of the registry
    /// @throws IllegalArgumentException with the problem of the URL
    static RegistryPlace of(String endpoint, OciReference artifact) {
        Origin origin = Origin.of(endpoint);
        String path = endpoint.substring(endpoint.indexOf("://") + 3);
        int slash = path.indexOf('/');
        if (slash >= 0 && slash < path.length() - 1) {
            throw new IllegalArgumentException(
                    "must not have a path: a registry answers under /v2/ of its host; what is"
                            + " before a repository's name is a part of it");
        }
        boolean hub =
                origin.host().equals(HUB)
                        || origin.host().equals("index." + HUB)
                        || origin.host().equals(HUB_SERVER);
        String repository = artifact.repository();
        return new RegistryPlace(
                hub ? HUB : origin.authority(),
                hub ? origin.withHost(HUB_SERVER) : origin,
                hub && repository.indexOf('/') < 0 ? "library/" + repository : repository,
                artifact.version());
    }

    /// @param reference tag or digest
    String manifest(String reference) {
        return "/v2/" + repository + "/manifests/" + reference;
    }

    String blob(String digest) {
        return "/v2/" + repository + "/blobs/" + digest;
    }

    /// The scope of a token.
    String scope() {
        return "repository:" + repository + ":pull";
    }

    /// The repository's name in `config.json`.
    String loginName() {
        return shown + "/" + repository;
    }

    /// Identifies a blob of this repository across attempts.
    String identity() {
        return origin + "/" + repository;
    }

    /// The repository, for messages.
    @Override
    public String toString() {
        return "repository " + repository + " at " + shown;
    }
}
