package dev.cistern.controller.population.progress;

import dev.cistern.populate.wire.ProgressReport;
import dev.cistern.populate.wire.ReportKey;
import dev.cistern.populate.wire.ReportToken;
import dev.cistern.populate.wire.WireException;
import java.security.PublicKey;
import java.time.Clock;
import java.util.Optional;

/// Verifies a report: token, run and format.
public final class ReportVerifier {
    private final RunLookup runs;
    private final Clock clock;

    /// A verifier with a look-up of runs.
    public ReportVerifier(RunLookup runs, Clock clock) {
        this.runs = runs;
        this.clock = clock;
    }

    /// Looks up runs.
    public interface RunLookup {
        /// The `cistern.dev/report-key` of a run's Job; empty when there is no such Job.
        Optional<String> reportKey(String uid, int attempt);

        /// The run's record, if there is one.
        Optional<ReportedRun> run(String uid);

        /// Whether the run has ended.
        boolean over(String uid);
    }

    /// The result.
    public sealed interface Verdict {
        /// Accepted.
        ///
        /// @param run read before verification: a record that was recreated since does not get the report
        record Accepted(ReportedRun run, ProgressReport report) implements Verdict {}

        /// Refused.
        ///
        /// @param status of the response
        /// @param reason label value of the metric `cistern_report_rejected_total`
        record Rejected(int status, String reason) implements Verdict {}
    }

    /// Verifies a report for run `uid`.
    ///
    /// @param token after `Bearer `; empty when there is none
    /// @param body the report's text
    public Verdict verify(String uid, String token, String body) {
        if (token.isEmpty()) {
            return new Verdict.Rejected(401, "no-token");
        }
        ProgressReport report;
        try {
            report = ProgressReport.fromJson(body);
        } catch (WireException e) {
            return new Verdict.Rejected(400, "malformed");
        }
        Optional<ReportedRun> run = runs.run(uid);
        if (run.isEmpty()) {
            return new Verdict.Rejected(404, "unknown-run");
        }
        Optional<String> key = runs.reportKey(uid, report.attempt());
        if (key.isEmpty()) {
            // A new Job may not be in this replica's cache yet; the next report follows in a
            // second.
            return runs.over(uid)
                    ? new Verdict.Rejected(410, "over")
                    : new Verdict.Rejected(404, "unknown-attempt");
        }
        PublicKey publicKey;
        try {
            publicKey = ReportKey.decode(key.get());
        } catch (WireException e) {
            return new Verdict.Rejected(401, "forged");
        }
        return switch (ReportToken.verify(token, publicKey, clock)) {
            case ReportToken.Verification.Forged _ -> new Verdict.Rejected(401, "forged");
            case ReportToken.Verification.Expired _ -> new Verdict.Rejected(403, "expired");
            case ReportToken.Verification.Valid(ReportToken claimed) -> {
                if (!claimed.uid().equals(uid) || claimed.attempt() != report.attempt()) {
                    yield new Verdict.Rejected(403, "another-run");
                }
                yield runs.over(uid)
                        ? new Verdict.Rejected(410, "over")
                        : new Verdict.Accepted(run.get(), report);
            }
        };
    }
}
