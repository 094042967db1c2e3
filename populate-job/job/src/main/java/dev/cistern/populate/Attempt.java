package dev.cistern.populate;

import dev.cistern.populate.engine.Fill;
import dev.cistern.populate.engine.Meter;
import dev.cistern.populate.wire.Outcome;
import dev.cistern.populate.wire.Reason;
import dev.cistern.populate.wire.RunResult;
import org.jspecify.annotations.Nullable;

/// One attempt of this process: when it began, what it has counted, and how it is told.
public final class Attempt {
    private final long startNanos = System.nanoTime();
    private final Meter meter = new Meter();

    /// Counts what is done.
    public Meter meter() {
        return meter;
    }

    /// The result now that everything is there.
    public RunResult succeeded(Fill.Result filled) {
        // A retry's bytes may still be counted twice; what is there is what was listed.
        return result(null, "", meter.counts().bytesTotal(), filled.manifestDigest());
    }

    /// The result now that it cannot go on.
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
                (System.nanoTime() - startNanos) / 1e9);
    }
}
