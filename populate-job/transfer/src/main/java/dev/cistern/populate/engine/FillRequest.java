package dev.cistern.populate.engine;

import dev.cistern.populate.source.Source;
import dev.cistern.populate.target.Target;
import dev.cistern.populate.wire.Verify;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What one fill is to do.
///
/// @param target to fill
/// @param inputs what to fill it with, at least one
/// @param capacityBytes what the volume was asked to hold; 0 where unknown. A file system may not show a volume's own limit, so
/// the sources are compared with the smaller of this and the free space
/// @param verify how to compare what arrived
/// @param bytesPerSecond what all streams together may read; 0 means no limit
/// @param connections number of streams; 0 means that the engine finds it
/// @param budget what the streams' buffers and the catalog may use
/// @param overlap whether copying may begin with the second page of a listing, and so before the last key and size are known
/// @param durable whether success waits until everything is on the disk
/// @param timing how long to be patient
/// @param manifest what is wanted of the manifest beside its digest
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

    /// One that wants no more of the manifest than its digest.
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

    /// What is wanted of the manifest.
    ///
    /// @param sha256 whether each file's SHA-256 is computed, and stands in the manifest instead of its CRC
    /// @param sink takes the files when all are there
    public record ManifestRequest(boolean sha256, ManifestSink sink) {
        /// Nothing but its digest.
        public static final ManifestRequest NONE = new ManifestRequest(false, file -> {});
    }

    /// One source and where it goes.
    ///
    /// @param source the engine reads it; whoever made it closes it
    /// @param into directory below the target; empty means the target
    /// @param include globs on the path below the source's prefix; empty means everything
    /// @param exclude globs; wins over `include`
    /// @param sha256 pins the one object of the source; null pins nothing
    public record Input(
            Source source,
            String into,
            List<String> include,
            List<String> exclude,
            @Nullable String sha256) {
        public Input {
            include = List.copyOf(include);
            exclude = List.copyOf(exclude);
        }
    }

    /// How long to be patient, in milliseconds.
    ///
    /// @param noProgress how long one stream may go without a byte, retries included, before the fill fails
    /// @param unreachable the same before the store has answered at all: the endpoint may be a wrong one
    /// @param firstBackoff before the first retry; doubles with each that follows
    /// @param maxBackoff it does not grow beyond
    public record Timing(long noProgress, long unreachable, long firstBackoff, long maxBackoff) {
        /// What a Job and the CLI use.
        public static final Timing DEFAULT = new Timing(120_000, 30_000, 100, 10_000);
    }
}
