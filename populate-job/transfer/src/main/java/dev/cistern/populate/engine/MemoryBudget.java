package dev.cistern.populate.engine;

/// The engine's memory limits, derived from the process's limit.
///
/// @param largeBuffers number of streams with a buffer of [#LARGE_BUFFER_BYTES]
/// @param mediumBuffers number of further streams with one of `mediumBufferBytes`; the others have
///     [#SMALL_BUFFER_BYTES]
/// @param maxStreams maximum number of streams
/// @param maxTlsStreams maximum number of streams over TLS, where each also has records to decrypt
/// @param catalogBytes memory for object metadata: catalog, claims on paths, records of earlier attempts
public record MemoryBudget(
        int largeBuffers,
        int mediumBuffers,
        int mediumBufferBytes,
        int maxStreams,
        int maxTlsStreams,
        long catalogBytes) {
    private static final int KIB = 1024;
    private static final long MIB = 1 << 20;

    /// With 2 MiB a fill of one large object needs a tenth less CPU than with 512 KiB; larger buffers gain nothing.
    public static final int LARGE_BUFFER_BYTES = 2048 * KIB;

    /// More than this many streams fetch no large objects faster.
    private static final int MAX_LARGE_BUFFERS = 8;

    /// Enough for an object of 64 KiB with its response header.
    public static final int SMALL_BUFFER_BYTES = 68 * KIB;

    /// Ranges from distant stores arrive at tens of MB/s each: a stream with 256 KiB has some 10 ms between two writes.
    private static final int MAX_MEDIUM_BUFFERS = 32;

    /// More streams gain nothing with any known store.
    private static final int MAX_STREAMS = 512;

    /// Memory of a TLS connection: 128 KiB of received records, one record to send, one decrypted, BoringSSL's own.
    private static final int TLS_BYTES = 200 * KIB;

    /// Memory of a stream in addition to its buffer: some 90 KiB of stack, its connection, and allocator overhead.
    /// Measured: 390 more streams with small buffers made the process 74 MiB larger.
    private static final int STREAM_BYTES = 120 * KIB;

    /// Splits `bytes`, the process's limit: the JVM's code takes some 60 MiB of it and its heap a third of all. Of the
    /// rest beside the code, 36 % go to streams, and a third, but at most half of the heap, to object metadata. What
    /// remains, an eighth of the limit, is for the operating system: socket buffers, and pages that it cannot free at
    /// once. With 256 MiB: 293 streams, 186 over TLS, the first eight with large buffers, 32 more with 256 KiB, 63 MiB
    /// (in the image half of its heap, 40 MiB) for object metadata. With 64 MiB: 41 streams, one large buffer, 24 of
    /// 128 KiB, 8 MiB.
    public static MemoryBudget of(long bytes) {
        long third = Math.max(8 * MIB, (bytes - 60 * MIB) / 3);
        // Regardless of the limit: these are on the heap, and half of the heap is for everything
        // else.
        long catalog = Math.min(third, Runtime.getRuntime().maxMemory() / 2);
        long streams = Math.max(8 * MIB, (bytes - 60 * MIB) / 100 * 36);
        int large = (int) Math.min(MAX_LARGE_BUFFERS, third / 4 / LARGE_BUFFER_BYTES);
        int mediumBytes = bytes >= 96 * MIB ? 256 * KIB : 128 * KIB;
        long left = streams - (long) large * LARGE_BUFFER_BYTES;
        int medium = (int) Math.min(MAX_MEDIUM_BUFFERS, left / 2 / mediumBytes);
        left -= (long) medium * mediumBytes;
        long fitting = large + medium + left / (SMALL_BUFFER_BYTES + STREAM_BYTES);
        return new MemoryBudget(
                large,
                medium,
                mediumBytes,
                streams(fitting),
                streams(
                        Math.min(
                                fitting,
                                streams / (TLS_BYTES + SMALL_BUFFER_BYTES + STREAM_BYTES))),
                catalog);
    }

    private static int streams(long fitting) {
        return (int) Math.clamp(fitting, 4, MAX_STREAMS);
    }

    /// The catalog's entries in memory, in bytes: 16 MiB of 63, some 300,000 objects. More go to files on the target,
    /// and the same applies to everything below. Together they use three quarters at most: records of earlier attempts
    /// are either hashed or looked up in batches, and sorting happens when hashes of paths are no longer needed.
    long entryBytes() {
        return catalogBytes / 4;
    }

    /// Empty objects that may be folder markers, in memory, in bytes: 4 MiB of 63, some 80,000. Most listings have
    /// none.
    long undecidedBytes() {
        return catalogBytes / 16;
    }

    /// Outcomes in memory, in bytes: 8 MiB of 63, some 300,000 objects.
    long outcomeBytes() {
        return catalogBytes / 8;
    }

    /// Maximum number of hashed paths, 24 bytes each.
    int hashedPaths() {
        return number(catalogBytes / 8 / 24);
    }

    /// Maximum number of earlier attempts' objects in memory, 52 bytes each.
    int doneObjects() {
        return number(catalogBytes / 8 / 52);
    }

    /// Batch size of look-ups where earlier attempts' objects are in a file, 24 bytes each.
    int resumeBatch() {
        return number(catalogBytes / 4 / 24);
    }

    /// Batch size when paths of earlier attempts are compared with the listing, 8 bytes each, twice; not while sorting.
    int comparedPaths() {
        return number(sortBytes() / 8 / 2);
    }

    /// Maximum number of files waiting to be renamed: 1,600 to 2,100 with 256 MiB and 8,192 at most. Until the next
    /// sync the page cache holds the file system journal's blocks for each, which the kernel cannot reclaim and charges
    /// to the process: in a directory of a million files two blocks of that directory and one of inodes, 12 KiB, 25 MiB
    /// together.
    int unnamedFiles() {
        return (int) Math.clamp(catalogBytes >> 15, 256, 8192);
    }

    /// What unpacking may take outside of the heap, in bytes: a window of 32 MiB of 63.
    long unpackBytes() {
        return catalogBytes;
    }

    /// For sorting, in bytes.
    long sortBytes() {
        return catalogBytes / 8;
    }

    private static int number(long count) {
        return (int) Math.clamp(count, 16, 1 << 28);
    }
}
