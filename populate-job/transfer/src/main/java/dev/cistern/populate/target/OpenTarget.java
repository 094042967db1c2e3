package dev.cistern.populate.target;

import java.io.Closeable;
import java.io.IOException;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/// A target locked by one fill. Thread-safe.
///
/// Life of a file: an object is written to an *incomplete file* ([#openPartial]), identified by a number. When all its
/// bytes are present and its digest is right, it is completed ([#complete]); [#syncFiles] makes complete files durable;
/// [#finish] gives one its path, replacing an existing file; [#syncNames] makes the paths durable, and only then is the
/// fill successful. After a process is killed at any point, the next one resumes: incomplete files and the journal stay
/// until [#removeOwn].
public interface OpenTarget extends Closeable {
    /// Whether an earlier attempt left files.
    boolean resumed();

    /// The engine's journal: read at the start of an attempt, then appended to. Each call opens it separately; the
    /// caller closes it.
    TargetFile openJournal() throws IOException;

    /// Makes the written part of the journal durable.
    void syncJournal() throws IOException;

    /// Temporary files for data that does not fit in memory.
    WorkFiles workFiles();

    /// Removes the engine's own files, durably if requested. The fill is over.
    void removeOwn() throws IOException;

    /// Announces the expected amount, as soon as it is known and again when it grows, so that a target can prepare.
    ///
    /// @param files minimum number
    /// @param bytes minimum number
    default void expect(long files, long bytes) {}

    /// Bytes by which the target's own path reduces the limit of 4095.
    int pathBytes();

    /// Whether names that differ in case or Unicode normalization are the same here.
    boolean foldsNames() throws IOException;

    /// Bytes that can still be written.
    long freeBytes() throws IOException;

    /// Number of files and directories that can still be created; -1 where unknown.
    long freeInodes();

    /// The file system's type, such as `ext4`, which determines its overhead; empty where unknown.
    String fileSystem();

    /// Allocation unit, in bytes.
    long blockSize();

    /// Files up to this size need no data blocks.
    long inlineBytes();

    /// Creates a directory and its parents; existing ones must be real directories, not links.
    ///
    /// @throws PathOccupiedException when one of them is something else
    void makeDirectories(String path) throws IOException;

    /// Called before a directory is created.
    @FunctionalInterface
    interface DirectoryListener {
        void made(String path) throws IOException;
    }

    /// Sets the listener that is called before each directory is created, including parents of files.
    void onDirectory(DirectoryListener listener);

    /// A file at its final path.
    ///
    /// @param size in bytes
    /// @param modifiedMillis modification time in Unix milliseconds; 0 where the target stores none
    record Finished(long size, long modifiedMillis) {
        /// Whether the target stores times.
        public boolean dated() {
            return modifiedMillis != 0;
        }
    }

    /// The file at a path; null when there is none, or the path contains a link.
    @Nullable Finished finished(String path) throws IOException;

    /// Opens a file at its final path for reading.
    TargetFile openFinished(String path) throws IOException;

    /// Opens an incomplete file for reading and writing, creating it if needed.
    ///
    /// @param keep whether to keep its content
    TargetFile openPartial(long id, boolean keep) throws IOException;

    /// Whether large files are written with direct I/O here.
    boolean bypassesCache() throws IOException;

    /// Reserves an incomplete file's space, where that is possible without writing it.
    ///
    /// @return whether it was reserved
    /// @throws IOException when there is no room
    boolean reserve(long id, long size) throws IOException;

    /// Removes an incomplete file if it exists.
    void dropPartial(long id) throws IOException;

    /// Removes all incomplete files but those that are known: what the engine has no record of is of no use to it, and takes space.
    void keepPartials(LongPredicate known) throws IOException;

    /// Completes a file: all its bytes are present and verified.
    ///
    /// @param modifiedMillis modification time to set; 0 for none
    void complete(long id, long modifiedMillis) throws IOException;

    /// Makes complete files durable.
    ///
    /// @return whether incomplete files and the journal were synced, too; else only the journal was
    boolean syncFiles(long[] ids) throws IOException;

    /// Makes everything written so far durable, if one call can do that.
    ///
    /// @return whether it was done
    boolean syncAll() throws IOException;

    /// Whether files have the times passed to [#complete]; else all their times are 0.
    default boolean keepsTimes() {
        return true;
    }

    /// Last write to an incomplete file, in Unix milliseconds: its time if [#complete] sets none.
    long partialModified(long id) throws IOException;

    /// Gives a complete file its final path, creating parents.
    ///
    /// @param sha256 of its bytes, in hex; null where it was not requested
    /// @throws PathOccupiedException when the path is a directory, or a parent is not
    void finish(long id, String path, @Nullable String sha256) throws IOException;

    /// Selects what to remove.
    interface Sweep {
        /// Whether to remove a file.
        ///
        /// @param modifiedMillis modification time; 0 where the target stores none
        boolean file(String path, long size, long modifiedMillis);

        /// Whether to remove a directory if it is empty.
        boolean directory(String path);
    }

    /// Walks all files and directories without following links, and removes the selected ones.
    ///
    /// @throws IOException when a removal failed; unreadable directories are skipped
    void sweep(Sweep which) throws IOException;

    /// Makes the paths of all files and directories durable.
    void syncNames() throws IOException;

    /// Whether [#finish] needs the SHA-256 of every file.
    default boolean needsSha256() {
        return false;
    }
}
