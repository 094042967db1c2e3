package dev.cistern.populate.engine;

import dev.cistern.populate.digest.Crc64Nvme;
import dev.cistern.populate.digest.DigestKind;
import dev.cistern.populate.source.ObjectDigest;
import dev.cistern.populate.target.TargetFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.zip.Checksum;

/// Digests the content of files, for digests that could not be computed while the bytes arrived.
final class Digester {
    private static final int BUFFER_BYTES = 256 * 1024;

    /// Pool of free buffers, 4 MiB at most: after a restart thousands of small files are read one after the other, and
    /// direct buffers are freed late.
    private static final BlockingQueue<ByteBuffer> FREE = new ArrayBlockingQueue<>(16);

    private Digester() {}

    static MessageDigest message(DigestKind kind) {
        try {
            return MessageDigest.getInstance(kind.algorithm());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has " + kind.algorithm(), e);
        }
    }

    /// For a whole of a size that is known.
    static MessageDigest message(DigestKind kind, long size) {
        MessageDigest digest = message(kind);
        digest.update(kind.preamble(size));
        return digest;
    }

    static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    /// Call this when a lot of data will be digested with this kind.
    static void prepare(DigestKind kind) {
        if (kind == DigestKind.CRC64NVME) {
            Crc64Nvme.prepare();
        }
    }

    /// Digests a buffer. May clobber the buffer.
    static void consume(Checksum checksum, ByteBuffer bytes) {
        if (checksum instanceof Crc64Nvme crc) {
            crc.consume(bytes);
        } else {
            checksum.update(bytes);
        }
    }

    /// The CRC of a piece of a file, or up to the file's end if that comes first.
    static long crc(TargetFile file, DigestKind kind, long from, long length) throws IOException {
        Checksum checksum = kind.newChecksum();
        read(file, from, length, bytes -> consume(checksum, bytes));
        return checksum.getValue();
    }

    /// The SHA-256 of a file, in hex.
    static String sha256(TargetFile file, long size) throws IOException {
        return part(file, DigestKind.SHA256, 0, size);
    }

    /// Computes the digest of the same form as `like` for this file, in hex.
    static String of(TargetFile file, long size, ObjectDigest like) throws IOException {
        if (like.parts() == 0) {
            return part(file, like.kind(), 0, size);
        }
        if (like.kind().combines()) {
            ByteBuffer values = ByteBuffer.allocate(like.parts() * like.kind().bits() / 8);
            Checksum all = like.kind().newChecksum();
            for (int i = 0; i < like.parts(); i++) {
                values.put(
                        HexFormat.of()
                                .parseHex(
                                        part(
                                                file,
                                                like.kind(),
                                                i * like.partSize(),
                                                partLength(like, i, size))));
            }
            all.update(values.flip());
            return like.kind().hex(all.getValue());
        }
        MessageDigest all = message(like.kind());
        for (int i = 0; i < like.parts(); i++) {
            MessageDigest one = message(like.kind());
            read(file, i * like.partSize(), partLength(like, i, size), one::update);
            all.update(one.digest());
        }
        return hex(all.digest());
    }

    /// Length of a part: the last part may be shorter than the others, or, of two, longer.
    private static long partLength(ObjectDigest like, int part, long size) {
        return part == like.parts() - 1 ? size - part * like.partSize() : like.partSize();
    }

    private static String part(TargetFile file, DigestKind kind, long from, long length)
            throws IOException {
        if (kind.combines()) {
            return kind.hex(crc(file, kind, from, length));
        }
        MessageDigest digest = message(kind, length);
        read(file, from, length, digest::update);
        return hex(digest.digest());
    }

    interface Update {
        void update(ByteBuffer bytes);
    }

    static void read(TargetFile file, long from, long length, Update update) throws IOException {
        ByteBuffer free = FREE.poll();
        ByteBuffer buffer = free == null ? ByteBuffer.allocateDirect(BUFFER_BYTES) : free;
        try {
            long at = from;
            long end = from + length;
            while (at < end) {
                buffer.clear().limit((int) Math.min(buffer.capacity(), end - at));
                int n = file.read(buffer, at);
                if (n <= 0) {
                    // A truncated file must not yield a digest.
                    return;
                }
                at += n;
                update.update(buffer.flip());
            }
        } finally {
            FREE.offer(buffer);
        }
    }
}
