package dev.cistern.populate.source.oci;

import dev.cistern.populate.source.rest.Json;
import java.util.ArrayList;
import java.util.List;

/// A manifest or index document.
///
/// @param digest of the document
/// @param index whether it lists manifests, not layers
/// @param entries manifests or layers
record ManifestDocument(ContentDigest digest, boolean index, List<Descriptor> entries) {
    ManifestDocument {
        entries = List.copyOf(entries);
    }

    /// Parses a document.
    ///
    /// The media types of document and response must agree: a document that can be interpreted in two ways has two
    /// meanings under one digest (CVE-2021-41190).
    ///
    /// @param said the response's media type; empty where it has none
    /// @throws IllegalArgumentException with the problem
    static ManifestDocument parse(byte[] document, ContentDigest digest, String said) {
        Json json = Json.parse(document);
        String own = MediaTypes.bare(json.get("mediaType").text(""));
        requireKnown(json, said, own);
        boolean listsManifests = json.get("manifests").present();
        boolean listsLayers = json.get("layers").present();
        if (listsManifests && listsLayers) {
            throw new IllegalArgumentException("lists both manifests and layers");
        }
        String type = own.isEmpty() ? said : own;
        if ((MediaTypes.isIndex(type) && listsLayers)
                || (MediaTypes.isManifest(type) && listsManifests)) {
            throw new IllegalArgumentException(
                    "is " + type + " and lists " + (listsLayers ? "layers" : "manifests"));
        }
        if (!listsManifests && !listsLayers) {
            throw new IllegalArgumentException(
                    "lists neither manifests nor layers"
                            + (type.isEmpty() ? "" : " (" + type + ")"));
        }
        return new ManifestDocument(
                digest,
                listsManifests,
                entries(json.get(listsManifests ? "manifests" : "layers"), listsManifests));
    }

    private static void requireKnown(Json json, String said, String own) {
        boolean first = "1".equals(json.get("schemaVersion").text());
        if (first || MediaTypes.isSchema1(said) || MediaTypes.isSchema1(own)) {
            throw new IllegalArgumentException(
                    "is in Docker's schema 1, which nothing vouches for as a whole and registries"
                            + " give up: push it again with a client of today, or copy it with"
                            + " `skopeo copy`");
        }
        if (!own.isEmpty()
                && !said.isEmpty()
                && !own.equals(said)
                && (MediaTypes.isIndex(own) || MediaTypes.isManifest(own))
                && (MediaTypes.isIndex(said) || MediaTypes.isManifest(said))) {
            throw new IllegalArgumentException(
                    "calls itself " + own + ", and the registry calls it " + said);
        }
        if (!own.isEmpty() && !MediaTypes.isIndex(own) && !MediaTypes.isManifest(own)) {
            throw new IllegalArgumentException(
                    "is " + own + ", which is neither an image manifest nor an index of some");
        }
    }

    private static List<Descriptor> entries(Json list, boolean manifests) {
        List<Descriptor> entries = new ArrayList<>();
        for (Json item : list.items()) {
            try {
                entries.add(Descriptor.of(item));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "has "
                                + (manifests ? "a manifest" : "a layer")
                                + ", number "
                                + (entries.size() + 1)
                                + ", that "
                                + e.getMessage(),
                        e);
            }
        }
        return entries;
    }
}
