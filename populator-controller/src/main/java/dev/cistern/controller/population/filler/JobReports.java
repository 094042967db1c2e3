package dev.cistern.controller.population.filler;

import dev.cistern.controller.population.model.Attempt;
import dev.cistern.controller.population.model.LastReport;
import dev.cistern.controller.population.model.Observed;
import dev.cistern.controller.population.model.Run;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// Detects a Job whose reports do not arrive. Its copy continues without them, but its progress is unknown, and the
/// last reported progress must not be shown as current.
final class JobReports {
    /// A Job reports within a second of its start, and its first report is written at once while few runs are under
    /// way.
    private static final Duration FIRST = Duration.ofSeconds(30);

    /// A Job may be told to wait for a minute at most; after a failed report it retries within 30 s. Under high load
    /// the first report is not written, so the second counts.
    private static final Duration LATER = Duration.ofMinutes(2);

    private final String reportUrl;

    /// @param reportUrl where Jobs report to
    JobReports(String reportUrl) {
        this.reportUrl = reportUrl;
    }

    /// @param since start time of the attempt's container
    NextReport next(Observed seen, Attempt attempt, Instant since) {
        Optional<LastReport> report =
                seen.run().flatMap(Run::report).filter(r -> r.attempt() == attempt.number());
        Instant last =
                report.flatMap(r -> Optional.ofNullable(r.at()))
                        .filter(at -> at.isAfter(since))
                        .orElse(since);
        boolean first = report.isEmpty() && !seen.load().high();
        Duration bound = first ? FIRST : LATER;
        Instant due = last.plus(bound);
        return new NextReport(
                seen.now().isBefore(due) ? Duration.between(seen.now(), due) : Duration.ZERO,
                "the populate pod runs, and no report of it has arrived for more than "
                        + bound.toSeconds()
                        + " s: its progress is not known; the copy itself does not need reports;"
                        + " check whether a NetworkPolicy, a proxy or a mesh keeps pods of"
                        + " namespace "
                        + attempt.namespace()
                        + " from "
                        + reportUrl);
    }
}
