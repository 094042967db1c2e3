package dev.cistern.populate.source.oci;

import java.util.Locale;
import java.util.Set;

/// Media types of registry documents.
final class MediaTypes {
    static final String OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
    static final String OCI_INDEX = "application/vnd.oci.image.index.v1+json";
    private static final String DOCKER_MANIFEST =
            "application/vnd.docker.distribution.manifest.v2+json";
    private static final String DOCKER_LIST =
            "application/vnd.docker.distribution.manifest.list.v2+json";

    /// The empty layer of a manifest that must have one (OCI Image Specification, "Guidance for an Empty Descriptor").
    static final String EMPTY = "application/vnd.oci.empty.v1+json";

    /// The `Accept` header. A registry converts to one of them, or sends what it has.
    static final String ACCEPTED =
            String.join(", ", OCI_INDEX, OCI_MANIFEST, DOCKER_LIST, DOCKER_MANIFEST);

    private static final Set<String> SCHEMA_1 =
            Set.of(
                    "application/vnd.docker.distribution.manifest.v1+json",
                    "application/vnd.docker.distribution.manifest.v1+prettyjws");

    private MediaTypes() {}

    /// Without parameters, in lower case.
    static String bare(String type) {
        int parameters = type.indexOf(';');
        return (parameters < 0 ? type : type.substring(0, parameters))
                .strip()
                .toLowerCase(Locale.ROOT);
    }

    static boolean isIndex(String type) {
        return type.equals(OCI_INDEX) || type.equals(DOCKER_LIST);
    }

    static boolean isManifest(String type) {
        return type.equals(OCI_MANIFEST) || type.equals(DOCKER_MANIFEST);
    }

    /// Docker's schema 1, which has no digests of configurations and is signed.
    static boolean isSchema1(String type) {
        return SCHEMA_1.contains(type);
    }
}
