package dev.cistern.populate.engine;

import dev.cistern.populate.source.SourceObject;
import java.io.IOException;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Finds out for each object that is listed whether an earlier attempt finished it.
///
/// Where earlier attempts' objects are in memory, that is a look at a table. Where they are in a file, objects wait until there are many,
/// and the file is read once for all of them: however many there are, the memory is that of one batch.
final class Resume {
    private final DoneRecords done;
    private final Outcomes outcomes;
    private final int batch;
    private long[] ids = new long[0];
    private int[] indexes = new int[0];
    private int waiting;

    /// @param outcomes where the answers are noted that came from the file
    /// @param batch so many objects wait, at most
    Resume(DoneRecords done, Outcomes outcomes, int batch) {
        this.done = done;
        this.outcomes = outcomes;
        this.batch = batch;
    }

    /// Whether the listing has to tell of each object.
    boolean wantsIds() {
        return done.spilled();
    }

    /// Is told of an object; true when it is time to [#settle].
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

    /// Where an id is or would be; a free slot has index 0.
    private int find(long id) {
        int mask = ids.length - 1;
        int at = (int) (id ^ id >>> 32) & mask;
        while (indexes[at] != 0 && ids[at] != id) {
            at = at + 1 & mask;
        }
        return at;
    }

    /// Whether all that were listed can be asked about.
    boolean settled() {
        return waiting == 0;
    }

    /// Looks up all that wait.
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

    /// What an earlier attempt finished of an object, or null.
    ///
    /// @param entry the object as it was listed
    /// @param object as it is now
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
