package dev.cistern.populate.source.http;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Finds duplicate lines. Beyond what fits into [#MOST_BYTES], some 10,000 lines with usual names, only adjacent ones
/// are found; the engine rejects others as two files for one path.
final class ListRepeats {
    static final long MOST_BYTES = 4L << 20;

    /// Memory of a line without the characters of path and URL: the digest, and objects.
    private static final int LINE_BYTES = 300;

    /// At most.
    private static final int CHARACTER_BYTES = 2;

    private final Map<String, ListedFile> known = new HashMap<>();
    private @Nullable ListedFile last;
    private long bytes;

    /// Whether an identical line was read before.
    ///
    /// @throws IllegalArgumentException when its path was listed with different values
    boolean isRepeated(ListedFile file) {
        ListedFile before =
                last != null && last.path().equals(file.path()) ? last : known.get(file.path());
        last = file;
        if (before == null) {
            String url = file.url();
            long line =
                    LINE_BYTES
                            + (long) CHARACTER_BYTES
                                    * (file.path().length() + (url == null ? 0 : url.length()));
            if (bytes + line <= MOST_BYTES) {
                bytes += line;
                known.put(file.path(), file);
            }
            return false;
        }
        if (!before.equals(file)) {
            throw new IllegalArgumentException(
                    "names "
                            + file.path()
                            + ", which a line before names with another digest, size or URL");
        }
        return true;
    }
}
