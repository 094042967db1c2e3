package dev.cistern.populate.engine;

import dev.cistern.populate.source.SourceException;
import java.util.HashMap;
import java.util.Map;

/// Counts restarts of objects in progress, because they changed or had a wrong digest.
final class Restarts {
    /// Restarts of one object before the fill fails.
    private static final int MAX_RESTARTS = 3;

    private final Map<ObjectCopy, Integer> before = new HashMap<>();
    private final Map<ObjectCopy, SourceException> causes = new HashMap<>();

    /// An object was started after this number of restarts.
    synchronized void begun(ObjectCopy copy, int restarts) {
        before.put(copy, restarts);
    }

    /// The store now has another version, or sends something inconsistent; or a response for the whole object was cut
    /// off.
    synchronized void changed(ObjectCopy copy, SourceException cause) {
        causes.put(copy, cause);
    }

    /// An object is no longer in progress.
    synchronized void ended(ObjectCopy copy) {
        before.remove(copy);
        causes.remove(copy);
    }

    /// Whether no object is in progress.
    synchronized boolean isEmpty() {
        return before.isEmpty();
    }

    /// Number of the next restart.
    ///
    /// @param source its name, for messages
    /// @param mismatch description of the digest mismatch, if the object has not changed
    /// @throws FillException when there were too many
    synchronized int next(ObjectCopy copy, String source, String mismatch) throws FillException {
        int restarts = before.getOrDefault(copy, 0);
        if (restarts < MAX_RESTARTS) {
            return restarts + 1;
        }
        SourceException cause = causes.get(copy);
        if (cause != null) {
            throw new FillException(
                    cause.reason(),
                    cause.getMessage() + ", " + (restarts + 1) + " times; " + advice(cause),
                    cause);
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

    private static String advice(SourceException cause) {
        return switch (cause) {
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
