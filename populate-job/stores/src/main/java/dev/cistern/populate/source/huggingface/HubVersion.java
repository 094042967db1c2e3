package dev.cistern.populate.source.huggingface;

import dev.cistern.populate.digest.DigestKind;
import dev.cistern.populate.source.ObjectDigest;
import dev.cistern.populate.source.rest.ETag;
import dev.cistern.populate.source.rest.Json;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What names the content of a file: of one in Git LFS the SHA-256, of one that git itself has the id of its blob. In a
/// [dev.cistern.populate.source.SourceObject] it is the kind, a colon and the value.
final class HubVersion {
    private static final String LFS = "lfs:";
    private static final String BLOB = "git:";
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern SHA1 = Pattern.compile("[0-9a-f]{40}");

    private static final String LFS_OF_NOTHING =
            LFS + "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    private static final String BLOB_OF_NOTHING = BLOB + "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391";

    private HubVersion() {}

    /// The version that an entry of a tree tells; null where it tells none.
    static @Nullable String of(Json entry) {
        Json lfs = entry.get("lfs");
        String hash = entry.get("xetHash").text();
        if (lfs.present()) {
            String oid = lfs.get("oid").text("");
            String sha256 = oid.startsWith("sha256:") ? oid.substring("sha256:".length()) : oid;
            if (SHA256.matcher(sha256).matches()) {
                return LFS + sha256;
            }
        }
        String oid = entry.get("oid").text();
        if (lfs.present() || hash != null || oid == null || !SHA1.matcher(oid).matches()) {
            // The blob is of a pointer then, or has another kind of id: it names the content, and
            // cannot be
            // compared with it.
            return oid == null ? (hash == null ? null : "xet:" + hash) : "oid:" + oid;
        }
        return BLOB + oid;
    }

    /// The version that `X-Linked-ETag` names: of a file in Git LFS alone, as its SHA-256; null where it names none.
    static @Nullable String linked(@Nullable String header) {
        ETag tag = ETag.of(header);
        return tag != null && SHA256.matcher(tag.opaque()).matches() ? LFS + tag.opaque() : null;
    }

    /// Whether both name their content by the same digest, and it is another.
    static boolean differ(String version, String other) {
        String kind = version.substring(0, version.indexOf(':') + 1);
        return other.startsWith(kind) && !other.equals(version);
    }

    /// The digest of a file; null where its version is none.
    static @Nullable ObjectDigest digest(@Nullable String version) {
        if (version == null) {
            return null;
        }
        if (version.startsWith(LFS)) {
            return ObjectDigest.whole(DigestKind.SHA256, version.substring(LFS.length()));
        }
        return version.startsWith(BLOB)
                ? ObjectDigest.whole(DigestKind.GIT_BLOB, version.substring(BLOB.length()))
                : null;
    }

    /// The digest of a file without bytes, where its version tells that it has none.
    static @Nullable ObjectDigest digestOfNothing(@Nullable String version) {
        return LFS_OF_NOTHING.equals(version) || BLOB_OF_NOTHING.equals(version)
                ? digest(version)
                : null;
    }
}
