package dev.cistern.populate.target;

import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// A target that one fill holds. Any number of threads may use it.
///
/// The bargain, in the order in which the engine keeps it: an object grows as an *unfinished file* ([#openPartial]) that is known by a
/// number; when it is whole and its digest is right, it is [#whole]; [#syncFiles] makes whole files durable; [#finish] gives one its path,
/// replacing what has it; [#syncNames] makes the paths durable, and only then is the fill a success. A process that is killed anywhere leaves
/// what the next one goes on from: unfinished files and the journal stay until [#removeOwn].
public interface OpenTarget extends Closeable {
    /// Whether an earlier attempt left something.
    boolean resumed();

    /// The engine's journal: read at the start of an attempt, then appended to. Each call opens it anew; the caller closes it.
    TargetFile openJournal() throws IOException;

    /// Makes what is written of the journal durable.
    void syncJournal() throws IOException;

    /// For what the engine has no memory for.
    WorkFiles workFiles();

    /// Removes everything that the engine kept here, durably where that is asked for. The fill is over.
    void removeOwn() throws IOException;

    /// Says how much is to come, as soon as it is known and again when it is more: a target may prepare for much.
    ///
    /// @param files so many or more
    /// @param bytes so many or more
    default void expect(long files, long bytes) {}

    /// What paths lose of the 4095 bytes that they may have.
    int pathBytes();

    /// Whether names that differ in case or Unicode form are one here.
    boolean foldsNames() throws IOException;

    /// Bytes that can still be written.
    long freeBytes() throws IOException;

    /// How many files and directories can still be made; -1 where that is not known.
    long freeInodes();

    /// The file system's kind, such as `ext4`, which tells what else it needs space for; empty where it is not known.
    String fileSystem();

    /// Unit in which space is allotted, in bytes.
    long blockSize();

    /// Up to this size a file's bytes take no blocks of their own.
    long inlineBytes();

    /// Makes a directory and its parents; those that exist must be real directories, not links.
    ///
    /// @throws InTheWayException when one of them is something else
    void makeDirectories(String path) throws IOException;

    /// Hears of a directory before it is made.
    @FunctionalInterface
    interface DirectoryListener {
        void made(String path) throws IOException;
    }

    /// Says who is told of each directory before it is made, those on the way to files included; nobody is before.
    void onDirectory(DirectoryListener listener);

    /// A file that lies at its path.
    ///
    /// @param size in bytes
    /// @param modifiedMillis when it was changed last, in Unix milliseconds; 0 where the target keeps no such time
    record Finished(long size, long modifiedMillis) {
        /// Whether the target keeps times.
        public boolean dated() {
            return modifiedMillis != 0;
        }
    }

    /// The file at a path; null when there is none, or a link leads there.
    @Nullable Finished finished(String path) throws IOException;

    /// Opens a finished file for reading.
    TargetFile openFinished(String path) throws IOException;

    /// Opens an unfinished file for reading and writing, made when it is not there.
    ///
    /// @param keep whether what it holds is kept
    TargetFile openPartial(long id, boolean keep) throws IOException;

    /// Whether large files' bytes go past the page cache here.
    boolean bypassesCache() throws IOException;

    /// Reserves an unfinished file's space, where that can be done without filling it.
    ///
    /// @return whether it is reserved
    /// @throws IOException when there is no room
    boolean reserve(long id, long size) throws IOException;

    /// Removes an unfinished file, if there is one.
    void dropPartial(long id) throws IOException;

    /// An unfinished file has all its bytes, and they are right.
    ///
    /// @param modifiedMillis time of change to give it; 0 for none
    void whole(long id, long modifiedMillis) throws IOException;

    /// Makes whole files durable.
    ///
    /// @return whether unfinished files and the journal were, too; else the journal alone was
    boolean syncFiles(long[] ids) throws IOException;

    /// Makes everything that was written until now durable, if one call does that.
    ///
    /// @return whether it was done
    boolean syncAll() throws IOException;

    /// Whether finished files have the times that [#whole] gave them; else all their times are 0.
    default boolean keepsTimes() {
        return true;
    }

    /// When an unfinished file was written last, in Unix milliseconds: its time if [#whole] gives it none.
    long partialModified(long id) throws IOException;

    /// Gives a whole file its path; its parents are made.
    ///
    /// @param sha256 of its bytes, in hex; null where nobody asked for it
    /// @throws InTheWayException when a directory has the path, or a parent is none
    void finish(long id, String path, @Nullable String sha256) throws IOException;

    /// Chooses what goes.
    interface Sweep {
        /// Whether a finished file goes.
        ///
        /// @param modifiedMillis when it was changed last; 0 where the target keeps no times
        boolean file(String path, long size, long modifiedMillis);

        /// Whether a directory goes if nothing is left in it.
        boolean directory(String path);
    }

    /// Goes through all finished files and directories, follows no link, and removes those that are chosen.
    ///
    /// @throws IOException when something could not be removed; what cannot be read is left alone
    void sweep(Sweep which) throws IOException;

    /// Makes the paths of all finished files and directories durable.
    void syncNames() throws IOException;

    /// Whether [#finish] needs the SHA-256 of every file.
    default boolean needsSha256() {
        return false;
    }
}
