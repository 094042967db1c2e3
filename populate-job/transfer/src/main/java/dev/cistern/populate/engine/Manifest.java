package dev.cistern.populate.engine;

import dev.cistern.populate.digest.DigestKind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/// What is on the volume, as one digest: SHA-256 over a line per file, sorted by the path's bytes:
///
/// `crc64nvme:0123456789abcdef 1048576 1767225600000 models/x/weights.bin`
///
/// that is digest, size in bytes, time of change in Unix milliseconds, path (no path holds a line feed: control characters are
/// refused). The digest is the CRC that the copy was verified with, computed from the bytes that arrived.
final class Manifest {
    private static final char END = 0;

    private Manifest() {}

    /// Reads catalog and outcomes once, side by side. Paths that do not come in order are sorted, in files if need be.
    static String digest(CopyContext context) throws InterruptedException, IOException {
        MessageDigest sha = Digester.message(DigestKind.SHA256);
        RecordSorter sorter =
                new RecordSorter(context.target().spill(), context.request().budget().sortBytes());
        boolean sorted = context.catalog().sorted();
        Catalog.Cursor cursor = context.catalog().cursor();
        Outcomes.Reader outcomes = context.outcomes().reader();
        for (Catalog.Entry entry = cursor.next(); entry != null; entry = cursor.next()) {
            if (entry.object() == null) {
                continue;
            }
            String head = head(outcomes.copied(entry.index()));
            if (sorted) {
                sha.update(line(head, entry.path()));
            } else {
                // No path holds a zero, so a path sorts before all that begin with it.
                sorter.add((entry.path() + END + head).getBytes(StandardCharsets.UTF_8));
            }
        }
        sorter.sorted(
                bytes -> {
                    String text = new String(bytes, StandardCharsets.UTF_8);
                    int end = text.indexOf(END);
                    sha.update(line(text.substring(end + 1), text.substring(0, end)));
                });
        return "sha256:" + Digester.hex(sha.digest());
    }

    private static String head(Outcomes.Copied copied) {
        return copied.kind().label()
                + ":"
                + copied.kind().hex(copied.digest())
                + " "
                + copied.size()
                + " "
                + copied.modifiedMillis();
    }

    private static byte[] line(String head, String path) {
        return (head + " " + path + "\n").getBytes(StandardCharsets.UTF_8);
    }
}
