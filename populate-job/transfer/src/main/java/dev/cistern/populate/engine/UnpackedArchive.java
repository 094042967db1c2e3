package dev.cistern.populate.engine;

import dev.cistern.populate.archive.ArchiveEntry;
import dev.cistern.populate.archive.ArchiveReader;
import dev.cistern.populate.archive.BadArchiveException;
import dev.cistern.populate.digest.DigestKind;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.target.TargetFile;
import dev.cistern.populate.target.UnsafeKeyException;
import dev.cistern.populate.wire.Reason;
import java.io.FilterInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// One reading of an archive, from its first entry to its last, into unfinished files.
final class UnpackedArchive {
    private static final int BUFFER_BYTES = 256 * 1024;

    /// So many entries, or so many bytes of them, are compared with the volume's space at a time.
    private static final int CHECKED_ENTRIES = 1000;

    private static final long CHECKED_BYTES = 64L << 20;

    private final CopyContext context;
    private final CatalogFiller filler;
    private final EarlierAttempts earlier;
    private final Unpacker.Task task;
    private final ArchiveStream stream;
    private final Catalog.@Nullable Cursor known;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int uncheckedEntries = CHECKED_ENTRIES;
    private long uncheckedBytes;
    private long written;

    /// @param known the entries that were taken when the archive was read before; null the first time
    UnpackedArchive(
            CopyContext context,
            CatalogFiller filler,
            Unpacker.Task task,
            ArchiveStream stream,
            Catalog.@Nullable Cursor known) {
        this.context = context;
        this.filler = filler;
        this.earlier = new EarlierAttempts(context);
        this.task = task;
        this.stream = stream;
        this.known = known;
    }

    /// @throws BadArchiveException when the archive cannot be taken
    void read() throws IOException, FillException, InterruptedException {
        boolean whole = false;
        try {
            readAll();
            whole = true;
        } finally {
            if (!whole) {
                undo();
            }
        }
    }

    /// What was written is of no use.
    void undo() {
        context.meter().undone(written);
        written = 0;
    }

    private void readAll() throws IOException, FillException, InterruptedException {
        FilterInputStream left =
                new FilterInputStream(stream) {
                    @Override
                    public void close() {
                        // Whoever opened it reads it to its end, whatever becomes of the archive.
                    }
                };
        try (ArchiveReader reader =
                ArchiveReader.open(task.format(), left, context.request().budget().unpackBytes())) {
            for (ArchiveEntry entry = reader.next(); entry != null; entry = reader.next()) {
                context.check();
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                take(reader, entry);
                requireBounded(reader);
            }
        }
        while (stream.read(buffer, 0, buffer.length) >= 0) {}
    }

    private void take(ArchiveReader reader, ArchiveEntry entry)
            throws IOException, FillException, InterruptedException {
        boolean directory = entry.kind() == ArchiveEntry.Kind.DIRECTORY;
        String name = name(entry);
        String wanted = name.isEmpty() ? null : wanted(name, directory);
        if (wanted == null) {
            return;
        }
        if (!directory && entry.kind() != ArchiveEntry.Kind.FILE) {
            throw bad(
                    entry,
                    "is "
                            + entry.kind().words()
                            + ", which is not copied: exclude it, or pack what it stands for");
        }
        SourceObject object =
                new SourceObject(
                        task.object().id() + "!/" + name,
                        directory ? 0 : entry.size(),
                        task.object().version(),
                        entry.modifiedMillis());
        try {
            if (directory) {
                directory(object, wanted);
            } else {
                file(reader, object, wanted);
            }
        } catch (UnsafeKeyException e) {
            throw Lister.Rejected.unsafe(task.listing().source(), e);
        }
    }

    /// What cannot be mended by reading the archive again ends the fill at once.
    private FillException bad(ArchiveEntry entry, String problem) {
        return refused("entry \"" + entry.name() + "\" " + problem);
    }

    private FillException refused(String problem) {
        return new FillException(Reason.INVALID_CONFIGURATION, task.shown() + ": " + problem, null);
    }

    private void requireBounded(ArchiveReader reader) throws FillException {
        if (ArchiveBounds.exceeded(reader.unpackedBytes(), stream.fetchedBytes())) {
            throw refused(ArchiveBounds.PROBLEM);
        }
    }

    /// The entry's name without what makes no difference; empty for the archive's own root.
    private String name(ArchiveEntry entry) throws FillException {
        String name = entry.name();
        if (name.indexOf('\uFFFD') >= 0) {
            throw bad(entry, "has a name that is not UTF-8");
        }
        if (name.startsWith("/")) {
            throw bad(entry, "has an absolute name: pack it with a relative one");
        }
        while (name.startsWith("./")) {
            name = name.substring(2);
        }
        while (name.endsWith("/")) {
            name = name.substring(0, name.length() - 1);
        }
        if (name.equals(".") || (name.isEmpty() && entry.kind() == ArchiveEntry.Kind.DIRECTORY)) {
            return "";
        }
        for (String part : name.split("/", -1)) {
            if (part.equals("..")) {
                throw bad(entry, "has a name that leads out of the directory it is unpacked in");
            }
        }
        if (name.isEmpty()) {
            throw bad(entry, "has no name");
        }
        return name;
    }

    /// Where the entry goes, below the source's tree; null where it is not wanted.
    private @Nullable String wanted(String name, boolean directory) throws FillException {
        String path;
        try {
            path = task.names().path(name, directory);
        } catch (IllegalArgumentException e) {
            throw refused("entry \"" + name + "\" " + e.getMessage());
        }
        if (path == null) {
            return null;
        }
        String whole = task.directory().isEmpty() ? path : task.directory() + "/" + path;
        return task.listing().takes(directory ? whole + "/" : whole) ? whole : null;
    }

    private void directory(SourceObject object, String path)
            throws IOException, UnsafeKeyException, FillException {
        String placed = task.listing().placed(path, object.id());
        if (knownNumber(placed, object) < 0) {
            filler.directory(task.listing().index(), object, placed, MarkerName.PLAIN);
            task.listing().unpacked(false);
            check(0);
        }
    }

    private void file(ArchiveReader reader, SourceObject object, String path)
            throws IOException, UnsafeKeyException, FillException, InterruptedException {
        String placed = task.listing().placed(path, object.id());
        int number = knownNumber(placed, object);
        if (number < 0) {
            number = filler.unpacked(task.listing().index(), object, placed);
            task.listing().unpacked(true);
            check(Math.max(0, object.size()));
        }
        if (context.held()) {
            return;
        }
        Catalog.Entry entry =
                new Catalog.Entry(number, task.listing().index(), placed, object, null);
        if (!finishedBefore(entry, object)) {
            write(reader, entry, object);
        }
    }

    /// The number of an entry that was taken before; -1 for a new one.
    private int knownNumber(String path, SourceObject object) throws IOException, FillException {
        Catalog.Entry before = known == null ? null : known.nextListed();
        if (before == null) {
            return -1;
        }
        boolean same =
                before.path().equals(path)
                        && before.listed().size() == object.size()
                        && before.listed().id().equals(object.id());
        if (!same) {
            throw new FillException(
                    Reason.OBJECT_CHANGED,
                    task.shown() + " has other entries when it is read again",
                    null);
        }
        return before.index();
    }

    private void check(long bytes) throws IOException {
        uncheckedEntries++;
        uncheckedBytes += bytes;
        if (uncheckedEntries > CHECKED_ENTRIES || uncheckedBytes > CHECKED_BYTES) {
            uncheckedEntries = 0;
            uncheckedBytes = 0;
            task.listing().more();
        }
    }

    /// Whether an earlier attempt finished the file. Without a version the same name may stand for other bytes.
    private boolean finishedBefore(Catalog.Entry entry, SourceObject object) throws IOException {
        if (object.version() == null || context.unpacked().isFinished(entry.index())) {
            return object.version() != null;
        }
        long id = EarlierAttempts.idOf(task.listing().source(), object, entry.path());
        Journal.Done done = context.resume().done(entry, object, id);
        boolean finished = done != null && earlier.finished(entry, object, done);
        if (finished) {
            context.unpacked().finished(entry.index());
        } else if (done != null) {
            // The next sync would vouch for it.
            context.journal().forgotten(id);
        }
        return finished;
    }

    private void write(ArchiveReader reader, Catalog.Entry entry, SourceObject object)
            throws IOException, FillException, InterruptedException {
        long id = EarlierAttempts.idOf(task.listing().source(), object, entry.path());
        CRC32C crc = new CRC32C();
        MessageDigest sha256 = context.wantsSha256() ? Digester.message(DigestKind.SHA256) : null;
        long size = 0;
        try (TargetFile file = opened(id, entry.path())) {
            for (int read = reader.read(buffer, 0, buffer.length);
                    read >= 0;
                    read = reader.read(buffer, 0, buffer.length)) {
                context.check();
                requireBounded(reader);
                crc.update(buffer, 0, read);
                if (sha256 != null) {
                    sha256.update(buffer, 0, read);
                }
                write(file, read, size, entry.path());
                size += read;
                context.meter().fetched(read);
                written += read;
            }
        }
        if (object.sized() && size != object.size()) {
            throw new BadArchiveException(
                    "entry \""
                            + object.id()
                            + "\" has "
                            + size
                            + " bytes, and says "
                            + object.size());
        }
        if (!object.sized() && context.unpacked().measured(entry.index())) {
            context.meter().sizeChanged(SourceObject.UNKNOWN_SIZE, size);
        }
        try {
            context.target().complete(id, object.dated() ? object.modifiedMillis() : 0);
            context.outcomes()
                    .copied(
                            entry.index(),
                            new Outcomes.Copied(
                                    DigestKind.CRC32C,
                                    crc.getValue(),
                                    size,
                                    object.modifiedMillis(),
                                    sha256 == null ? null : Digester.hex(sha256.digest())));
        } catch (IOException e) {
            throw FillException.ofTarget(e, "writing " + entry.path());
        }
    }

    private TargetFile opened(long id, String path) throws FillException {
        try {
            return context.target().openPartial(id, false);
        } catch (IOException e) {
            throw FillException.ofTarget(e, "opening " + path);
        }
    }

    private void write(TargetFile file, int length, long position, String path)
            throws FillException {
        try {
            file.write(ByteBuffer.wrap(buffer, 0, length), position);
        } catch (IOException e) {
            throw FillException.ofTarget(e, "writing " + path);
        }
    }
}
