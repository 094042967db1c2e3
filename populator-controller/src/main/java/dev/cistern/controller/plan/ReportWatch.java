package dev.cistern.controller.plan;

import dev.cistern.controller.model.Attempt;
import dev.cistern.controller.model.LastReport;
import dev.cistern.controller.model.Run;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// Notices a Job whose reports do not arrive. Its copy goes on without them; but how far it is cannot be said, and what was said last must
/// not be taken for it.
final class ReportWatch {
    /// A Job reports within a second of its start, and is written at once while few runs are under way.
    private static final Duration FIRST = Duration.ofSeconds(30);

    /// The longest that a Job may be told to wait is a minute; one that found the controller away tries again every 30 s. In a crowd the
    /// first report is not written, and so the second counts.
    private static final Duration LATER = Duration.ofMinutes(2);

    private final String reportUrl;

    /// @param reportUrl where Jobs report to
    ReportWatch(String reportUrl) {
        this.reportUrl = reportUrl;
    }

    /// What to tell when nothing has come from an attempt for too long; empty while it is not, and then the plan asks for another look
    /// when it would be.
    ///
    /// @param since when its container was started
    Optional<String> missing(Draft draft, Attempt attempt, Instant since) {
        Optional<LastReport> report =
                draft.seen.run().flatMap(Run::report).filter(r -> r.attempt() == attempt.number());
        Instant last =
                report.flatMap(r -> Optional.ofNullable(r.at()))
                        .filter(at -> at.isAfter(since))
                        .orElse(since);
        boolean soon = report.isEmpty() && !draft.seen.crowd().many();
        Duration bound = soon ? FIRST : LATER;
        Instant due = last.plus(bound);
        if (draft.seen.now().isBefore(due)) {
            draft.again(Duration.between(draft.seen.now(), due));
            return Optional.empty();
        }
        return Optional.of(
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
