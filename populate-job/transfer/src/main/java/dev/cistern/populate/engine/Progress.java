package dev.cistern.populate.engine;

import dev.cistern.populate.wire.ProgressReport;
import dev.cistern.populate.wire.RunResult;
import org.jspecify.annotations.Nullable;

/// Computes rate and remaining time from the counts. Not thread-safe.
public final class Progress {
    /// Time constant of the rate: it follows a change within seconds and smooths over pauses of single objects.
    private static final double MEMORY_SECONDS = 5;

    private final Meter meter;
    private final int attempt;
    private long lastNanos = System.nanoTime();
    private long lastFetched;
    private double weight;
    private double bytesPerSecond;
    private long sequence;

    /// @param attempt number for the reports
    public Progress(Meter meter, int attempt) {
        this.meter = meter;
        this.attempt = attempt;
    }

    /// The current progress.
    public ProgressReport next() {
        return next(null);
    }

    /// The current progress, with the result of an attempt that has ended.
    public ProgressReport next(@Nullable RunResult result) {
        Meter.Counts counts = meter.counts();
        long now = System.nanoTime();
        double seconds = Math.max(1e-3, (now - lastNanos) / 1e9);
        double current = (counts.bytesFetched() - lastFetched) / seconds;
        // The first readings have full weight, so that the rate does not start from zero.
        double keep = Math.exp(-seconds / MEMORY_SECONDS);
        weight = weight * keep + (1 - keep);
        bytesPerSecond += (current - bytesPerSecond) * (1 - keep) / weight;
        lastNanos = now;
        lastFetched = counts.bytesFetched();
        long left = Math.max(0, counts.bytesTotal() - counts.bytesDone());
        long eta = -1;
        if (counts.totalsFinal() && left == 0) {
            eta = 0;
        } else if (counts.totalsFinal() && bytesPerSecond >= 1) {
            eta = (long) Math.ceil(left / bytesPerSecond);
        }
        return new ProgressReport(
                attempt,
                ++sequence,
                counts.stage(),
                Math.max(0, counts.bytesDone()),
                counts.bytesTotal(),
                counts.filesDone(),
                counts.filesTotal(),
                counts.totalsFinal(),
                counts.bytesFetched(),
                counts.bytesResumed(),
                Math.max(0, (long) bytesPerSecond),
                eta,
                counts.trouble(),
                result,
                meter.revisions());
    }
}
