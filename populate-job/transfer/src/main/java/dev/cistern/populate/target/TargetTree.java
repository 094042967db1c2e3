package dev.cistern.populate.target;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileStore;
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
import org.jspecify.annotations.Nullable;

/// A directory tree as the target.
///
/// A file is written to `.cistern/partial/<id>` and renamed when it is complete, verified and synced. No path below the
/// target is used before each of its directories was checked to be a real one: links are never followed.
public final class TargetTree implements OpenTarget {
    /// File systems that do direct I/O at the disk's speed. Others are slow at it (over a network), copy all the same
    /// (btrfs, for its checksums), or do not support it.
    private static final Set<String> BYPASS = Set.of("ext4", "xfs");

    /// From this number of files on, the native calls are worth their loading time.
    private static final int NATIVE_FROM_FILES = 64;

    /// The same by size: reserving blocks pays off from here.
    private static final long NATIVE_FROM_BYTES = 256L << 20;

    /// Up to this number files are synced one by one; above, one sync of the file system is cheaper.
    private static final int SINGLE_SYNCS = 16;

    /// Default of the mount option `max_inline`.
    private static final long BTRFS_INLINE_BYTES = 2048;

    private final Path root;
    private final Path own;
    private final Path partials;
    private final FileChannel lockFile;
    private final FileLock lock;
    private final boolean resumed;
    private final boolean durable;
    private final SpillFiles spill;
    private final NewNames names;
    private final KnownDirectories known = new KnownDirectories();
    private volatile DirectoryListener newDirectories = path -> {};
    private volatile @Nullable Native calls;
    private volatile @Nullable FileStore store;
    private volatile int bypassBlock = -1;

    private TargetTree(
            Path root,
            Path own,
            FileChannel lockFile,
            FileLock lock,
            boolean resumed,
            boolean durable) {
        this.root = root;
        this.own = own;
        this.partials = own.resolve("partial");
        this.lockFile = lockFile;
        this.lock = lock;
        this.resumed = resumed;
        this.durable = durable;
        this.names = new NewNames(root);
        this.spill = new SpillFiles(own.resolve("spill"));
    }

    /// Locks an existing directory.
    ///
    /// @param durable whether everything has to be durable before it counts
    /// @throws IOException when it is not a directory, cannot be written, or another process fills it
    static TargetTree open(Path directory, boolean durable) throws IOException {
        Path root = directory.toRealPath();
        Path own = root.resolve(KeyPaths.OWN_DIRECTORY);
        boolean resumed = !makeDirectory(own);
        makeDirectory(own.resolve("partial"));
        FileChannel file =
                FileChannel.open(
                        own.resolve("lock"),
                        Set.of(
                                StandardOpenOption.CREATE,
                                StandardOpenOption.WRITE,
                                LinkOption.NOFOLLOW_LINKS));
        FileLock lock;
        try {
            lock = file.tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null;
        }
        if (lock == null) {
            file.close();
            throw new IOException("another process is filling " + root);
        }
        TargetTree target = new TargetTree(root, own, file, lock, resumed, durable);
        if (resumed) {
            target.spill.remove();
        }
        return target;
    }

    /// Creates a directory unless it exists; returns whether it was created.
    static boolean makeDirectory(Path directory) throws IOException {
        try {
            Files.createDirectory(directory);
            return true;
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
                throw new PathOccupiedException(directory.toString(), "is not a directory");
            }
            return false;
        }
    }

    @Override
    public void onDirectory(DirectoryListener listener) {
        newDirectories = listener;
    }

    @Override
    public boolean resumed() {
        return resumed;
    }

    private Path journal() {
        return own.resolve("journal");
    }

    @Override
    public TargetFile openJournal() throws IOException {
        return ChannelFile.open(journal());
    }

    @Override
    public void syncJournal() throws IOException {
        sync(journal());
    }

    @Override
    public WorkFiles workFiles() {
        return spill;
    }

    private Path partial(long id) {
        return partials.resolve(Long.toHexString(id));
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
        return PartialFile.open(partial(id), keep, bypassBlock());
    }

    @Override
    public boolean bypassesCache() throws IOException {
        return BYPASS.contains(store().type());
    }

    /// Block size of direct I/O, in bytes; 0 where it is not used. Cached, because it takes a system call.
    private int bypassBlock() throws IOException {
        int found = bypassBlock;
        if (found < 0) {
            found = bypassesCache() ? (int) blockSize() : 0;
            bypassBlock = found;
        }
        return found;
    }

    @Override
    public boolean reserve(long id, long size) throws IOException {
        Native loaded = calls;
        // On tmpfs this would allocate every page before the first byte is fetched.
        return loaded != null
                && !store().type().equals("tmpfs")
                && loaded.allocate(partial(id), size);
    }

    /// Sets the modification time.
    @Override
    public void complete(long id, long modifiedMillis) throws IOException {
        if (modifiedMillis == 0) {
            return;
        }
        Native loaded = calls;
        if (loaded != null) {
            loaded.setTimes(partial(id), modifiedMillis);
            return;
        }
        FileTime time = FileTime.fromMillis(modifiedMillis);
        Files.getFileAttributeView(partial(id), BasicFileAttributeView.class)
                .setTimes(time, time, null);
    }

    @Override
    public @Nullable Finished finished(String path) throws IOException {
        try {
            BasicFileAttributes attributes =
                    Files.readAttributes(
                            at(path), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return attributes.isRegularFile() && parentsAreReal(path)
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

    private boolean parentsAreReal(String path) {
        for (int slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
            if (!Files.isDirectory(at(path.substring(0, slash)), LinkOption.NOFOLLOW_LINKS)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void makeDirectories(String path) throws IOException {
        makeParents(path);
        names.note(path + "/", durable);
    }

    private synchronized void makeParents(String path) throws IOException {
        if (path.isEmpty() || known.contains(path)) {
            return;
        }
        int slash = path.lastIndexOf('/');
        if (slash > 0) {
            makeParents(path.substring(0, slash));
        }
        Path directory = at(path);
        if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
            newDirectories.made(path);
        }
        makeDirectory(directory);
        known.add(path);
    }

    /// Renames it, which replaces an existing file or link.
    @Override
    public void finish(long id, String path, @Nullable String sha256) throws IOException {
        int slash = path.lastIndexOf('/');
        if (slash > 0) {
            makeParents(path.substring(0, slash));
        }
        try {
            Files.move(partial(id), at(path), StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
            if (Files.isDirectory(at(path), LinkOption.NOFOLLOW_LINKS)) {
                throw new PathOccupiedException(at(path).toString(), "is a directory");
            }
            throw e;
        }
        names.note(path, durable);
    }

    @Override
    public long partialModified(long id) throws IOException {
        return Files.getLastModifiedTime(partial(id), LinkOption.NOFOLLOW_LINKS).toMillis();
    }

    @Override
    public void sweep(Sweep which) throws IOException {
        new TreeSweep(which, path -> names.note(path + "/", durable)).run(root);
    }

    @Override
    public void dropPartial(long id) throws IOException {
        Files.deleteIfExists(partial(id));
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
            sync(partial(id));
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

    /// Cached, because finding it reads the list of all mounts.
    private FileStore store() throws IOException {
        FileStore found = store;
        if (found == null) {
            found = Files.getFileStore(root);
            store = found;
        }
        return found;
    }

    @Override
    public long freeBytes() throws IOException {
        return store().getUsableSpace();
    }

    @Override
    public String fileSystem() {
        try {
            return store().type();
        } catch (IOException e) {
            return "";
        }
    }

    @Override
    public long inlineBytes() {
        return fileSystem().equals("btrfs") ? BTRFS_INLINE_BYTES : 0;
    }

    @Override
    public long blockSize() {
        try {
            return Math.max(512, store().getBlockSize());
        } catch (IOException | UnsupportedOperationException e) {
            return 4096;
        }
    }

    @Override
    public long freeInodes() {
        Native loaded = calls;
        return loaded == null ? -1 : loaded.freeInodes();
    }

    @Override
    public boolean foldsNames() throws IOException {
        // No known Linux file system normalizes Unicode and is case-sensitive: one probe answers
        // both.
        Path probe = own.resolve("Probe");
        Files.deleteIfExists(probe);
        Files.createFile(probe);
        try {
            return Files.exists(own.resolve("pROBE"), LinkOption.NOFOLLOW_LINKS);
        } finally {
            Files.delete(probe);
        }
    }

    /// Length of the target's path.
    @Override
    public int pathBytes() {
        return root.toString().getBytes(StandardCharsets.UTF_8).length;
    }

    /// Removes the lock last.
    @Override
    public void removeOwn() throws IOException {
        try (DirectoryStream<Path> left = Files.newDirectoryStream(partials)) {
            for (Path file : left) {
                Files.delete(file);
            }
        }
        Files.delete(partials);
        spill.remove();
        Files.deleteIfExists(journal());
        Files.deleteIfExists(own.resolve("lock"));
        Files.delete(own);
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
        spill.close();
        lock.close();
        lockFile.close();
    }
}
