package dev.cistern.populate.target;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/// Cache of directories that were checked to be real ones: the most recently used. Listings are ordered, so few are
/// enough.
final class KnownDirectories {
    /// Some 4,000 with usual paths.
    static final long MAX_BYTES = 1L << 20;

    /// Memory of a path without its characters, each of which takes a byte or two.
    private static final int PATH_BYTES = 160;

    private final Map<String, Boolean> known = new LinkedHashMap<>(256, 0.75f, true);
    private long bytes;

    boolean contains(String path) {
        return known.get(path) != null;
    }

    void add(String path) {
        if (known.put(path, Boolean.TRUE) == null) {
            bytes += bytesOf(path);
        }
        Iterator<String> eldest = known.keySet().iterator();
        while (bytes > MAX_BYTES) {
            bytes -= bytesOf(eldest.next());
            eldest.remove();
        }
    }

    private static long bytesOf(String path) {
        return PATH_BYTES + 2L * path.length();
    }
}
