package dev.cistern.populate.engine;

import dev.cistern.populate.source.SourceObject;
import java.io.IOException;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Determines for each listed object whether an earlier attempt completed it.
///
/// Where earlier attempts' objects are in memory, that is a table look-up. Where they are in a file, objects are
/// collected into batches and the file is read once for each, which bounds memory by one batch.
final class Resume {
    private final DoneRecords done;
    private final Outcomes outcomes;
    private final int batch;
    private long[] ids = new long[0];
    private int[] indexes = new int[0];
    private int waiting;

    /// @param outcomes receives the results read from the file
    /// @param batch maximum number of collected objects
    Resume(DoneRecords done, Outcomes outcomes, int batch) {
        this.done = done;
        this.outcomes = outcomes;
        this.batch = batch;
    }

    /// Whether [#listed] has to be called for each object.
    boolean wantsIds() {
        return done.spilled();
    }

    /// Collects a listed object; returns true when [#settle] is due.
    boolean listed(int index, long id) {
        if (waiting == 0) {
            int slots = Integer.highestOneBit(Math.max(16, batch) * 2);
            ids = ids.length == slots ? ids : new long[slots];
            indexes = indexes.length == slots ? indexes : new int[slots];
            Arrays.fill(indexes, 0);
        }
        int slot = find(id);
        if (indexes[slot] == 0) {
            ids[slot] = id;
            indexes[slot] = index + 1;
            waiting++;
        }
        return waiting * 2 >= ids.length;
    }

    /// Slot of an id, or the free slot for it; a free slot has index 0.
    private int find(long id) {
        int mask = ids.length - 1;
        int at = (int) (id ^ id >>> 32) & mask;
        while (indexes[at] != 0 && ids[at] != id) {
            at = at + 1 & mask;
        }
        return at;
    }

    /// Whether all listed objects have been looked up.
    boolean settled() {
        return waiting == 0;
    }

    /// Looks up all collected objects.
    void settle() throws IOException {
        if (waiting > 0) {
            done.each(
                    (id, found) -> {
                        int index = indexes[find(id)];
                        if (index > 0) {
                            outcomes.before(index - 1, found);
                        }
                    });
            waiting = 0;
        }
    }

    /// The record of an earlier attempt for an object, or null.
    ///
    /// @param entry the object as it was listed
    /// @param object its current state
    Journal.@Nullable Done done(Catalog.Entry entry, SourceObject object, long id)
            throws IOException {
        if (!done.spilled()) {
            return done.find(id);
        }
        SourceObject listed = entry.object();
        return listed != null
                        && Objects.equals(listed.version(), object.version())
                        && listed.size() == object.size()
                        && listed.modifiedMillis() == object.modifiedMillis()
                ? outcomes.before(entry.index())
                : null;
    }
}
