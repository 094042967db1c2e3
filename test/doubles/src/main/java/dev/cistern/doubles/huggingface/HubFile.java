package dev.cistern.doubles.huggingface;

import com.google.gson.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// A file of a repo.
///
/// @param kept where its bytes are
record HubFile(byte[] bytes, Kept kept) {
    /// Where bytes are kept.
    enum Kept {
        /// In git itself.
        GIT,
        /// In Git LFS.
        LFS,
        /// In Xet, which the Hub shows as LFS with a hash more.
        XET
    }

    boolean linked() {
        return kept != Kept.GIT;
    }

    String sha256() {
        return digest("SHA-256", bytes);
    }

    /// What the network calls its copy: of the same form as the SHA-256 of the file, and another.
    String networkTag() {
        return digest("SHA-256", ("copy of " + sha256()).getBytes(StandardCharsets.US_ASCII));
    }

    private byte[] pointer() {
        return ("version https://git-lfs.github.com/spec/v1\noid sha256:"
                        + sha256()
                        + "\nsize "
                        + bytes.length
                        + "\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    /// The id of git's blob: of a linked file that of its pointer.
    String oid() {
        byte[] blob = linked() ? pointer() : bytes;
        byte[] head = ("blob " + blob.length + "\0").getBytes(StandardCharsets.US_ASCII);
        byte[] all = new byte[head.length + blob.length];
        System.arraycopy(head, 0, all, 0, head.length);
        System.arraycopy(blob, 0, all, head.length, blob.length);
        return digest("SHA-1", all);
    }

    /// Its entry in a tree.
    JsonObject entry(String path) {
        JsonObject entry = new JsonObject();
        entry.addProperty("type", "file");
        entry.addProperty("oid", oid());
        entry.addProperty("size", bytes.length);
        if (linked()) {
            JsonObject lfs = new JsonObject();
            lfs.addProperty("oid", sha256());
            lfs.addProperty("size", bytes.length);
            lfs.addProperty("pointerSize", pointer().length);
            entry.add("lfs", lfs);
        }
        if (kept == Kept.XET) {
            entry.addProperty(
                    "xetHash",
                    digest("SHA-256", ("xet" + sha256()).getBytes(StandardCharsets.US_ASCII)));
        }
        entry.addProperty("path", path);
        return entry;
    }

    static String digest(String algorithm, byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
