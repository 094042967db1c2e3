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
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The directory that is filled.
///
/// A file grows as `.cistern/partial/<id>` and gets its own name by a rename when it is whole, verified and synced. No path below
/// the target is used before each of its directories was seen to be a real one: links that lie there are never followed.
public final class TargetTree implements AutoCloseable {
    /// Directories known to be real: a listing comes in order, so few are enough; 4096 × some 200 bytes is under 1 MiB.
    private static final int MAX_KNOWN_DIRECTORIES = 4096;

    /// File systems that write whole blocks past the page cache at the disk's speed. Others do so slowly (over a network), copy
    /// all the same (btrfs, for its checksums), or cannot.
    private static final Set<String> BYPASS = Set.of("ext4", "xfs");

    /// The default of its mount option `max_inline`.
    private static final long BTRFS_INLINE_BYTES = 2048;

    private final Path root;
    private final Path own;
    private final Path partials;
    private final FileChannel lockFile;
    private final FileLock lock;
    private final boolean resumed;
    private final SpillFiles spill;
    private final Map<String, Boolean> known =
            new LinkedHashMap<>(256, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
                    return size() > MAX_KNOWN_DIRECTORIES;
                }
            };
    private volatile DirectoryListener newDirectories = path -> {};
    private volatile @Nullable Native calls;
    private volatile @Nullable FileStore store;

    private TargetTree(Path root, Path own, FileChannel lockFile, FileLock lock, boolean resumed) {
        this.root = root;
        this.own = own;
        this.partials = own.resolve("partial");
        this.lockFile = lockFile;
        this.lock = lock;
        this.resumed = resumed;
        this.spill = new SpillFiles(own.resolve("spill"));
    }

    /// Takes hold of a directory that exists.
    ///
    /// @throws IOException when it is none, cannot be written, or another process fills it
    public static TargetTree open(Path directory) throws IOException {
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
        TargetTree target = new TargetTree(root, own, file, lock, resumed);
        if (resumed) {
            target.spill.remove();
        }
        return target;
    }

    /// Makes a directory, or finds it; true when it was made.
    static boolean makeDirectory(Path directory) throws IOException {
        try {
            Files.createDirectory(directory);
            return true;
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
                throw new InTheWay(directory, "is not a directory");
            }
            return false;
        }
    }

    /// Something that is no directory lies where one is needed, or a directory where a file is.
    public static final class InTheWay extends IOException {
        private static final long serialVersionUID = 1L;

        InTheWay(Path path, String what) {
            super(path + " is in the way: it exists and " + what + " (links are not followed)");
        }
    }

    /// Hears of each directory before it is made.
    public interface DirectoryListener {
        void made(String path) throws IOException;
    }

    /// Says who is told of directories; nobody is before.
    public void onDirectory(DirectoryListener listener) {
        newDirectories = listener;
    }

    /// The target itself, without links.
    public Path root() {
        return root;
    }

    /// Whether an earlier attempt left something.
    public boolean resumed() {
        return resumed;
    }

    /// Where the journal is kept.
    public Path journal() {
        return own.resolve("journal");
    }

    /// Where the engine keeps what it has no memory for.
    public SpillFiles spill() {
        return spill;
    }

    /// The unfinished file of an object.
    public Path partial(long id) {
        return partials.resolve(Long.toHexString(id));
    }

    /// Where a path below the target is.
    public Path at(String path) {
        return root.resolve(path);
    }

    /// Loads the native calls, for fills large enough to gain by them.
    public synchronized void useNativeCalls() {
        if (calls == null) {
            calls = Native.load(root);
        }
    }

    /// Whether [#syncAll] is one call.
    public boolean syncsAtOnce() {
        return calls != null;
    }

    /// Opens an unfinished file for reading and writing, made when it is not there.
    ///
    /// @param keep whether what it holds is kept
    public PartialFile openPartial(long id, boolean keep) throws IOException {
        return PartialFile.open(partial(id), keep);
    }

    /// Whether large files' bytes go past the page cache here.
    public boolean bypassesCache() throws IOException {
        return BYPASS.contains(store().type());
    }

    /// Lets a file's whole blocks go past the page cache from now on, where the file system gains by it.
    public void bypassCache(PartialFile file) throws IOException {
        if (bypassesCache()) {
            file.bypassCache((int) blockSize());
        }
    }

    /// Reserves an unfinished file's blocks where the file system can do so without filling them.
    ///
    /// @throws IOException when there is no room
    public boolean allocate(long id, long size) throws IOException {
        Native loaded = calls;
        // A tmpfs would get every page here, one after the other, before the first byte is fetched.
        return loaded != null
                && !store().type().equals("tmpfs")
                && loaded.allocate(partial(id), size);
    }

    /// Sets an unfinished file's time of change.
    public void setModified(long id, long millis) throws IOException {
        Native loaded = calls;
        if (loaded != null) {
            loaded.setTimes(partial(id), millis);
            return;
        }
        FileTime time = FileTime.fromMillis(millis);
        Files.getFileAttributeView(partial(id), BasicFileAttributeView.class)
                .setTimes(time, time, null);
    }

    /// Size and time of a finished regular file; null when there is none.
    public @Nullable BasicFileAttributes finished(String path) throws IOException {
        try {
            BasicFileAttributes attributes =
                    Files.readAttributes(
                            at(path), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return attributes.isRegularFile() && parentsAreReal(path) ? attributes : null;
        } catch (NoSuchFileException e) {
            return null;
        } catch (FileSystemException e) {
            return null;
        }
    }

    private boolean parentsAreReal(String path) {
        for (int slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
            if (!Files.isDirectory(at(path.substring(0, slash)), LinkOption.NOFOLLOW_LINKS)) {
                return false;
            }
        }
        return true;
    }

    /// Makes a directory and its parents; those that exist must be real directories.
    ///
    /// @throws InTheWay when one of them is something else
    public synchronized void makeDirectories(String path) throws IOException {
        if (path.isEmpty() || known.containsKey(path)) {
            return;
        }
        int slash = path.lastIndexOf('/');
        if (slash > 0) {
            makeDirectories(path.substring(0, slash));
        }
        Path directory = at(path);
        if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
            newDirectories.made(path);
        }
        makeDirectory(directory);
        known.put(path, Boolean.TRUE);
    }

    /// Gives an unfinished file its own name, replacing a file or link that has it.
    ///
    /// @throws InTheWay when a directory has it, or a parent is none
    public void finish(long id, String path) throws IOException {
        int slash = path.lastIndexOf('/');
        if (slash > 0) {
            makeDirectories(path.substring(0, slash));
        }
        try {
            Files.move(partial(id), at(path), StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
            if (Files.isDirectory(at(path), LinkOption.NOFOLLOW_LINKS)) {
                throw new InTheWay(at(path), "is a directory");
            }
            throw e;
        }
    }

    /// When an unfinished file was written last, in Unix milliseconds.
    public long partialModified(long id) throws IOException {
        return Files.getLastModifiedTime(partial(id), LinkOption.NOFOLLOW_LINKS).toMillis();
    }

    /// Removes an unfinished file, if there is one.
    public void dropPartial(long id) throws IOException {
        Files.deleteIfExists(partial(id));
    }

    /// Makes one finished or unfinished file, or a directory, durable.
    public static void sync(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /// Makes everything on the file system durable.
    ///
    /// @throws IOException when something could not be written, or the native calls are not there
    public void syncAll() throws IOException {
        Native loaded = calls;
        if (loaded == null) {
            throw new IOException("syncfs is not available");
        }
        loaded.syncFileSystem();
    }

    /// Finding it reads the list of all mounts, so it is kept.
    private FileStore store() throws IOException {
        FileStore found = store;
        if (found == null) {
            found = Files.getFileStore(root);
            store = found;
        }
        return found;
    }

    /// Bytes that can still be written.
    public long freeBytes() throws IOException {
        return store().getUsableSpace();
    }

    /// The file system's kind, such as `ext4`; empty where it is not known.
    public String fileSystem() {
        try {
            return store().type();
        } catch (IOException e) {
            return "";
        }
    }

    /// Up to this size a file's bytes take no blocks of their own here.
    public long inlineBytes() {
        return fileSystem().equals("btrfs") ? BTRFS_INLINE_BYTES : 0;
    }

    /// Unit in which the file system allots space, in bytes.
    public long blockSize() {
        try {
            return Math.max(512, store().getBlockSize());
        } catch (IOException | UnsupportedOperationException e) {
            return 4096;
        }
    }

    /// How many files can still be made; -1 where that is not known.
    public long freeInodes() {
        Native loaded = calls;
        return loaded == null ? -1 : loaded.freeInodes();
    }

    /// Whether the file system takes names that differ in case or Unicode form for one.
    public boolean foldsNames() throws IOException {
        // A file system that normalises Unicode and keeps case is not known on Linux: one probe
        // answers both.
        Path probe = own.resolve("Probe");
        Files.deleteIfExists(probe);
        Files.createFile(probe);
        try {
            return Files.exists(own.resolve("pROBE"), LinkOption.NOFOLLOW_LINKS);
        } finally {
            Files.delete(probe);
        }
    }

    /// Length of the target's own path in bytes.
    public int pathBytes() {
        return root.toString().getBytes(StandardCharsets.UTF_8).length;
    }

    /// Removes everything that the engine kept here, the lock last.
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
