package dev.cistern.populate.engine;

import dev.cistern.populate.source.SourceException;
import java.util.HashMap;
import java.util.Map;

/// How often the objects under way were started again, because they changed or arrived with a wrong digest.
final class Restarts {
    /// Restarts of one object before the fill fails.
    private static final int MOST = 3;

    private final Map<ObjectCopy, Integer> before = new HashMap<>();
    private final Map<ObjectCopy, SourceException> complaints = new HashMap<>();

    /// An object is under way, after so many restarts.
    synchronized void begun(ObjectCopy copy, int restarts) {
        before.put(copy, restarts);
    }

    /// The store has another version now, or sends something else; or what it sends by one request alone was cut off.
    synchronized void changed(ObjectCopy copy, SourceException complaint) {
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
        SourceException complaint = complaints.get(copy);
        if (complaint != null) {
            throw new FillException(
                    complaint.reason(),
                    complaint.getMessage() + ", " + (restarts + 1) + " times; " + advice(complaint),
                    complaint);
        }
        throw FillException.ofDigest(
                "object \""
                        + copy.object.id()
                        + "\" in "
                        + source
                        + " arrived "
                        + (restarts + 1)
                        + " times with a wrong digest: "
                        + mismatch
                        + "; check the object in the store");
    }

    private static String advice(SourceException complaint) {
        return switch (complaint) {
            case SourceException.Changed changed ->
                    changed.unfit()
                            ? "check the object in the store, and any proxy in front of it"
                            : "stop the writer, or try again later";
            case SourceException.Retryable cut ->
                    "the store sends this object only from its first byte on, so each cut begins it"
                            + " again";
            case SourceException.Refused refused -> "check the object in the store";
        };
    }
}
