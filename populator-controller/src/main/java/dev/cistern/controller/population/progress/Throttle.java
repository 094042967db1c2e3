package dev.cistern.controller.population.progress;

import dev.cistern.populate.wire.ProgressReport;
import java.util.LinkedHashMap;
import java.util.Map;

/// Accepts a report when it is new and not too early.
final class Throttle {
    /// Fraction of the interval after which a report is accepted: clocks and networks are not exact.
    private static final double EARLY = 0.8;

    /// Maximum number of remembered runs.
    private static final int MAX_REMEMBERED = 10_000;

    /// A Job that is late by more than this no longer reports.
    private static final long SILENT_NANOS = 5_000_000_000L;

    private final Map<String, Last> last =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Last> eldest) {
                    return size() > MAX_REMEMBERED;
                }
            };

    /// @param token of the reporting Job
    /// @param result whether it contained the attempt's result
    private record Last(String token, int attempt, long sequence, long nextNanos, boolean result) {
        boolean early(ProgressReport report, long nowNanos) {
            // The first report with a result is never too early.
            return nowNanos - nextNanos < 0 && (report.result() == null || result);
        }
    }

    /// How a report is treated.
    enum Admission {
        /// Old, or too early.
        NO,
        /// Accepted, the first of its run.
        FIRST,
        /// Accepted.
        NEXT
    }

    /// Decides about a report; each is accepted once. Until [#asked] sets an interval, the next may arrive at any time.
    ///
    /// @param token of the Job that sent it: each Job numbers its reports from the beginning. A report of an earlier
    ///     attempt is outdated, unless the latest attempt no longer reports: then the run was restarted and numbers its
    ///     attempts anew.
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

    /// Sets the interval until a run's next report.
    synchronized void asked(String uid, long nowNanos, int nextMillis) {
        long next = nowNanos + (long) (nextMillis * 1e6 * EARLY);
        last.computeIfPresent(
                uid, (_, was) -> new Last(was.token, was.attempt, was.sequence, next, was.result));
    }

    /// Records that a run's last report was not written: a result may be sent again at once.
    synchronized void lost(String uid) {
        last.computeIfPresent(
                uid,
                (_, was) -> new Last(was.token, was.attempt, was.sequence, was.nextNanos, false));
    }
}
