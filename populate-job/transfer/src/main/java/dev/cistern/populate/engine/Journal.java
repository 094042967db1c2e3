package dev.cistern.populate.engine;

import dev.cistern.populate.digest.DigestKind;
import dev.cistern.populate.engine.JournalRecord.Type;
import dev.cistern.populate.target.TargetFile;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Records what earlier attempts have done, in an append-only file of checksummed records of 40 bytes.
///
/// A record is written after the data it describes, without syncing either. After a restart, a record covered by a
/// later [Type#SYNCED] record is trusted; any other only if the data on the volume has its digest. So nothing is synced
/// for the journal's sake, and a power failure cannot lead to wrong data. The first record with a wrong checksum ends
/// the file.
///
/// Objects are identified by a 64-bit hash of source, key, version, size and path. A collision of two objects costs
/// another fetch, never wrong content: sizes, times and digests are compared.
final class Journal implements AutoCloseable {
    static final int RECORD_BYTES = JournalRecord.BYTES;

    /// 64 KiB.
    private static final int BUFFER_BYTES = RECORD_BYTES * 1638;

    /// Longest time until a record is written to the file: a killed process loses what it did since.
    private static final long FLUSH_MILLIS = 100;

    /// A piece of an incomplete file.
    ///
    /// @param offset in bytes
    /// @param length in bytes
    /// @param kind of digest
    /// @param digest of the bytes
    /// @param trusted whether it was synced and need not be verified
    record Block(long offset, long length, DigestKind kind, long digest, boolean trusted) {}

    /// A complete file.
    ///
    /// @param kind of digest
    /// @param digest of the bytes
    /// @param trusted whether it was synced and need not be verified
    /// @param unverified whether the store had no digest to compare with
    record Done(DigestKind kind, long digest, boolean trusted, boolean unverified) {
        private static final int TRUSTED = 0x40;
        private static final int UNVERIFIED = 0x20;

        /// A verified one.
        Done(DigestKind kind, long digest, boolean trusted) {
            this(kind, digest, trusted, false);
        }

        /// All fields but the digest, as a byte that is neither 0 nor [DoneTable]'s marker for removed entries.
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

    /// Findings about a source's digests of one form.
    ///
    /// @param matched whether one matched
    /// @param refuted objects whose ETag turned out not to be a digest
    record Findings(boolean matched, Set<Long> refuted) {
        static final Findings NONE = new Findings(false, Set.of());

        Findings with(boolean right, long id) {
            Set<Long> all = new HashSet<>(refuted);
            if (!right) {
                all.add(id);
            }
            return new Findings(matched || right, all);
        }
    }

    private final Opener opener;
    private final JournalHistory history;
    private final JournalAppender appender;

    private Journal(
            Opener opener, TargetFile file, boolean read, DoneRecords done, long flushMillis)
            throws IOException {
        this.opener = opener;
        this.history = new JournalHistory(done);
        if (read) {
            history.load(file);
        }
        long length = history.length();
        file.truncate(length);
        appender = new JournalAppender(file, length, BUFFER_BYTES, flushMillis);
        if (length == 0) {
            appender.append(JournalRecord.header().encoded());
        }
    }

    /// Opens the journal's file; may be called several times.
    @FunctionalInterface
    interface Opener {
        TargetFile open() throws IOException;
    }

    /// Reads the records of earlier attempts and appends after them.
    ///
    /// @param opener of the journal's file
    /// @param read whether there may be records to read
    /// @param done receives the objects completed by earlier attempts
    static Journal open(Opener opener, boolean read, DoneRecords done) throws IOException {
        return open(opener, read, done, FLUSH_MILLIS);
    }

    /// @param flushMillis longest time until a record is written to the file
    static Journal open(Opener opener, boolean read, DoneRecords done, long flushMillis)
            throws IOException {
        return new Journal(opener, opener.open(), read, done, flushMillis);
    }

    private void append(Type type, DigestKind kind, long id, long a, long b, long value)
            throws IOException {
        appender.append(new JournalRecord(0, type, kind, id, a, b, value).encoded());
    }

    /// Whether something is known of an unfinished file.
    boolean knows(long id) {
        return !blocksBefore(id).isEmpty() || reservedBefore(id) > 0;
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

    /// Revokes all records of `id`, for this attempt and later ones. Must be durable ([#flush]) before its file is
    /// removed: otherwise an old record could be applied to a new file, whose reserved blocks have the same length and
    /// no content.
    void forgotten(long id) throws IOException {
        history.forget(id);
        append(Type.FORGOTTEN, DigestKind.CRC32C, id, 0, 0, 0);
    }

    void reserved(long id, long size) throws IOException {
        append(Type.RESERVED, DigestKind.CRC32C, id, size, 0, 0);
    }

    /// Records that everything before `position`, a result of [#flush], is durable.
    void synced(long position) throws IOException {
        append(Type.SYNCED, DigestKind.CRC32C, 0, position, 0, 0);
    }

    /// The same for complete files only: incomplete ones were not synced.
    void syncedFinished(long position) throws IOException {
        append(Type.SYNCED, DigestKind.CRC32C, 0, position, 1, 0);
    }

    /// A digest of this form matched.
    void matched(long form) throws IOException {
        append(Type.FOUND, DigestKind.CRC32C, form, 1, 0, 0);
    }

    /// The ETag of object `id` turned out not to be a digest of this form.
    void refuted(long form, long id) throws IOException {
        append(Type.FOUND, DigestKind.CRC32C, form, 0, id, 0);
    }

    /// An attempt starts that copies the same as others with this scope.
    void attempt(long scope) throws IOException {
        append(Type.ATTEMPT, DigestKind.CRC32C, scope, 0, 0, 0);
    }

    /// A file or directory is about to be created.
    ///
    /// @param path hash of its path
    /// @param fingerprint hash of what distinguishes it from a file that somebody else created
    void made(long path, long fingerprint, boolean directory) throws IOException {
        append(Type.MADE, DigestKind.CRC32C, path, fingerprint, directory ? 1 : 0, 0);
    }

    /// Receives what an earlier attempt was about to create.
    interface CreatedVisitor {
        void visit(long path, long fingerprint, boolean directory) throws IOException;
    }

    /// Whether earlier attempts, of any scope, were about to create anything.
    boolean createdBefore() {
        return history.made();
    }

    /// Visits what earlier attempts of one scope were about to create, from the file.
    void eachCreatedBefore(long scope, CreatedVisitor visitor) throws IOException {
        boolean[] same = {false};
        // A separate handle, because interrupting a thread that reads closes it.
        try (TargetFile from = opener.open()) {
            JournalRecord.read(
                    from,
                    history.length(),
                    raw -> {
                        if (raw.type() == Type.ATTEMPT) {
                            same[0] = raw.id() == scope;
                        } else if (raw.type() == Type.MADE && same[0]) {
                            visitor.visit(raw.id(), raw.a(), raw.b() == 1);
                        }
                    });
        }
    }

    /// Writes all records to the file and returns its length.
    long flush() throws IOException {
        return appender.flush();
    }

    /// Objects completed by earlier attempts.
    DoneRecords done() {
        return history.done();
    }

    /// Pieces that an earlier attempt fetched.
    List<Block> blocksBefore(long id) {
        return history.blocks(id);
    }

    /// Bytes already reserved for an incomplete file.
    long reservedBefore(long id) {
        return history.reserved(id);
    }

    /// Findings of earlier attempts about digests of one form.
    Findings previousFindings(long form) {
        return history.findings(form);
    }

    /// Whether there is nothing to resume from.
    boolean empty() {
        return history.empty();
    }

    @Override
    public void close() throws IOException {
        appender.close();
    }
}
