package dev.cistern.controller.population.progress;

import dev.cistern.populate.wire.ProgressReport;
import java.util.LinkedHashMap;
import java.util.Map;

/// Accepts a report when it is new and not too early.
final class Throttle {
    /// How much earlier than asked a report may come: clocks and networks are not exact.
    private static final double EARLY = 0.8;

    /// Runs whose last write is remembered.
    private static final int MAX_REMEMBERED = 10_000;

    /// A Job that reports does so sooner than this after it was to.
    private static final long SILENT_NANOS = 5_000_000_000L;

    private final Map<String, Last> last =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Last> eldest) {
                    return size() > MAX_REMEMBERED;
                }
            };

    /// @param token of the Job that it came from
    /// @param result whether it told how the attempt ended
    private record Last(String token, int attempt, long sequence, long nextNanos, boolean result) {
        boolean early(ProgressReport report, long nowNanos) {
            // What an attempt ended with is never too early, once.
            return nowNanos - nextNanos < 0 && (report.result() == null || result);
        }
    }

    /// What becomes of a report.
    enum Admission {
        /// Old, or too early.
        NO,
        /// Let in, the first of its run.
        FIRST,
        /// Let in.
        NEXT
    }

    /// Lets a report in, once for each. Until [#asked] says more, the next may come at any time.
    ///
    /// @param token of the Job that sent it: each Job counts its reports anew. An attempt before the last is late news, unless the last has
    /// fallen silent: then the run was started afresh, and counts its attempts anew.
    synchronized Admission admit(String uid, String token, ProgressReport report, long nowNanos) {
        Last before = last.get(uid);
        if (before != null
                && (before.early(report, nowNanos)
                        || (token.equals(before.token) && report.sequence() <= before.sequence)
                        || (report.attempt() < before.attempt
                                && nowNanos - before.nextNanos < SILENT_NANOS))) {
            return Admission.NO;
        }
        last.put(
                uid,
                new Last(
                        token,
                        report.attempt(),
                        report.sequence(),
                        nowNanos,
                        report.result() != null));
        return before == null ? Admission.FIRST : Admission.NEXT;
    }

    /// Notes when the next report of a run is wanted.
    synchronized void asked(String uid, long nowNanos, int nextMillis) {
        long next = nowNanos + (long) (nextMillis * 1e6 * EARLY);
        last.computeIfPresent(
                uid, (_, was) -> new Last(was.token, was.attempt, was.sequence, next, was.result));
    }

    /// Notes that a run's last report was not written after all: a result may come again at once.
    synchronized void lost(String uid) {
        last.computeIfPresent(
                uid,
                (_, was) -> new Last(was.token, was.attempt, was.sequence, was.nextNanos, false));
    }
}
