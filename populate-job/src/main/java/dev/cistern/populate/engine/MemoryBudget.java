package dev.cistern.populate.engine;

/// What the engine may hold in memory, derived from one number.
///
/// @param bufferBytes of a stream
/// @param largeBuffers so many streams have a buffer of [#LARGE_BUFFER_BYTES] instead
/// @param maxStreams so many streams' buffers fit
/// @param catalogBytes for what is known of the objects: catalog, claims on paths, what earlier attempts did
public record MemoryBudget(int bufferBytes, int largeBuffers, int maxStreams, long catalogBytes) {
    private static final int KIB = 1024;
    private static final long MIB = 1 << 20;

    /// With 2 MiB a fill of one large object takes a tenth less CPU than with 512 KiB; more gains nothing.
    public static final int LARGE_BUFFER_BYTES = 2048 * KIB;

    /// More than this many streams fetch no large objects faster.
    private static final int MAX_LARGE_BUFFERS = 8;

    /// More streams than this gain nothing against any store known.
    private static final int MAX_STREAMS = 64;

    /// Splits `bytes`, the process's limit: the JVM's code and stacks take some 60 MiB of it; of the rest a third goes to
    /// buffers, a third to what is known of the objects, a third stays for the heap's own needs. 256 MiB: 64 streams, 8 of them with
    /// large buffers, the others with 256 KiB, 63 MiB for what is known of objects; 64 MiB: 17 streams, one large buffer, else 128
    /// KiB, 8 MiB.
    public static MemoryBudget of(long bytes) {
        long third = Math.max(8 * MIB, (bytes - 60 * MIB) / 3);
        // However much is allowed: these are on the heap, and half of the heap is for everything
        // else.
        long catalog = Math.min(third, Runtime.getRuntime().maxMemory() / 2);
        int buffer = bytes >= 96 * MIB ? 256 * KIB : 128 * KIB;
        // Half of the buffers' third: the operating system's socket buffers are charged to the same
        // limit.
        int large = (int) Math.min(MAX_LARGE_BUFFERS, third / 4 / LARGE_BUFFER_BYTES);
        long rest = third / 2 - (long) large * LARGE_BUFFER_BYTES;
        int streams = (int) Math.max(4, Math.min(MAX_STREAMS, large + rest / buffer));
        return new MemoryBudget(buffer, large, streams, catalog);
    }

    /// The catalog's entries in memory, in bytes: 16 MiB of 63, some 300,000 objects. What does not fit lies on the target, and the same
    /// holds for everything below. Together they are three quarters at most: what earlier attempts did is either hashed or
    /// looked up in batches, and sorting is done when hashes of paths are no longer needed.
    long entryBytes() {
        return catalogBytes / 4;
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

    /// For sorting, in bytes.
    long sortBytes() {
        return catalogBytes / 8;
    }

    private static int number(long count) {
        return (int) Math.clamp(count, 16, 1 << 28);
    }
}
