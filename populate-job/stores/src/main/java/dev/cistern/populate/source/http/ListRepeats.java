package dev.cistern.populate.source.http;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Finds duplicate lines. In a list with more than [#MOST] names only adjacent ones are found; the engine rejects
/// others as two files for one path.
final class ListRepeats {
    /// Some 3 MiB.
    private static final int MOST = 10_000;

    private final Map<String, ListedFile> known = new HashMap<>();
    private @Nullable ListedFile last;

    /// Whether an identical line was read before.
    ///
    /// @throws IllegalArgumentException when its path was listed with different values
    boolean isRepeated(ListedFile file) {
        ListedFile before =
                last != null && last.path().equals(file.path()) ? last : known.get(file.path());
        last = file;
        if (before == null) {
            if (known.size() < MOST) {
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
