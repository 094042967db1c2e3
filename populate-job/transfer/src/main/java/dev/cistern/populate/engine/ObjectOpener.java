package dev.cistern.populate.engine;

import dev.cistern.populate.digest.DigestKind;
import dev.cistern.populate.source.ObjectDetails;
import dev.cistern.populate.source.ObjectDigest;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.target.TargetFile;
import dev.cistern.populate.wire.Verify;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Starts and completes single objects: what is present already, in which ranges the rest is fetched, whether the
/// result is right.
final class ObjectOpener {
    /// Placeholder for a directory in the copier's queue.
    static final SourceObject DIRECTORY = new SourceObject("", -1, null, 0);

    private final CopyContext context;
    private final Committer committer;
    private final ObjectDescriber describer;
    private final EarlierAttempts earlier;
    private final ObjectVerifier check;
    private final MarkerCheck markers;

    /// State of an object that is fetched again because its digest was wrong.
    ///
    /// @param arrival digest of the last fetch
    /// @param restarts number of restarts, including this one
    record Refetch(ObjectCopy.Arrival arrival, int restarts) {}

    /// Decides how an object is divided, and counts it as started.
    @FunctionalInterface
    interface Divisions {
        Ranges.Division of(long size);
    }

    ObjectOpener(CopyContext context, Committer committer) {
        this.context = context;
        this.committer = committer;
        this.describer = new ObjectDescriber(context);
        this.earlier = new EarlierAttempts(context);
        this.check = new ObjectVerifier(context, describer);
        this.markers = new MarkerCheck(context, describer);
    }

    Source source(Catalog.Entry entry) {
        return describer.source(entry);
    }

    /// Starts an object; null when there is nothing to fetch.
    ///
    /// @param divisions decides how an object is divided if nothing of it is present
    /// @param refetch state of a refetch; null the first time and when the object has changed since
    @Nullable ObjectCopy open(
            Catalog.Entry entry,
            SourceObject object,
            Divisions divisions,
            @Nullable Refetch refetch)
            throws FillException, InterruptedException {
        try {
            if (object == DIRECTORY) {
                markers.requireEmpty(entry);
                context.leftovers()
                        .retryAfterRemoval(() -> context.target().makeDirectories(entry.path()));
                return null;
            }
            long id = earlier.idOf(entry, object);
            Journal.Done done = context.resume().done(entry, object, id);
            if (done != null && earlier.finished(entry, object, done)) {
                // Count it as started.
                divisions.of(object.size());
                return null;
            }
            if (done != null && context.journal().blocksBefore(id).isEmpty()) {
                // The next sync would make the record trusted.
                context.journal().forgotten(id);
            }
            return openUnfinished(entry, object, id, divisions, refetch);
        } catch (IOException e) {
            throw FillException.ofTarget(e, "opening " + entry.path());
        }
    }

    private @Nullable ObjectCopy openUnfinished(
            Catalog.Entry entry,
            SourceObject object,
            long id,
            Divisions divisions,
            @Nullable Refetch refetch)
            throws IOException, FillException, InterruptedException {
        boolean pin = context.wantsSha256() || context.inputs().get(entry.input()).sha256() != null;
        List<Journal.Block> before = new ArrayList<>(context.journal().blocksBefore(id));
        Ranges.Division division = object.sized() ? divisions.of(object.size()) : null;
        boolean inOrder =
                division == Ranges.Division.IN_ORDER && before.isEmpty() && refetch == null;
        ObjectDigest offered = null;
        boolean whole = false;
        if (worthAsking(object, inOrder)) {
            ObjectDetails details = describer.describe(entry, object);
            SourceObject now = details.object();
            whole = details.whole() || !now.sized();
            if (!Objects.equals(now.version(), object.version()) || now.size() != object.size()) {
                // It changed since it was listed, or its size was unknown: start with its current
                // state.
                context.meter().sizeChanged(object.size(), now.size());
                object = now;
                id = earlier.idOf(entry, object);
                before = new ArrayList<>(context.journal().blocksBefore(id));
            }
            offered = context.verify() == Verify.FULL ? details.digest() : null;
        }
        if (division == null) {
            division = divisions.of(object.size());
            inOrder = division == Ranges.Division.IN_ORDER && before.isEmpty() && refetch == null;
        }
        if (whole) {
            inOrder = true;
            if (!before.isEmpty() || context.journal().reservedBefore(id) > 0) {
                // Nothing can be resumed.
                forget(id);
                context.target().dropPartial(id);
                before.clear();
            }
        }
        boolean sha256 =
                pin
                        || (offered != null
                                && offered.kind() == DigestKind.SHA256
                                && offered.parts() == 0);
        DigestKind kind =
                offered != null && offered.kind().combines() && offered.parts() == 0
                        ? offered.kind()
                        : DigestKind.CRC32C;
        if (object.size() > Ranges.ALWAYS_WHOLE_BYTES) {
            Digester.prepare(kind);
        }
        boolean kept = !before.isEmpty() || context.journal().reservedBefore(id) > 0;
        TargetFile file = context.target().openPartial(id, kept);
        boolean opened = false;
        try {
            ObjectCopy copy =
                    new ObjectCopy(
                            entry,
                            object,
                            id,
                            file,
                            kind,
                            offered,
                            inOrder && !kept,
                            whole,
                            sha256(sha256, object),
                            refetch == null ? null : refetch.arrival);
            // Look for existing data before reserving blocks, which sets the file to its final
            // length.
            if (refetch == null) {
                revokeMissing(id, before.size(), Ranges.plan(copy, before, context.meter()));
            } else {
                Ranges.planOtherwise(copy, refetch.restarts);
            }
            if (object.size() > Ranges.ALWAYS_WHOLE_BYTES) {
                if (context.journal().reservedBefore(id) == 0
                        && context.target().reserve(id, object.size())) {
                    context.journal().reserved(id, object.size());
                }
                if (!readBack(copy, offered, sha256)) {
                    file.writesOnly();
                }
            }
            opened = true;
            return copy;
        } finally {
            if (!opened) {
                file.close();
            }
        }
    }

    /// Whether to request an object's metadata before fetching it: for a small one the fetch itself returns everything.
    private boolean worthAsking(SourceObject object, boolean inOrder) {
        boolean small = object.size() <= Ranges.ALWAYS_WHOLE_BYTES;
        // An object listed as empty is never fetched, so verify that it is empty.
        return object.size() <= 0 || !small || (!inOrder && context.verify() == Verify.FULL);
    }

    private ObjectCopy.Sha256 sha256(boolean wanted, SourceObject object) {
        if (!wanted) {
            return new ObjectCopy.Sha256.NotRequested();
        }
        return object.size() > Ranges.ALWAYS_WHOLE_BYTES
                ? new ObjectCopy.Sha256.Concurrent(context.digesters())
                : new ObjectCopy.Sha256.Inline();
    }

    /// Revokes pieces that turned out to be missing: the next sync would make their records trusted.
    private void revokeMissing(long id, int noted, List<Journal.Block> kept) throws IOException {
        if (kept.size() < noted) {
            context.journal().forgotten(id);
            for (Journal.Block block : kept) {
                context.journal()
                        .block(id, block.offset(), block.length(), block.kind(), block.digest());
            }
        }
    }

    /// Whether the file has to be read again for its digest, so that it should be in the page cache.
    private static boolean readBack(
            ObjectCopy copy, @Nullable ObjectDigest offered, boolean sha256) {
        if (offered != null && offered.parts() > 0) {
            return true;
        }
        return sha256 || (!copy.inOrder() && (offered != null && offered.kind() != copy.kind()));
    }

    /// Requests the current state of an invalidated object.
    SourceObject describeAgain(ObjectCopy copy) throws FillException, InterruptedException {
        SourceObject now = describer.describe(copy.entry, copy.object).object();
        context.meter().sizeChanged(copy.object.size(), now.size());
        return now;
    }

    /// Discards what was fetched of an object.
    void drop(ObjectCopy copy) throws IOException {
        long fetched = copy.fetchedBytes();
        context.meter().undone(fetched);
        if (!copy.object.sized()) {
            context.meter().grown(-fetched);
        }
        copy.file.close();
        forget(copy.id);
        context.target().dropPartial(copy.id);
    }

    /// Revokes the journal's records of an object before its file may get new content.
    private void forget(long id) throws IOException {
        // A thread interrupted while it writes to the journal would close its file.
        boolean interrupted = Thread.interrupted();
        try {
            context.journal().forgotten(id);
            context.journal().flush();
            if (context.request().durable()) {
                context.target().syncJournal();
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /// Verifies an object. Returns null when it is right and queued for its final name, else the mismatch.
    ObjectVerifier.@Nullable Mismatch complete(ObjectCopy copy)
            throws IOException, FillException, InterruptedException {
        SourceObject object = copy.object;
        long digest = object.size() == 0 ? 0 : copy.digest();
        if (!copy.inOrder()) {
            copy.file.truncate(object.size());
        }
        ObjectVerifier.Mismatch wrong = check.compare(copy, digest);
        if (wrong != null) {
            return wrong;
        }
        String sha256 = check.sha256(copy);
        context.faultPoints().reached(FaultPoints.Point.FILE_VERIFIED);
        copy.file.close();
        long modified = object.modifiedMillis();
        context.target().complete(copy.id, object.dated() ? modified : 0);
        committer.add(
                new Committer.CompleteFile(
                        copy.entry.index(),
                        copy.id,
                        copy.entry.path(),
                        object.size(),
                        modified,
                        new Journal.Done(copy.kind(), digest, false, copy.unverified()),
                        sha256));
        return null;
    }
}
