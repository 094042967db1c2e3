package dev.cistern.populate.engine;

import dev.cistern.populate.digest.DigestKind;
import dev.cistern.populate.engine.JournalRecord.Type;
import dev.cistern.populate.target.TargetFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// What earlier attempts have done, as an append-only file of checksummed records of 40 bytes.
///
/// A record is written after the bytes it speaks of, without syncing either. What is believed of it after a restart: a record that a
/// [Type#SYNCED] record vouches for is true; any other only if the bytes on the volume have its digest. So nothing is synced for
/// the journal's sake, and a power cut can make no byte wrong. The first record with a wrong checksum ends the file.
///
/// Objects are known by a 64-bit hash of source, key, version, size and path. Two objects with the same hash cost a fetch, not
/// their content: sizes, times and digests are compared.
final class Journal implements AutoCloseable {
    static final int RECORD_BYTES = JournalRecord.BYTES;

    /// 64 KiB.
    private static final int BUFFER_BYTES = RECORD_BYTES * 1638;

    /// A record waits so long until it is handed to the file system: a killed process loses what it did since.
    private static final long FLUSH_MILLIS = 100;

    /// A piece of an unfinished file.
    ///
    /// @param offset in bytes
    /// @param length in bytes
    /// @param kind of digest
    /// @param digest of the bytes
    /// @param trusted whether it need not be read again
    record Block(long offset, long length, DigestKind kind, long digest, boolean trusted) {}

    /// A finished file.
    ///
    /// @param kind of digest
    /// @param digest of the bytes
    /// @param trusted whether it need not be read again
    /// @param unverified whether there was no digest of the store's to compare it with
    record Done(DigestKind kind, long digest, boolean trusted, boolean unverified) {
        private static final int TRUSTED = 0x40;
        private static final int UNVERIFIED = 0x20;

        /// One that was compared.
        Done(DigestKind kind, long digest, boolean trusted) {
            this(kind, digest, trusted, false);
        }

        /// All but the digest, as a byte that is neither 0 nor [DoneTable]'s mark of what was removed.
        byte state() {
            return (byte)
                    (kind.ordinal() + 1 | (trusted ? TRUSTED : 0) | (unverified ? UNVERIFIED : 0));
        }

        static Done of(byte state, long digest) {
            return new Done(
                    DigestKind.values()[(state & ~(TRUSTED | UNVERIFIED)) - 1],
                    digest,
                    (state & TRUSTED) != 0,
                    (state & UNVERIFIED) != 0);
        }
    }

    /// What was found out about a source's digests of one form.
    ///
    /// @param matched whether one was right
    /// @param refuted objects whose were none
    record Found(boolean matched, Set<Long> refuted) {
        static final Found NOTHING = new Found(false, Set.of());

        Found with(boolean right, long id) {
            Set<Long> all = new HashSet<>(refuted);
            if (!right) {
                all.add(id);
            }
            return new Found(matched || right, all);
        }
    }

    private final Opener opener;
    private final TargetFile file;
    private final DoneRecords done;
    private final Map<Long, List<Block>> blocks = new ConcurrentHashMap<>();
    private final Map<Long, Long> reserved = new ConcurrentHashMap<>();
    private final Map<Long, Found> found = new HashMap<>();
    private final boolean empty;
    private final long lengthBefore;
    private boolean made;
    private final JournalAppender appender;

    private Journal(
            Opener opener, TargetFile file, boolean read, DoneRecords done, long flushMillis)
            throws IOException {
        this.opener = opener;
        this.file = file;
        this.done = done;
        long length = read ? load() : 0;
        lengthBefore = length;
        empty = done.isEmpty() && blocks.isEmpty() && !made;
        file.truncate(length);
        appender = new JournalAppender(file, length, BUFFER_BYTES, flushMillis);
        if (length == 0) {
            appender.append(JournalRecord.header().encoded());
        }
    }

    /// Opens the file that a journal is kept in, as often as it is asked.
    @FunctionalInterface
    interface Opener {
        TargetFile open() throws IOException;
    }

    /// Reads what earlier attempts wrote, and goes on after it.
    ///
    /// @param opener of the journal's file
    /// @param read whether there may be something to read
    /// @param done takes what earlier attempts finished
    static Journal open(Opener opener, boolean read, DoneRecords done) throws IOException {
        return open(opener, read, done, FLUSH_MILLIS);
    }

    /// @param flushMillis how long a record waits at most until it is handed to the file system
    static Journal open(Opener opener, boolean read, DoneRecords done, long flushMillis)
            throws IOException {
        return new Journal(opener, opener.open(), read, done, flushMillis);
    }

    /// Reads the records twice: what is trusted is known only at the end, which is the result.
    private long load() throws IOException {
        long[] blocksBefore = {0};
        long[] doneBefore = {0};
        long end =
                JournalRecord.read(
                        file,
                        Long.MAX_VALUE,
                        raw -> {
                            if (raw.type() == Type.SYNCED) {
                                doneBefore[0] = raw.a();
                                blocksBefore[0] = raw.b() == 0 ? raw.a() : blocksBefore[0];
                            }
                        });
        JournalRecord.read(
                file,
                end,
                raw ->
                        apply(
                                raw,
                                raw.at()
                                        < (raw.type() == Type.DONE ? doneBefore : blocksBefore)
                                                [0]));
        done.complete();
        return end;
    }

    private void apply(JournalRecord raw, boolean trusted) throws IOException {
        switch (raw.type()) {
            case BLOCK ->
                    blocks.computeIfAbsent(raw.id(), id -> new ArrayList<>(1))
                            .add(new Block(raw.a(), raw.b(), raw.kind(), raw.value(), trusted));
            case DONE -> {
                blocks.remove(raw.id());
                reserved.remove(raw.id());
                done.put(raw.id(), new Done(raw.kind(), raw.value(), trusted, raw.a() < 0));
            }
            case FORGOTTEN -> {
                blocks.remove(raw.id());
                reserved.remove(raw.id());
                done.remove(raw.id());
            }
            case RESERVED -> reserved.put(raw.id(), raw.a());
            case FOUND -> found.put(raw.id(), foundBefore(raw.id()).with(raw.a() == 1, raw.b()));
            case MADE -> made = true;
            case HEADER, SYNCED, ATTEMPT -> {}
        }
    }

    private void append(Type type, DigestKind kind, long id, long a, long b, long value)
            throws IOException {
        appender.append(new JournalRecord(0, type, kind, id, a, b, value).encoded());
    }

    void block(long id, long offset, long length, DigestKind kind, long digest) throws IOException {
        append(Type.BLOCK, kind, id, offset, length, digest);
    }

    void done(long id, long size, long modifiedMillis, Done done) throws IOException {
        append(
                Type.DONE,
                done.kind,
                id,
                done.unverified ? size | Long.MIN_VALUE : size,
                modifiedMillis,
                done.digest);
    }

    /// Nothing of `id` holds any more, in this attempt and in later ones. To be made durable ([#flush]) before its file goes: what an old
    /// record says must not be looked for in a new file, whose reserved blocks are as long and hold nothing.
    void forgotten(long id) throws IOException {
        blocks.remove(id);
        reserved.remove(id);
        append(Type.FORGOTTEN, DigestKind.CRC32C, id, 0, 0, 0);
    }

    void reserved(long id, long size) throws IOException {
        append(Type.RESERVED, DigestKind.CRC32C, id, size, 0, 0);
    }

    /// Says that everything recorded before `position`, a result of [#flush], is durable.
    void synced(long position) throws IOException {
        append(Type.SYNCED, DigestKind.CRC32C, 0, position, 0, 0);
    }

    /// The same of finished files alone: of unfinished ones nothing was synced.
    void syncedFinished(long position) throws IOException {
        append(Type.SYNCED, DigestKind.CRC32C, 0, position, 1, 0);
    }

    /// A digest of this form was right.
    void matched(long form) throws IOException {
        append(Type.FOUND, DigestKind.CRC32C, form, 1, 0, 0);
    }

    /// The digest of this form that object `id` has was none.
    void refuted(long form, long id) throws IOException {
        append(Type.FOUND, DigestKind.CRC32C, form, 0, id, 0);
    }

    /// An attempt begins, to copy the same as others with this scope.
    void attempt(long scope) throws IOException {
        append(Type.ATTEMPT, DigestKind.CRC32C, scope, 0, 0, 0);
    }

    /// A file or directory is about to be made.
    ///
    /// @param path hash of its path
    /// @param looks hash of what tells it from one that somebody else made
    void made(long path, long looks, boolean directory) throws IOException {
        append(Type.MADE, DigestKind.CRC32C, path, looks, directory ? 1 : 0, 0);
    }

    /// Takes what an earlier attempt was about to make.
    interface MadeTaker {
        void take(long path, long looks, boolean directory) throws IOException;
    }

    /// Whether earlier attempts, of any scope, were about to make anything.
    boolean madeBefore() {
        return made;
    }

    /// Gives what earlier attempts of one scope were about to make, from the file.
    void eachMadeBefore(long scope, MadeTaker taker) throws IOException {
        boolean[] same = {false};
        // Another handle: a thread that is interrupted while it reads closes it.
        try (TargetFile from = opener.open()) {
            JournalRecord.read(
                    from,
                    lengthBefore,
                    raw -> {
                        if (raw.type() == Type.ATTEMPT) {
                            same[0] = raw.id() == scope;
                        } else if (raw.type() == Type.MADE && same[0]) {
                            taker.take(raw.id(), raw.a(), raw.b() == 1);
                        }
                    });
        }
    }

    /// Hands all records to the file system; the journal's length after it.
    long flush() throws IOException {
        return appender.flush();
    }

    /// What earlier attempts finished.
    DoneRecords done() {
        return done;
    }

    /// Pieces that an earlier attempt fetched.
    List<Block> blocksBefore(long id) {
        return blocks.getOrDefault(id, List.of());
    }

    /// How many bytes an unfinished file has reserved already.
    long reservedBefore(long id) {
        return reserved.getOrDefault(id, 0L);
    }

    /// What earlier attempts found out about the digests of one form.
    Found foundBefore(long form) {
        return found.getOrDefault(form, Found.NOTHING);
    }

    /// Whether earlier attempts have left anything to go on from.
    boolean empty() {
        return empty;
    }

    @Override
    public void close() throws IOException {
        appender.close();
    }
}
