package dev.cistern.populate.engine;

import java.util.BitSet;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Which of the catalog's entries come out of archives: streams leave them alone, whoever takes the archive apart makes
/// them.
final class UnpackedEntries {
    /// Numbers of entries: the first of an archive, and the one after its last.
    private final TreeMap<Integer, Integer> ranges = new TreeMap<>();

    private final BitSet finished = new BitSet();
    private final BitSet measured = new BitSet();

    synchronized boolean isEmpty() {
        return ranges.isEmpty();
    }

    /// An earlier attempt finished an entry.
    synchronized void finished(int number) {
        finished.set(number);
    }

    /// The size of an entry is known that its archive did not tell before; whether it was not known from a reading
    /// before.
    synchronized boolean measured(int number) {
        boolean first = !measured.get(number);
        measured.set(number);
        return first;
    }

    synchronized boolean isFinished(int number) {
        return finished.get(number);
    }

    /// All entries from this number on, until [#end].
    synchronized void begin(int first) {
        ranges.put(first, Integer.MAX_VALUE);
    }

    /// @param next number of the entry that will be added next
    synchronized void end(int first, int next) {
        Map.Entry<Integer, Integer> before = ranges.lowerEntry(first);
        ranges.remove(first);
        if (next == first) {
            return;
        }
        if (before != null && before.getValue() == first) {
            // A thousand archives in a row are one range.
            ranges.put(before.getKey(), next);
        } else {
            ranges.put(first, next);
        }
    }

    /// Whether an entry comes out of an archive.
    synchronized boolean contains(int number) {
        Map.@Nullable Entry<Integer, Integer> range = ranges.floorEntry(number);
        return range != null && number < range.getValue();
    }
}
