package dev.cistern.populate.engine;

import dev.cistern.populate.digest.DigestKind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/// The content of the volume as one digest: SHA-256 over a line per file, sorted by the path's bytes:
///
/// `crc64nvme:0123456789abcdef 1048576 1767225600000 models/x/weights.bin`
///
/// that is digest, size in bytes, modification time in Unix milliseconds, path (no path contains a line feed: control
/// characters are rejected). The digest is the CRC that the copy was verified with, computed from the bytes that
/// arrived; where SHA-256 is requested, it is `sha256:` and that.
final class Manifest {
    private static final char END = 0;

    private Manifest() {}

    /// Reads catalog and outcomes once, in parallel, and passes each file to the request's sink. Paths that do not come
    /// in order are sorted, in files if need be.
    static String digest(CopyContext context) throws InterruptedException, IOException {
        MessageDigest sha = Digester.message(DigestKind.SHA256);
        ManifestSink sink = context.request().manifest().sink();
        RecordSorter sorter =
                new RecordSorter(
                        context.target().workFiles(), context.request().budget().sortBytes());
        boolean sorted = context.catalog().sorted();
        Catalog.Cursor cursor = context.catalog().cursor();
        Outcomes.Reader outcomes = context.outcomes().reader();
        for (Catalog.Entry entry = cursor.next(); entry != null; entry = cursor.next()) {
            if (entry.object() == null) {
                continue;
            }
            Outcomes.Copied copied = outcomes.copied(entry.index());
            if (sorted) {
                add(sha, sink, copied, entry.path());
            } else {
                // No path contains a zero byte, so a path sorts before all that begin with it.
                sorter.add((entry.path() + END + text(copied)).getBytes(StandardCharsets.UTF_8));
            }
        }
        sorter.sorted(
                bytes -> {
                    String text = new String(bytes, StandardCharsets.UTF_8);
                    int end = text.indexOf(END);
                    add(sha, sink, copied(text.substring(end + 1)), text.substring(0, end));
                });
        return "sha256:" + Digester.hex(sha.digest());
    }

    /// Encodes a record for [#copied].
    private static String text(Outcomes.Copied copied) {
        String sha256 = copied.sha256();
        return copied.kind().ordinal()
                + " "
                + copied.digest()
                + " "
                + copied.size()
                + " "
                + copied.modifiedMillis()
                + (sha256 == null ? "" : " " + sha256);
    }

    private static Outcomes.Copied copied(String text) {
        String[] words = text.split(" ", -1);
        return new Outcomes.Copied(
                DigestKind.values()[Integer.parseInt(words[0])],
                Long.parseLong(words[1]),
                Long.parseLong(words[2]),
                Long.parseLong(words[3]),
                words.length > 4 ? words[4] : null);
    }

    private static void add(
            MessageDigest sha, ManifestSink sink, Outcomes.Copied copied, String path)
            throws IOException {
        String crc = copied.kind().label() + ":" + copied.kind().hex(copied.digest());
        String sha256 = copied.sha256();
        String line =
                (sha256 == null ? crc : "sha256:" + sha256)
                        + " "
                        + copied.size()
                        + " "
                        + copied.modifiedMillis()
                        + " "
                        + path
                        + "\n";
        sha.update(line.getBytes(StandardCharsets.UTF_8));
        sink.file(
                new ManifestSink.ManifestFile(
                        path, copied.size(), copied.modifiedMillis(), crc, sha256));
    }
}
