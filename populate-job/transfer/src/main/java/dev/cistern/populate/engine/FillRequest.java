package dev.cistern.populate.engine;

import dev.cistern.populate.source.Source;
import dev.cistern.populate.target.Target;
import dev.cistern.populate.wire.ArchiveFormat;
import dev.cistern.populate.wire.Verify;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Parameters of one fill.
///
/// @param target to fill
/// @param inputs sources to copy, at least one
/// @param capacityBytes requested size of the volume; 0 where unknown. A file system may not show a volume's own limit,
///     so the sources are compared with the smaller of this and the free space
/// @param verify how to verify copied objects
/// @param bytesPerSecond rate limit of all streams together; 0 means no limit
/// @param connections number of streams; 0 lets the engine tune it
/// @param budget memory for buffers and catalog
/// @param overlap whether copying may start with the second page of a listing, before all keys and sizes are known
/// @param durable whether success waits until everything is on the disk
/// @param timing timeouts and backoff
/// @param manifest what to compute and deliver of the manifest in addition to its digest
public record FillRequest(
        Target target,
        List<Input> inputs,
        long capacityBytes,
        Verify verify,
        long bytesPerSecond,
        int connections,
        MemoryBudget budget,
        boolean overlap,
        boolean durable,
        Timing timing,
        ManifestRequest manifest) {

    public FillRequest {
        inputs = List.copyOf(inputs);
    }

    /// A request without a manifest sink.
    public FillRequest(
            Target target,
            List<Input> inputs,
            long capacityBytes,
            Verify verify,
            long bytesPerSecond,
            int connections,
            MemoryBudget budget,
            boolean overlap,
            boolean durable,
            Timing timing) {
        this(
                target,
                inputs,
                capacityBytes,
                verify,
                bytesPerSecond,
                connections,
                budget,
                overlap,
                durable,
                timing,
                ManifestRequest.NONE);
    }

    /// What to compute and deliver of the manifest.
    ///
    /// @param sha256 whether to compute each file's SHA-256, which then replaces the CRC in the manifest
    /// @param sink receives the files when all are complete
    public record ManifestRequest(boolean sha256, ManifestSink sink) {
        /// The digest only.
        public static final ManifestRequest NONE = new ManifestRequest(false, file -> {});
    }

    /// One source and where it goes.
    ///
    /// @param source read, but not closed, by the engine
    /// @param into directory below the target; empty means the target
    /// @param include globs on the path below the source's prefix; empty means everything
    /// @param exclude globs; wins over `include`
    /// @param sha256 expected SHA-256 of the source's only object; null for none
    /// @param unpack what all objects of the source are archives of, whose entries are copied in their place; null where they are not
    public record Input(
            Source source,
            String into,
            List<String> include,
            List<String> exclude,
            @Nullable String sha256,
            @Nullable ArchiveFormat unpack) {
        /// One whose objects are copied as they are.
        public Input(
                Source source,
                String into,
                List<String> include,
                List<String> exclude,
                @Nullable String sha256) {
            this(source, into, include, exclude, sha256, null);
        }

        public Input {
            include = List.copyOf(include);
            exclude = List.copyOf(exclude);
        }
    }

    /// Timeouts and backoff, in milliseconds.
    ///
    /// @param noProgress longest time without a byte on one stream, retries included, before the fill fails
    /// @param unreachable the same before the first response of the store: the endpoint may be wrong
    /// @param firstBackoff before the first retry; doubles with each that follows
    /// @param maxBackoff upper bound
    public record Timing(long noProgress, long unreachable, long firstBackoff, long maxBackoff) {
        /// Default for Jobs and the command line.
        public static final Timing DEFAULT = new Timing(120_000, 30_000, 100, 10_000);
    }
}
