package dev.cistern.populate;

import dev.cistern.populate.engine.Fill;
import dev.cistern.populate.engine.Meter;
import dev.cistern.populate.wire.Outcome;
import dev.cistern.populate.wire.Reason;
import dev.cistern.populate.wire.RunResult;
import org.jspecify.annotations.Nullable;

/// The attempt of this process: its start, its counters, and its result.
public final class Attempt {
    private final long startNanos = System.nanoTime();
    private final Meter meter = new Meter();

    /// The counters.
    public Meter meter() {
        return meter;
    }

    /// The result after success.
    public RunResult succeeded(Fill.Result filled) {
        // A retry's bytes may still be counted twice; the volume has what was listed.
        return result(null, "", meter.counts().bytesTotal(), filled.manifestDigest());
    }

    /// The result after a failure.
    public RunResult failed(Reason reason, String message) {
        return result(reason, message, Math.max(0, meter.counts().bytesDone()), null);
    }

    private RunResult result(
            @Nullable Reason reason, String message, long bytes, @Nullable String manifest) {
        Meter.Counts counts = meter.counts();
        return new RunResult(
                reason == null ? Outcome.SUCCEEDED : Outcome.FAILED,
                reason != null && reason.terminal(),
                reason,
                message,
                bytes,
                counts.filesDone(),
                counts.bytesFetched(),
                counts.bytesResumed(),
                meter.unverified(),
                manifest,
                (System.nanoTime() - startNanos) / 1e9,
                meter.revisions());
    }
}
