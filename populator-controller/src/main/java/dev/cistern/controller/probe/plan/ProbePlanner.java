package dev.cistern.controller.probe.plan;

import dev.cistern.controller.model.EventReason;
import dev.cistern.controller.model.Messages;
import dev.cistern.controller.model.Trouble;
import dev.cistern.controller.probe.plan.ProbePlan.Action;
import dev.cistern.controller.probe.plan.ProbeRecord.Outcome;
import dev.cistern.controller.resolve.ProbeTarget;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Decides when a StorageBackend is probed, and what a probe's end means.
///
/// What was found is written before the Job is deleted, and the Job is named after the number that the record will have: a controller that ends
/// between any two writes is followed by one that goes on from there.
public final class ProbePlanner {
    /// A Secret, a ServiceAccount or an image may come a moment later than the backend.
    private static final Duration TROUBLE_LASTS = Duration.ofSeconds(20);

    /// What keeps a pod from starting is in events, which are not watched.
    private static final Duration LOOK_AT_POD = Duration.ofSeconds(5);

    /// The Job's own deadline comes first.
    private static final Duration GIVEN_UP =
            Duration.ofSeconds(ProbeManifest.DEADLINE_SECONDS + 60);

    /// Another backend's probe ends without our being told.
    private static final Duration POLL_SLOTS = Duration.ofSeconds(3);

    /// What kubelet and the Job controller call it when something that the backend names is not there.
    private static final Set<String> OF_THE_BACKEND =
            Set.of("CreateContainerConfigError", "FailedMount");

    private final ProbeSettings settings;
    private final ProbeManifest manifest;

    /// A planner for an installation.
    public ProbePlanner(ProbeSettings settings) {
        this.settings = settings;
        this.manifest = new ProbeManifest(settings);
    }

    /// What to do next.
    public ProbePlan plan(ProbeView seen) {
        if (seen.deleting()) {
            // Its Jobs are deleted with it.
            return ProbePlan.NOTHING;
        }
        long next = seen.last().map(ProbeRecord::number).orElse(0L) + 1;
        List<Action> actions = new ArrayList<>();
        Optional<ProbeAttempt> current = Optional.empty();
        for (ProbeAttempt job : seen.jobs()) {
            boolean asked =
                    job.number() == next
                            && job.fingerprint().equals(seen.fingerprint())
                            && seen.target().isPresent();
            if (asked) {
                current = Optional.of(job);
            } else if (!job.deleting()) {
                actions.add(delete(job));
            }
        }
        if (current.isPresent()) {
            return underWay(seen, current.get(), actions);
        }
        if (!actions.isEmpty() || seen.jobs().stream().anyMatch(ProbeAttempt::deleting)) {
            // The name may be the next one's; its end wakes us.
            return new ProbePlan(actions, Optional.of(LOOK_AT_POD));
        }
        return seen.target().map(target -> start(seen, target, next)).orElse(ProbePlan.NOTHING);
    }

    private ProbePlan start(ProbeView seen, ProbeTarget target, long number) {
        Optional<Instant> due = due(seen);
        if (due.isEmpty() || settings.atOnce() == 0) {
            return ProbePlan.NOTHING;
        }
        if (seen.now().isBefore(due.get())) {
            return new ProbePlan(List.of(), Optional.of(Duration.between(seen.now(), due.get())));
        }
        if (seen.running() >= settings.atOnce()) {
            return new ProbePlan(List.of(), Optional.of(POLL_SLOTS));
        }
        return new ProbePlan(
                List.of(new Action.CreateJob(manifest.of(seen, target.source(), number))),
                Optional.of(LOOK_AT_POD));
    }

    /// When the next probe is due; empty when none is until something changes.
    private Optional<Instant> due(ProbeView seen) {
        Optional<ProbeRecord> last =
                seen.last().filter(record -> record.fingerprint().equals(seen.fingerprint()));
        if (last.isEmpty()) {
            return Optional.of(seen.now());
        }
        boolean fine =
                switch (last.get().outcome()) {
                    case SUCCEEDED -> !seen.doubted();
                    // Another user of the backend may name a place that can be listed.
                    case PARTIAL ->
                            !seen.doubted() && seen.target().filter(ProbeTarget::given).isPresent();
                    case FAILED, UNKNOWN -> false;
                };
        Duration interval = fine ? seen.interval().orElse(settings.interval()) : settings.retry();
        return interval.isZero()
                ? Optional.empty()
                : Optional.of(last.get().finished().plus(interval));
    }

    private ProbePlan underWay(ProbeView seen, ProbeAttempt job, List<Action> actions) {
        if (job.deleting()) {
            return new ProbePlan(actions, Optional.of(LOOK_AT_POD));
        }
        Optional<ProbeFindings> findings = findings(seen, job);
        if (findings.isEmpty()) {
            return new ProbePlan(actions, Optional.of(LOOK_AT_POD));
        }
        ProbeFindings found = findings.get();
        actions.add(
                new Action.Write(
                        new ProbeRecord(
                                job.number(),
                                found.outcome(),
                                found.reason(),
                                found.message(),
                                location(seen),
                                job.fingerprint(),
                                seen.now())));
        actions.add(delete(job));
        return new ProbePlan(actions, Optional.of(LOOK_AT_POD));
    }

    /// What an attempt to make the Job that the API server refused comes to.
    ///
    /// @param words of the API server
    public ProbeRecord refused(ProbeView seen, String words) {
        return new ProbeRecord(
                seen.last().map(ProbeRecord::number).orElse(0L) + 1,
                Outcome.UNKNOWN,
                EventReason.CREATE_FAILED,
                "the probe's Job could not be made in namespace "
                        + settings.namespace()
                        + ": "
                        + Messages.shorten(words),
                location(seen),
                seen.fingerprint(),
                seen.now());
    }

    private static String location(ProbeView seen) {
        return seen.target().map(ProbeTarget::location).orElse("");
    }

    /// What a Job has found; empty while it may still find something.
    private static Optional<ProbeFindings> findings(ProbeView seen, ProbeAttempt job) {
        boolean given = seen.target().filter(ProbeTarget::given).isPresent();
        return switch (job.state()) {
            case ProbeAttempt.State.Ended(var result) ->
                    Optional.of(ProbeFindings.of(result, location(seen), given));
            case ProbeAttempt.State.Lost(String why) ->
                    Optional.of(new ProbeFindings(Outcome.UNKNOWN, EventReason.JOB_FAILED, why));
            case ProbeAttempt.State.Running(Optional<Trouble> trouble) -> {
                Duration age = Duration.between(job.created(), seen.now());
                boolean final_ =
                        age.compareTo(GIVEN_UP) >= 0
                                || (age.compareTo(TROUBLE_LASTS) >= 0
                                        && trouble.filter(ProbePlanner::ofTheBackend).isPresent());
                yield final_ ? Optional.of(notRunning(trouble)) : Optional.empty();
            }
        };
    }

    private static ProbeFindings notRunning(Optional<Trouble> trouble) {
        return trouble.map(
                        why ->
                                new ProbeFindings(
                                        ofTheBackend(why) ? Outcome.FAILED : Outcome.UNKNOWN,
                                        EventReason.POD_NOT_STARTING,
                                        why.text()))
                .orElseGet(
                        () ->
                                new ProbeFindings(
                                        Outcome.UNKNOWN,
                                        EventReason.JOB_FAILED,
                                        "the probe's pod has not ended within "
                                                + GIVEN_UP.toSeconds()
                                                + " s"));
    }

    /// A Secret, a key of it, or a ServiceAccount that the backend names is not there: runs would not start either.
    private static boolean ofTheBackend(Trouble trouble) {
        return OF_THE_BACKEND.contains(trouble.reason())
                || (trouble.message().contains("serviceaccount")
                        && trouble.message().contains("not found"));
    }

    private static Action delete(ProbeAttempt job) {
        return new Action.DeleteJob(job.namespace(), job.name(), job.uid());
    }
}
