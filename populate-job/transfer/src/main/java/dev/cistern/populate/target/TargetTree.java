package dev.cistern.populate.target;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Set;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/// A directory tree as the target.
///
/// A file is written to `.cistern/partial/<id>` and renamed when it is complete, verified and synced. No path below the
/// target is used before each of its directories was checked to be a real one: links are never followed.
public final class TargetTree implements OpenTarget {
    /// From this number of files on, the native calls are worth their loading time.
    private static final int NATIVE_FROM_FILES = 64;

    /// The same by size: reserving blocks pays off from here.
    private static final long NATIVE_FROM_BYTES = 256L << 20;

    /// Up to this number files are synced one by one; above, one sync of the file system is cheaper.
    private static final int SINGLE_SYNCS = 16;

    private final Path root;
    private final OwnDirectory own;
    private final boolean durable;
    private final FileSystemProperties fileSystem;
    private final TreeDirectories directories;
    private final NewNames names;
    private volatile @Nullable Native calls;

    private TargetTree(Path root, OwnDirectory own, boolean durable) {
        this.root = root;
        this.own = own;
        this.durable = durable;
        this.fileSystem = new FileSystemProperties(root);
        this.directories = new TreeDirectories(root);
        this.names = new NewNames(root);
    }

    /// Locks an existing directory.
    ///
    /// @param durable whether everything has to be durable before it counts
    /// @throws IOException when it is not a directory, cannot be written, or another process fills it
    static TargetTree open(Path directory, boolean durable) throws IOException {
        Path root = directory.toRealPath();
        return new TargetTree(root, OwnDirectory.open(root), durable);
    }

    @Override
    public void onDirectory(DirectoryListener listener) {
        directories.listener(listener);
    }

    @Override
    public boolean resumed() {
        return own.resumed();
    }

    @Override
    public TargetFile openJournal() throws IOException {
        return ChannelFile.open(own.journal());
    }

    @Override
    public void syncJournal() throws IOException {
        sync(own.journal());
    }

    @Override
    public WorkFiles workFiles() {
        return own.spill();
    }

    private Path at(String path) {
        return root.resolve(path);
    }

    /// Loads the native calls for fills that are large enough to gain from them.
    @Override
    public synchronized void expect(long files, long bytes) {
        if (calls == null && (files >= NATIVE_FROM_FILES || bytes >= NATIVE_FROM_BYTES)) {
            Native loaded = Native.load(root);
            calls = loaded;
            names.many(loaded != null);
        }
    }

    @Override
    public TargetFile openPartial(long id, boolean keep) throws IOException {
        return PartialFile.open(own.partial(id), keep, fileSystem.directBlock());
    }

    @Override
    public boolean bypassesCache() throws IOException {
        return fileSystem.bypassesCache();
    }

    @Override
    public boolean reserve(long id, long size) throws IOException {
        Native loaded = calls;
        // On tmpfs this would allocate every page before the first byte is fetched.
        return loaded != null
                && !fileSystem.type().equals("tmpfs")
                && loaded.allocate(own.partial(id), size);
    }

    /// Sets the modification time.
    @Override
    public void complete(long id, long modifiedMillis) throws IOException {
        if (modifiedMillis == 0) {
            return;
        }
        Native loaded = calls;
        if (loaded != null) {
            loaded.setTimes(own.partial(id), modifiedMillis);
            return;
        }
        FileTime time = FileTime.fromMillis(modifiedMillis);
        Files.getFileAttributeView(own.partial(id), BasicFileAttributeView.class)
                .setTimes(time, time, null);
    }

    @Override
    public @Nullable Finished finished(String path) throws IOException {
        try {
            BasicFileAttributes attributes =
                    Files.readAttributes(
                            at(path), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return attributes.isRegularFile() && directories.parentsAreReal(path)
                    ? new Finished(attributes.size(), attributes.lastModifiedTime().toMillis())
                    : null;
        } catch (FileSystemException e) {
            return null;
        }
    }

    @Override
    public TargetFile openFinished(String path) throws IOException {
        return new ChannelFile(
                FileChannel.open(
                        at(path), Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)));
    }

    @Override
    public void makeDirectories(String path) throws IOException {
        directories.makeAll(path);
        names.note(path + "/", durable);
    }

    /// Renames it, which replaces an existing file or link.
    @Override
    public void finish(long id, String path, @Nullable String sha256) throws IOException {
        int slash = path.lastIndexOf('/');
        if (slash > 0) {
            directories.makeAll(path.substring(0, slash));
        }
        try {
            Files.move(own.partial(id), at(path), StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
            if (Files.isDirectory(at(path), LinkOption.NOFOLLOW_LINKS)) {
                throw new PathOccupiedException(at(path).toString(), "is a directory");
            }
            throw e;
        }
        names.note(path, durable);
    }

    @Override
    public void keepPartials(LongPredicate known) throws IOException {
        own.keepPartials(known);
    }

    @Override
    public long partialModified(long id) throws IOException {
        return Files.getLastModifiedTime(own.partial(id), LinkOption.NOFOLLOW_LINKS).toMillis();
    }

    @Override
    public void sweep(Sweep which) throws IOException {
        new TreeSweep(which, path -> names.note(path + "/", durable)).run(root);
    }

    @Override
    public void dropPartial(long id) throws IOException {
        Files.deleteIfExists(own.partial(id));
    }

    /// Syncs one file or directory.
    static void sync(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public boolean syncFiles(long[] ids) throws IOException {
        if (ids.length > SINGLE_SYNCS && syncAll()) {
            return true;
        }
        for (long id : ids) {
            sync(own.partial(id));
        }
        // Records count only when the journal itself is durable.
        syncJournal();
        return false;
    }

    @Override
    public boolean syncAll() throws IOException {
        Native loaded = calls;
        if (loaded == null) {
            return false;
        }
        loaded.syncFileSystem();
        return true;
    }

    @Override
    public void syncNames() throws IOException {
        if (!names.tooMany() || !syncAll()) {
            names.sync();
            sync(root);
        }
    }

    @Override
    public long freeBytes() throws IOException {
        return fileSystem.freeBytes();
    }

    @Override
    public String fileSystem() {
        return fileSystem.type();
    }

    @Override
    public long inlineBytes() {
        return fileSystem.inlineBytes();
    }

    @Override
    public long blockSize() {
        return fileSystem.blockSize();
    }

    @Override
    public long freeInodes() {
        Native loaded = calls;
        return loaded == null ? -1 : loaded.freeInodes();
    }

    @Override
    public boolean foldsNames() throws IOException {
        return own.foldsNames();
    }

    /// Length of the target's path.
    @Override
    public int pathBytes() {
        return root.toString().getBytes(StandardCharsets.UTF_8).length;
    }

    @Override
    public void removeOwn() throws IOException {
        own.remove();
        if (durable) {
            sync(root);
        }
    }

    @Override
    public void close() throws IOException {
        Native loaded = calls;
        calls = null;
        if (loaded != null) {
            loaded.close();
        }
        own.close();
    }
}
