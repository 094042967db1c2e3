package dev.cistern.populate.engine;

/// What the engine may hold in memory, derived from one number.
///
/// @param bufferBytes of each stream
/// @param maxStreams so many streams' buffers fit
/// @param catalogBytes what the listing may take
public record MemoryBudget(int bufferBytes, int maxStreams, long catalogBytes) {
    private static final int KIB = 1024;
    private static final long MIB = 1 << 20;

    /// More streams than this gain nothing against any store known.
    private static final int MAX_STREAMS = 64;

    /// Splits `bytes`, the process's limit: the JVM's code and stacks take some 60 MiB of it; of the rest a third goes to
    /// buffers, a third to the catalog, a third stays for the heap's own needs. 256 MiB: buffers of 512 KiB, 64 streams, a
    /// catalog of 65 MiB (about a million objects); 64 MiB: 128 KiB, 21 streams, 8 MiB.
    public static MemoryBudget of(long bytes) {
        long third = Math.max(8 * MIB, (bytes - 60 * MIB) / 3);
        // However much is allowed: the catalog is on the heap, and half of the heap is for
        // everything else.
        long catalog = Math.min(third, Runtime.getRuntime().maxMemory() / 2);
        int buffer = bytes >= 192 * MIB ? 512 * KIB : bytes >= 96 * MIB ? 256 * KIB : 128 * KIB;
        // Half of the buffers' third: the operating system's socket buffers are charged to the same
        // limit.
        int streams = (int) Math.max(4, Math.min(MAX_STREAMS, third / 2 / buffer));
        return new MemoryBudget(buffer, streams, catalog);
    }
}
