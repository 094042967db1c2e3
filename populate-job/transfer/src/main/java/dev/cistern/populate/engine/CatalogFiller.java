package dev.cistern.populate.engine;

import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.target.PathClaims;
import dev.cistern.populate.target.UnsafeKeyException;
import dev.cistern.populate.wire.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.Objects;

/// Adds listed objects to the catalog, claims their paths, and sums up the space they need.
///
/// An empty object is a folder marker if other keys, of any source, lie below its name. Where that is known only when
/// everything is listed, it is kept in a second catalog until then, so that the number of such objects is not bounded
/// by memory.
final class CatalogFiller {
    private final CopyContext context;
    private final PathClaims claims;
    private final Catalog undecided;
    private final long[] markers;
    private final long blockSize;
    private final long inlineBytes;
    private boolean claimed;
    private long files;
    private long spaceBytes;
    private long directories;
    private long impliedDirectories;
    private long nameBytes;
    private String lastPath = "";
    private long sortedBytes;

    CatalogFiller(CopyContext context) {
        this.context = context;
        this.claims = newClaims(context);
        this.undecided =
                new Catalog(
                        context.target().workFiles(), context.request().budget().undecidedBytes());
        this.markers = new long[context.inputs().size()];
        this.blockSize = context.target().blockSize();
        this.inlineBytes = context.target().inlineBytes();
    }

    /// Space allocated for a file's data, without its inode.
    private long allotted(long listed) {
        // An unknown size is not counted here; it is counted when the object has arrived.
        long size = Math.max(0, listed);
        return size <= inlineBytes ? size : (size + blockSize - 1) / blockSize * blockSize;
    }

    private static PathClaims newClaims(CopyContext context) {
        return new PathClaims(context.foldsNames(), context.request().budget().hashedPaths());
    }

    /// Space that the file system will allocate, in bytes.
    long spaceBytes() {
        return spaceBytes;
    }

    /// Space that the engine's own files, except for the journal, use until the end, in bytes.
    long ownBytes() {
        long sorting = claims.deferred() ? sortedBytes : 0;
        return context.catalog().spilledBytes()
                + undecided.spilledBytes()
                + context.outcomes().spilledBytes(context.catalog().size())
                + context.journal().done().spilledBytes()
                + sorting;
    }

    /// Number of files and directories that will be created.
    long inodes() {
        return files + Math.max(directories, claims.directories());
    }

    /// What the listed tree needs of a volume.
    SpaceNeeds needs() {
        return new SpaceNeeds(
                spaceBytes, files, Math.max(directories, impliedDirectories), nameBytes);
    }

    /// Counts the length of a path's name and the directories that it adds to the previous path. In an unsorted listing
    /// some of them are counted more than once.
    private void countNames(String path) {
        int end = Math.min(path.length(), lastPath.length());
        int same = 0;
        while (same < end && path.charAt(same) == lastPath.charAt(same)) {
            same++;
        }
        int name = 0;
        for (int i = 0; i < path.length(); i++) {
            if (path.charAt(i) == '/') {
                impliedDirectories += i >= same ? 1 : 0;
                name = i + 1;
            }
        }
        nameBytes += path.length() - name;
        lastPath = path;
    }

    /// Adds a directory.
    ///
    /// @param object the folder marker, listed as empty
    /// @param path below the target; empty for the target itself, whose marker is checked like any other
    void directory(int input, SourceObject object, String path, MarkerName name)
            throws IOException, UnsafeKeyException {
        if (!path.isEmpty()) {
            if (!claimed) {
                claims.directory(path, object.id());
            }
            spaceBytes += blockSize;
        }
        SourceObject marker = kept(object);
        added(path, marker, context.catalog().addDirectory(input, path, name, marker));
    }

    /// Adds a file, and has it looked up among what earlier attempts completed.
    void file(int input, SourceObject listed, String path) throws IOException, UnsafeKeyException {
        SourceObject object = kept(listed);
        int number = add(input, object, path);
        Resume resume = context.resume();
        if (resume.wantsIds()
                && resume.listed(
                        number,
                        EarlierAttempts.idOf(context.inputs().get(input).source(), object, path))) {
            resume.settle();
            publish();
        }
    }

    /// Adds a file that comes out of an archive; its number. It is written at once, so that what a later look-up would say of it comes too late.
    int unpacked(int input, SourceObject listed, String path)
            throws IOException, UnsafeKeyException {
        return add(input, kept(listed), path);
    }

    private int add(int input, SourceObject object, String path)
            throws IOException, UnsafeKeyException {
        if (!claimed) {
            claims.file(path, object.id());
        }
        int number = added(path, object, context.catalog().add(input, path, object));
        countNames(path);
        files++;
        spaceBytes += allotted(object.size());
        context.meter().listed(object.size());
        return number;
    }

    /// Keeps an empty object until [#end] decides whether it is a file or a folder marker.
    void undecided(int input, SourceObject object, String path)
            throws IOException, UnsafeKeyException {
        claims.parentsOf(path, object.id());
        SourceObject empty = kept(object);
        added(path, empty, undecided.add(input, path, empty));
    }

    boolean hasUndecided() {
        return undecided.size() > 0;
    }

    /// Number of undecided objects of a source that turned out to be folder markers.
    long markers(int input) {
        return markers[input];
    }

    /// The object as the catalog stores it.
    private static SourceObject kept(SourceObject object) throws UnsafeKeyException {
        String id = object.id();
        boolean fits =
                id.length() <= Catalog.MAX_ID_BYTES / 3
                        || id.getBytes(StandardCharsets.UTF_8).length <= Catalog.MAX_ID_BYTES;
        if (!fits) {
            throw new UnsafeKeyException(
                    id, "is longer than " + Catalog.MAX_ID_BYTES + " bytes; exclude it");
        }
        return Catalog.kept(object);
    }

    /// Called after an entry was added to a catalog.
    private int added(String path, SourceObject object, int number) throws Lister.Rejected {
        if (number < 0) {
            throw new Lister.Rejected(
                    new FillException(
                            Reason.TOO_MANY_OBJECTS,
                            "more than "
                                    + Catalog.MAX_OBJECTS
                                    + " objects; split the source by prefix",
                            null));
        }
        sortedBytes += path.length() + object.id().length() + 2L * DeferredClaims.RECORD_BYTES;
        return number;
    }

    /// Publishes listed entries to the streams, unless some are still undecided.
    void publish() {
        if (!claims.deferred() && context.resume().settled()) {
            context.catalog().publish();
        }
    }

    /// Called when everything is listed: decides about empty objects, and whether two keys map to one path where that
    /// is still open.
    void end() throws FillException, IOException {
        if (claims.hashed()) {
            // Check all before claiming the first: claiming may switch hashing off.
            BitSet trees = new BitSet();
            Catalog.Cursor cursor = undecided.cursor();
            for (Catalog.Entry entry = cursor.nextListed();
                    entry != null;
                    entry = cursor.nextListed()) {
                trees.set(entry.index(), claims.isDirectory(entry.path()));
            }
            addDecided(trees);
            if (claims.deferred()) {
                directories = new DeferredClaims(context, newClaims(context), null).check();
            }
        } else if (hasUndecided() || claims.deferred()) {
            DeferredClaims sorted = new DeferredClaims(context, newClaims(context), undecided);
            directories = sorted.check();
            claimed = true;
            addDecided(sorted.trees());
        }
    }

    private void addDecided(BitSet trees) throws IOException {
        Catalog.Cursor cursor = undecided.cursor();
        for (Catalog.Entry entry = cursor.nextListed();
                entry != null;
                entry = cursor.nextListed()) {
            int input = entry.input();
            SourceObject object = Objects.requireNonNull(entry.object());
            try {
                if (trees.get(entry.index())) {
                    markers[input]++;
                    directory(input, object, entry.path(), MarkerName.PLAIN);
                } else {
                    file(input, object, entry.path());
                }
            } catch (UnsafeKeyException e) {
                throw Lister.Rejected.unsafe(context.inputs().get(input).source(), e);
            }
        }
    }
}
