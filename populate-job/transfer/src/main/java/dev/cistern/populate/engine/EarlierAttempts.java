package dev.cistern.populate.engine;

import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.target.Hash64;
import dev.cistern.populate.target.OpenTarget;
import dev.cistern.populate.target.TargetFile;
import dev.cistern.populate.wire.Verify;
import java.io.IOException;
import java.util.Objects;

/// What earlier attempts left of single objects, found by the journal and verified on the volume.
final class EarlierAttempts {
    private static final long ID_SEED = 0x6369737465726eL;

    private final CopyContext context;

    EarlierAttempts(CopyContext context) {
        this.context = context;
    }

    /// The journal's identifier of an object. A size that the listing did not contain is not part of it: the next
    /// attempt's listing will not contain it either.
    long idOf(Catalog.Entry entry, SourceObject object) {
        SourceObject listed = entry.object();
        boolean learned =
                listed != null
                        && !listed.sized()
                        && Objects.equals(listed.version(), object.version());
        return idOf(
                context.inputs().get(entry.input()).source(),
                learned ? object.withSize(SourceObject.UNKNOWN_SIZE) : object,
                entry.path());
    }

    /// The journal's identifier of an object.
    static long idOf(Source source, SourceObject object, String path) {
        String text =
                source.identity()
                        + '\n'
                        + object.id()
                        + '\n'
                        + object.version()
                        + '\n'
                        + object.size()
                        + '\n'
                        + object.modifiedMillis()
                        + '\n'
                        + path;
        return Hash64.of(ID_SEED, text, text.length());
    }

    /// Space that earlier attempts have already used for an object, in bytes; -1 when they have not started it.
    long spaceTaken(Catalog.Entry entry) throws IOException {
        SourceObject object = entry.object();
        if (object == null) {
            return -1;
        }
        long id = idOf(entry, object);
        if (context.resume().done(entry, object, id) != null) {
            return Math.max(0, object.size());
        }
        long fetched =
                context.journal().blocksBefore(id).stream().mapToLong(Journal.Block::length).sum();
        long there = Math.max(fetched, context.journal().reservedBefore(id));
        return there > 0 ? there : -1;
    }

    /// Whether the complete file of an earlier attempt is present and can be used; it is counted then.
    boolean finished(Catalog.Entry entry, SourceObject object, Journal.Done done)
            throws IOException {
        OpenTarget.Finished there = context.target().finished(entry.path());
        boolean dated = there != null && there.dated() && object.dated();
        if (there == null
                || (object.sized() && there.size() != object.size())
                || (dated && there.modifiedMillis() != object.modifiedMillis())) {
            return false;
        }
        long size = there.size();
        // Without a date nothing else would show that somebody has written to it since. Where names
        // are folded, another object may have replaced it.
        boolean compare = !done.trusted() || !dated || context.foldsNames();
        String sha256 = null;
        if (compare || context.wantsSha256()) {
            try (TargetFile file = context.target().openFinished(entry.path())) {
                if (compare && Digester.crc(file, done.kind(), 0, size) != done.digest()) {
                    return false;
                }
                // The journal does not store it.
                sha256 = context.wantsSha256() ? Digester.sha256(file, size) : null;
            }
        }
        context.outcomes()
                .copied(
                        entry.index(),
                        new Outcomes.Copied(
                                done.kind(), done.digest(), size, object.modifiedMillis(), sha256));
        if (done.unverified() && context.verify() == Verify.FULL) {
            context.meter().couldNotVerify();
        }
        context.meter().sizeChanged(object.size(), size);
        context.meter().resumed(size);
        context.meter().fileDone();
        return true;
    }
}
