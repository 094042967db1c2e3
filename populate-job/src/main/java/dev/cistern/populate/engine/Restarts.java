package dev.cistern.populate.engine;

import dev.cistern.populate.wire.Reason;
import java.util.HashMap;
import java.util.Map;

/// How often the objects under way were started again, because they changed or arrived with a wrong digest.
final class Restarts {
    /// Restarts of one object before the fill fails.
    private static final int MOST = 3;

    private final Map<ObjectCopy, Integer> before = new HashMap<>();
    private final Map<ObjectCopy, String> complaints = new HashMap<>();

    /// An object is under way, after so many restarts.
    synchronized void begun(ObjectCopy copy, int restarts) {
        before.put(copy, restarts);
    }

    /// The store has another version now.
    synchronized void changed(ObjectCopy copy, String complaint) {
        complaints.put(copy, complaint);
    }

    /// Nothing is under way on an object any more.
    synchronized void ended(ObjectCopy copy) {
        before.remove(copy);
        complaints.remove(copy);
    }

    /// Whether no object is under way.
    synchronized boolean isEmpty() {
        return before.isEmpty();
    }

    /// The number of the restart that is due.
    ///
    /// @param source its name, for people
    /// @param mismatch what was wrong with the digest, if the object has not changed
    /// @throws FillException when there were too many
    synchronized int next(ObjectCopy copy, String source, String mismatch) throws FillException {
        int restarts = before.getOrDefault(copy, 0);
        if (restarts < MOST) {
            return restarts + 1;
        }
        String complaint = complaints.get(copy);
        throw complaint == null
                ? new FillException(
                        Reason.DIGEST_MISMATCH,
                        "object "
                                + copy.object.key()
                                + " in "
                                + source
                                + " arrived "
                                + (restarts + 1)
                                + " times with a wrong digest: "
                                + mismatch
                                + "; check the object in the store, or set verify: size",
                        null)
                : new FillException(
                        Reason.OBJECT_CHANGED,
                        complaint
                                + " "
                                + (restarts + 1)
                                + " times; stop the writer, or try again later",
                        null);
    }
}
