package dev.cistern.populate.source.oci;

import dev.cistern.populate.source.rest.Json;
import org.jspecify.annotations.Nullable;

/// A descriptor of a blob in a manifest, or of a manifest in an index.
///
/// @param mediaType without parameters; empty where it is missing
/// @param size in bytes
/// @param annotations of the descriptor itself, not of its document
record Descriptor(
        String mediaType,
        ContentDigest digest,
        long size,
        Json annotations,
        @Nullable Platform platform) {
    /// Parses a descriptor.
    ///
    /// @throws IllegalArgumentException with the problem
    static Descriptor of(Json json) {
        String text = json.get("digest").text("");
        ContentDigest digest = ContentDigest.of(text);
        if (digest == null) {
            throw new IllegalArgumentException(
                    text.isEmpty()
                            ? "has no digest"
                            : "has the digest \""
                                    + shown(text)
                                    + "\", which is neither sha256 nor sha512");
        }
        Long size = json.get("size").number();
        if (size == null) {
            throw new IllegalArgumentException("has no size");
        }
        return new Descriptor(
                MediaTypes.bare(json.get("mediaType").text("")),
                digest,
                size,
                json.get("annotations"),
                Platform.of(json.get("platform")));
    }

    private static String shown(String text) {
        return text.length() <= 100 ? text : text.substring(0, 100) + "…";
    }

    /// An annotation; null where there is none.
    @Nullable String annotation(String name) {
        return annotations.get(name).text();
    }
}
