package dev.cistern.populate.engine;

import dev.cistern.populate.digest.DigestKind;
import dev.cistern.populate.source.SourceObject;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/// What is on the volume, as one digest: SHA-256 over a line per file, sorted by the path's bytes:
///
/// `crc64nvme:0123456789abcdef 1048576 1767225600000 models/x/weights.bin`
///
/// that is digest, size in bytes, time of change in Unix milliseconds, path (no path holds a line feed: control characters are
/// refused). The digest is the CRC that the copy was verified with, computed from the bytes that arrived.
final class Manifest {
    private Manifest() {}

    static String digest(Catalog catalog) throws InterruptedException {
        MessageDigest sha = Digester.message(DigestKind.SHA256);
        List<byte[]> unsorted = new ArrayList<>();
        boolean sorted = catalog.sorted();
        Catalog.Cursor cursor = catalog.cursor();
        for (Catalog.Entry entry = cursor.next(); entry != null; entry = cursor.next()) {
            SourceObject object = entry.object();
            if (object == null) {
                continue;
            }
            byte[] line = line(catalog, entry, object);
            if (sorted) {
                sha.update(line);
            } else {
                unsorted.add(line);
            }
        }
        unsorted.sort((a, b) -> java.util.Arrays.compareUnsigned(path(a), path(b)));
        unsorted.forEach(sha::update);
        return "sha256:" + Digester.hex(sha.digest());
    }

    private static byte[] line(Catalog catalog, Catalog.Entry entry, SourceObject listed) {
        SourceObject replacement = catalog.replacement(entry.index());
        SourceObject object = replacement == null ? listed : replacement;
        DigestKind kind = DigestKind.values()[catalog.digestKind(entry.index())];
        String text =
                kind.label()
                        + ":"
                        + kind.hex(catalog.digest(entry.index()))
                        + " "
                        + object.size()
                        + " "
                        + object.modifiedMillis()
                        + " "
                        + entry.path()
                        + "\n";
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /// The path within a line: after the third blank.
    private static byte[] path(byte[] line) {
        int blanks = 0;
        int at = 0;
        while (blanks < 3) {
            if (line[at++] == ' ') {
                blanks++;
            }
        }
        return java.util.Arrays.copyOfRange(line, at, line.length - 1);
    }
}
