package dev.cistern.populate.source.azureblob;

import dev.cistern.populate.digest.DigestKind;
import dev.cistern.populate.source.ObjectDigest;
import dev.cistern.populate.source.rest.ETag;
import dev.cistern.populate.source.rest.ObjectHead;
import java.util.Base64;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/// The version of a blob: its entity tag, which every write changes, and the MD5 that the service keeps.
///
/// In a [dev.cistern.populate.source.SourceObject] it is `ETAG` or `ETAG MD5`, so that a blob is verified even if a
/// response has no MD5. The service computes the MD5 of blobs written in one request; for others it keeps the MD5 that
/// their writer specifies, if any.
///
/// @param tag as stores write it, without quotes
/// @param md5 as the store writes it, Base64; null where it keeps none
record BlobVersion(String tag, @Nullable String md5) {
    static final String MD5_OF_NOTHING = "1B2M2Y8AsgTpgAmY7PhCfg==";

    private static final int MD5_LENGTH = 24;

    static BlobVersion parse(String version) {
        int blank = version.length() - MD5_LENGTH - 1;
        return blank < 1 || version.charAt(blank) != ' '
                ? new BlobVersion(version, null)
                : new BlobVersion(version.substring(0, blank), version.substring(blank + 1));
    }

    /// The version in a listing or a response; null without an entity tag.
    static @Nullable BlobVersion of(@Nullable ETag tag, @Nullable String md5) {
        return tag == null
                ? null
                : new BlobVersion((tag.weak() ? "W/" : "") + tag.opaque(), isMd5(md5) ? md5 : null);
    }

    static @Nullable BlobVersion of(ObjectHead head) {
        return of(head.tag(), md5(head));
    }

    /// The MD5 of the whole blob. In a partial response, `Content-MD5` would be that of the part.
    private static @Nullable String md5(ObjectHead head) {
        String type = head.header("x-ms-blob-type");
        if (type != null && !keepsMd5(type)) {
            return null;
        }
        String blob = head.header("x-ms-blob-content-md5");
        return blob != null || head.status() != 200 ? blob : head.header("content-md5");
    }

    /// Whether the MD5 of blobs of that type is up to date: writing pages and appending do not change it.
    static boolean keepsMd5(String blobType) {
        return blobType.equals("BlockBlob");
    }

    /// Whether both are of the same content.
    boolean same(BlobVersion other) {
        return ETag.same(ETag.of(tag), ETag.of(other.tag));
    }

    /// The digest of the whole blob.
    ///
    /// @param listed the listed version, for a response without an MD5; null where it is unknown
    static @Nullable ObjectDigest digest(ObjectHead head, @Nullable String listed) {
        String md5 = md5(head);
        return digest(isMd5(md5) || listed == null ? md5 : parse(listed).md5);
    }

    /// The digest of an empty blob, if its version shows that it is empty.
    static @Nullable ObjectDigest digestOfNothing(@Nullable String version) {
        return version != null && MD5_OF_NOTHING.equals(parse(version).md5)
                ? digest(MD5_OF_NOTHING)
                : null;
    }

    private static @Nullable ObjectDigest digest(@Nullable String md5) {
        return md5 == null || !isMd5(md5)
                ? null
                : ObjectDigest.whole(
                        DigestKind.MD5, HexFormat.of().formatHex(Base64.getDecoder().decode(md5)));
    }

    private static boolean isMd5(@Nullable String base64) {
        if (base64 == null || base64.length() != MD5_LENGTH) {
            return false;
        }
        try {
            return Base64.getDecoder().decode(base64).length * 8 == DigestKind.MD5.bits();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    @Override
    public String toString() {
        return md5 == null ? tag : tag + " " + md5;
    }
}
