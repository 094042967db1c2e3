package dev.cistern.populate.engine;

/// What the engine may hold in memory, derived from one number.
///
/// @param largeBuffers so many streams have a buffer of [#LARGE_BUFFER_BYTES]
/// @param mediumBuffers so many more have one of `mediumBufferBytes`; the others' are of [#SMALL_BUFFER_BYTES]
/// @param maxStreams so many streams' buffers fit
/// @param maxTlsStreams so many fit where each has records to decipher, too
/// @param catalogBytes for what is known of the objects: catalog, claims on paths, what earlier attempts did
public record MemoryBudget(
        int largeBuffers,
        int mediumBuffers,
        int mediumBufferBytes,
        int maxStreams,
        int maxTlsStreams,
        long catalogBytes) {
    private static final int KIB = 1024;
    private static final long MIB = 1 << 20;

    /// With 2 MiB a fill of one large object takes a tenth less CPU than with 512 KiB; more gains nothing.
    public static final int LARGE_BUFFER_BYTES = 2048 * KIB;

    /// More than this many streams fetch no large objects faster.
    private static final int MAX_LARGE_BUFFERS = 8;

    /// Enough for an object of 64 KiB with its answer's head.
    public static final int SMALL_BUFFER_BYTES = 68 * KIB;

    /// Ranges from stores at some distance come with tens of MB/s each: a stream with 256 KiB has some 10 ms between two writes.
    private static final int MAX_MEDIUM_BUFFERS = 32;

    /// More streams than this gain nothing against any store known.
    private static final int MAX_STREAMS = 512;

    /// What a TLS connection keeps besides: 128 KiB of records received, one to send, one deciphered, BoringSSL's own.
    private static final int TLS_BYTES = 200 * KIB;

    /// What a stream takes beside its buffer: some 90 KiB of stack, and what its connection and the allocator keep. Measured: 390 more
    /// streams with small buffers made the process 74 MiB larger.
    private static final int STREAM_BYTES = 120 * KIB;

    /// Splits `bytes`, the process's limit: the JVM's code takes some 60 MiB of it and its heap a third of all; of what is left
    /// beside the code, 36 parts of a hundred go to streams, and a third, but at most half of the heap, to what is known of the objects.
    /// The rest, an eighth of the limit, is the operating system's, for socket buffers and for pages that it cannot give up at once.
    /// 256 MiB: 293 streams, 186 over TLS, the first eight with large buffers, 32 more with 256 KiB, 63 MiB (in the image half of its
    /// heap, 40 MiB) for what is known of objects; 64 MiB: 41 streams, one large buffer, 24 of 128 KiB, 8 MiB.
    public static MemoryBudget of(long bytes) {
        long third = Math.max(8 * MIB, (bytes - 60 * MIB) / 3);
        // However much is allowed: these are on the heap, and half of the heap is for everything
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

    /// The catalog's entries in memory, in bytes: 16 MiB of 63, some 300,000 objects. What does not fit lies on the target, and the same
    /// holds for everything below. Together they are three quarters at most: what earlier attempts did is either hashed or
    /// looked up in batches, and sorting is done when hashes of paths are no longer needed.
    long entryBytes() {
        return catalogBytes / 4;
    }

    /// Empty objects that may be folder markers, in memory, in bytes: 4 MiB of 63, some 80,000. Most listings need none of it.
    long undecidedBytes() {
        return catalogBytes / 16;
    }

    /// What became of the objects, in memory, in bytes: 8 MiB of 63, some 300,000 objects.
    long outcomeBytes() {
        return catalogBytes / 8;
    }

    /// Paths whose hashes are kept, 24 bytes each.
    int hashedPaths() {
        return number(catalogBytes / 8 / 24);
    }

    /// Objects of earlier attempts that are kept in memory, 52 bytes each.
    int doneObjects() {
        return number(catalogBytes / 8 / 52);
    }

    /// Objects that are looked up at once where earlier attempts' objects lie in a file, 24 bytes each.
    int resumeBatch() {
        return number(catalogBytes / 4 / 24);
    }

    /// Paths of earlier attempts that are compared with the listing at once, 8 bytes each, twice; when nothing is sorted.
    int comparedPaths() {
        return number(sortBytes() / 8 / 2);
    }

    /// Files that wait for their names, 1,600 to 2,100 with 256 MiB and 8,192 at most. Until the next sync each keeps in the page cache what the
    /// file system's journal holds of it, which the kernel cannot take back and charges to the process: in a directory of a million
    /// files two blocks of that directory and one of inodes, 12 KiB, 25 MiB together.
    int unnamedFiles() {
        return (int) Math.clamp(catalogBytes >> 15, 256, 8192);
    }

    /// For sorting, in bytes.
    long sortBytes() {
        return catalogBytes / 8;
    }

    private static int number(long count) {
        return (int) Math.clamp(count, 16, 1 << 28);
    }
}
