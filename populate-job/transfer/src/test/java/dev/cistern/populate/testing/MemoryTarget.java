package dev.cistern.populate.testing;

import dev.cistern.populate.target.OpenTarget;
import dev.cistern.populate.target.PathOccupiedException;
import dev.cistern.populate.target.Target;
import dev.cistern.populate.target.TargetFile;
import dev.cistern.populate.target.WorkFiles;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongPredicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A content-addressed target in memory: each content once, under its SHA-256, and paths that reference contents.
/// It shows that a content-addressed store can be filled like a directory tree. One created by [#folding] also behaves
/// like ext4 with casefold: names that differ in case are one, a file that replaces another keeps the existing name, and
/// times are kept.
public final class MemoryTarget implements Target {
    private final Map<String, byte[]> contents = new HashMap<>();
    private final boolean folding;
    private final TreeMap<String, String> names;
    private final TreeMap<String, Long> times;
    private final TreeSet<String> directories;
    private final Map<Long, Long> partialTimes = new HashMap<>();
    private final Map<Long, MemoryFile> partials = new HashMap<>();
    private @Nullable MemoryFile journal;
    private boolean held;
    private int syncs;

    public MemoryTarget() {
        this(false);
    }

    private MemoryTarget(boolean folding) {
        this.folding = folding;
        Comparator<String> order =
                folding ? String.CASE_INSENSITIVE_ORDER : Comparator.naturalOrder();
        this.names = new TreeMap<>(order);
        this.times = new TreeMap<>(order);
        this.directories = new TreeSet<>(order);
    }

    /// One that takes names which differ in case for one, and keeps times.
    public static MemoryTarget folding() {
        return new MemoryTarget(true);
    }

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public synchronized OpenTarget open(boolean durable) throws IOException {
        if (held) {
            throw new IOException("another fill holds it");
        }
        held = true;
        return new Held(journal != null);
    }

    /// The content at a path; null where nothing is.
    public synchronized byte @Nullable [] content(String path) {
        String sha256 = names.get(path);
        return sha256 == null ? null : contents.get(sha256);
    }

    /// Paths and the SHA-256 of their content.
    public synchronized Map<String, String> names() {
        return new TreeMap<>(names);
    }

    /// All directories, including parents of files.
    public synchronized TreeSet<String> directories() {
        return new TreeSet<>(directories);
    }

    /// Number of different contents.
    public synchronized int contents() {
        return contents.size();
    }

    /// Number of times that complete files were made durable.
    public synchronized int syncs() {
        return syncs;
    }

    /// Whether any of the engine's own files are left.
    public synchronized boolean clean() {
        return partials.isEmpty() && journal == null;
    }

    private void directory(String path, OpenTarget.DirectoryListener listener) throws IOException {
        for (int end = path.indexOf('/'); ; end = path.indexOf('/', end + 1)) {
            String directory = end < 0 ? path : path.substring(0, end);
            if (names.containsKey(directory)) {
                throw new PathOccupiedException(directory, "is not a directory");
            }
            if (!directory.isEmpty() && !directories.contains(directory)) {
                listener.made(directory);
                directories.add(directory);
            }
            if (end < 0) {
                return;
            }
        }
    }

    private final class Held implements OpenTarget {
        private final boolean resumed;
        private DirectoryListener listener = path -> {};

        Held(boolean resumed) {
            this.resumed = resumed;
        }

        @Override
        public boolean resumed() {
            return resumed;
        }

        @Override
        public TargetFile openJournal() {
            synchronized (MemoryTarget.this) {
                MemoryFile file = journal == null ? new MemoryFile() : journal;
                journal = file;
                return file;
            }
        }

        @Override
        public void syncJournal() {}

        @Override
        public WorkFiles workFiles() {
            return MemoryFile::new;
        }

        @Override
        public void removeOwn() {
            synchronized (MemoryTarget.this) {
                journal = null;
                partials.clear();
            }
        }

        @Override
        public int pathBytes() {
            return 0;
        }

        @Override
        public boolean foldsNames() {
            return folding;
        }

        @Override
        public long freeBytes() {
            return 1L << 40;
        }

        @Override
        public long freeInodes() {
            return -1;
        }

        @Override
        public String fileSystem() {
            return "";
        }

        @Override
        public long blockSize() {
            return 1;
        }

        @Override
        public long inlineBytes() {
            return 0;
        }

        @Override
        public void makeDirectories(String path) throws IOException {
            synchronized (MemoryTarget.this) {
                directory(path, listener);
            }
        }

        @Override
        public @Nullable Finished finished(String path) {
            byte[] there = content(path);
            return there == null ? null : new Finished(there.length, time(path));
        }

        @Override
        public boolean keepsTimes() {
            return folding;
        }

        private long time(String path) {
            synchronized (MemoryTarget.this) {
                return times.getOrDefault(path, 0L);
            }
        }

        @Override
        public long partialModified(long id) {
            synchronized (MemoryTarget.this) {
                return partialTimes.getOrDefault(id, folding ? 1L : 0L);
            }
        }

        @Override
        public void onDirectory(DirectoryListener made) {
            listener = made;
        }

        @Override
        public void sweep(Sweep which) {
            synchronized (MemoryTarget.this) {
                names.keySet()
                        .removeIf(
                                path ->
                                        which.file(
                                                path,
                                                Objects.requireNonNull(content(path)).length,
                                                time(path)));
                for (String path : directories().descendingSet()) {
                    boolean empty =
                            Stream.concat(names.keySet().stream(), directories.stream())
                                    .noneMatch(other -> isBelow(other, path + "/"));
                    if (empty && which.directory(path)) {
                        directories.remove(path);
                    }
                }
            }
        }

        private boolean isBelow(String path, String directory) {
            return path.regionMatches(folding, 0, directory, 0, directory.length());
        }

        @Override
        public TargetFile openFinished(String path) throws IOException {
            byte[] there = content(path);
            if (there == null) {
                throw new FileNotFoundException(path);
            }
            MemoryFile file = new MemoryFile();
            file.write(ByteBuffer.wrap(there), 0);
            return file;
        }

        @Override
        public TargetFile openPartial(long id, boolean keep) {
            synchronized (MemoryTarget.this) {
                if (!keep) {
                    partials.put(id, new MemoryFile());
                }
                return partials.computeIfAbsent(id, unused -> new MemoryFile());
            }
        }

        @Override
        public boolean bypassesCache() {
            return false;
        }

        @Override
        public boolean reserve(long id, long size) {
            return false;
        }

        @Override
        public void dropPartial(long id) {
            synchronized (MemoryTarget.this) {
                partials.remove(id);
            }
        }

        @Override
        public void keepPartials(LongPredicate known) {
            synchronized (MemoryTarget.this) {
                partials.keySet().removeIf(id -> !known.test(id));
            }
        }

        @Override
        public void complete(long id, long modifiedMillis) {
            synchronized (MemoryTarget.this) {
                if (modifiedMillis != 0) {
                    partialTimes.put(id, modifiedMillis);
                }
            }
        }

        @Override
        public boolean syncFiles(long[] ids) {
            synchronized (MemoryTarget.this) {
                syncs++;
            }
            return true;
        }

        @Override
        public boolean syncAll() {
            return true;
        }

        @Override
        public void finish(long id, String path, @Nullable String sha256) throws IOException {
            synchronized (MemoryTarget.this) {
                int slash = path.lastIndexOf('/');
                if (slash > 0) {
                    directory(path.substring(0, slash), listener);
                }
                if (directories.contains(path)) {
                    throw new PathOccupiedException(path, "is a directory");
                }
                MemoryFile file = Objects.requireNonNull(partials.remove(id));
                String key = Objects.requireNonNull(sha256);
                contents.putIfAbsent(key, file.content());
                names.put(path, key);
                if (folding) {
                    times.put(path, partialModified(id));
                }
                partialTimes.remove(id);
            }
        }

        @Override
        public void syncNames() {}

        @Override
        public boolean needsSha256() {
            return true;
        }

        @Override
        public void close() {
            synchronized (MemoryTarget.this) {
                held = false;
            }
        }
    }
}
