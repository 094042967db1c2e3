package dev.cistern.controller.observe;

import dev.cistern.controller.model.Attempt;
import dev.cistern.controller.model.Why;
import dev.cistern.populate.wire.Fault;
import dev.cistern.populate.wire.Outcome;
import dev.cistern.populate.wire.Reason;
import dev.cistern.populate.wire.RunResult;
import dev.cistern.populate.wire.WireException;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// How an attempt ended, and whose fault that is.
///
/// What the container said comes first, then what is known of why its pod was stopped, and what the Job says of itself last: a Job knows
/// only that it has ended.
final class AttemptEnd {
    private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");

    /// What a pod's status gives as the reason when its node took or kept it off, on clusters that set no condition for it.
    private static final Set<String> STOPPED =
            Set.of(
                    "Evicted",
                    "Preempting",
                    "Shutdown",
                    "NodeShutdown",
                    "Terminated",
                    "NodeLost",
                    "NodeAffinity",
                    "UnexpectedAdmissionError");

    private AttemptEnd() {}

    /// From the end of its container.
    ///
    /// @param reported the result in its last report, which stands in for a termination message that was lost
    static Attempt.State of(
            ContainerStateTerminated terminated, Pod pod, Optional<RunResult> reported) {
        Optional<RunResult> message = result(terminated.getMessage());
        boolean success = terminated.getExitCode() != null && terminated.getExitCode() == 0;
        if (message.isPresent() ? success && succeeded(message) : succeeded(reported)) {
            return new Attempt.State.Succeeded(message.or(() -> reported).get());
        }
        Optional<RunResult> said =
                message.or(() -> reported).filter(r -> r.outcome() == Outcome.FAILED);
        boolean final_ = said.filter(RunResult::terminal).isPresent();
        Optional<String> disruption = disruption(pod).filter(_ -> !final_);
        if (disruption.isPresent()) {
            return new Attempt.State.Failed(
                    new Attempt.Failure(
                            Fault.CLUSTER, Why.DISRUPTED, Attempts.shorten(disruption.get())),
                    said);
        }
        return new Attempt.State.Failed(
                said.map(AttemptEnd::failure).orElseGet(() -> ExitCodes.failure(terminated)), said);
    }

    private static boolean succeeded(Optional<RunResult> result) {
        return result.filter(r -> r.outcome() == Outcome.SUCCEEDED).isPresent();
    }

    private static Attempt.Failure failure(RunResult said) {
        Reason reason = said.reason();
        Fault fault = reason == null ? Fault.RUN : reason.fault();
        // A Job of another release may call something final that this one does not know to be, and
        // the other way round.
        if (said.terminal() != (fault == Fault.REQUEST)) {
            fault = said.terminal() ? Fault.REQUEST : Fault.RUN;
        }
        return new Attempt.Failure(
                fault,
                reason == null ? Why.JOB_FAILED : reason.wireName(),
                Attempts.shorten(said.message()));
    }

    /// From the Job, after its pod has been looked for where it would be, and from what the attempt itself reported at its end.
    ///
    /// @param pod without an end of its container
    static Attempt.State of(
            JobCondition condition, Optional<Pod> pod, Optional<RunResult> reported) {
        if (succeeded(reported)) {
            return new Attempt.State.Succeeded(reported.get());
        }
        Attempt.Failure seen = of(condition, pod);
        boolean known =
                seen.reason().equals(Why.DISRUPTED) || seen.reason().equals(Why.DEADLINE_EXCEEDED);
        Optional<RunResult> said = reported.filter(r -> !known || r.terminal());
        return new Attempt.State.Failed(said.map(AttemptEnd::failure).orElse(seen), reported);
    }

    private static Attempt.Failure of(JobCondition condition, Optional<Pod> pod) {
        if ("DeadlineExceeded".equals(condition.getReason())) {
            return deadlineExceeded();
        }
        if ("Complete".equals(condition.getType())) {
            return new Attempt.Failure(
                    Fault.CLUSTER,
                    Why.JOB_FAILED,
                    "the Job completed, but its pod was deleted before its result was read; the"
                            + " next attempt checks what is on the volume");
        }
        Optional<String> disruption = pod.flatMap(AttemptEnd::disruption);
        if (disruption.isPresent() || "PodFailurePolicy".equals(condition.getReason())) {
            String why =
                    disruption.orElseGet(
                            () ->
                                    "the Job's pod was taken off its node, and is gone ("
                                            + condition.getMessage()
                                            + ")");
            return new Attempt.Failure(Fault.CLUSTER, Why.DISRUPTED, Attempts.shorten(why));
        }
        Optional<String> said = pod.map(p -> p.getStatus().getMessage()).filter(m -> !m.isBlank());
        return new Attempt.Failure(
                pod.isPresent() ? Fault.RUN : Fault.CLUSTER,
                Why.JOB_FAILED,
                Attempts.shorten(
                        said.orElse(
                                "its pod is gone without a result (deleted, or its node was"
                                        + " lost)")));
    }

    /// The attempt took too long.
    static Attempt.Failure deadlineExceeded() {
        return new Attempt.Failure(
                Fault.RUN,
                Why.DEADLINE_EXCEEDED,
                "the attempt took longer than its activeDeadlineSeconds");
    }

    /// Why a pod was taken off its node, if it was.
    private static Optional<String> disruption(Pod pod) {
        if (pod.getStatus() == null) {
            return Optional.empty();
        }
        Optional<PodCondition> condition =
                pod.getStatus().getConditions() == null
                        ? Optional.empty()
                        : pod.getStatus().getConditions().stream()
                                .filter(
                                        c ->
                                                "DisruptionTarget".equals(c.getType())
                                                        && "True".equals(c.getStatus()))
                                .findFirst();
        if (condition.isPresent()) {
            return Optional.of(
                    stopped(
                            condition.get().getReason(),
                            condition.get().getMessage(),
                            pod.getStatus().getMessage()));
        }
        String reason = pod.getStatus().getReason();
        return reason != null && (STOPPED.contains(reason) || reason.startsWith("OutOf"))
                ? Optional.of(stopped(reason, pod.getStatus().getMessage(), null))
                : Optional.empty();
    }

    private static String stopped(
            @Nullable String reason, @Nullable String message, @Nullable String more) {
        StringBuilder text =
                new StringBuilder("the Job's pod was taken off its node (").append(reason);
        if (message != null && !message.isBlank()) {
            text.append(": ").append(message.strip());
        }
        if (more != null && !more.isBlank() && !more.equals(message)) {
            text.append("; ").append(more.strip());
        }
        return text.append(')').toString();
    }

    /// A termination message, or its copy in the last report; empty when there is none, or it is something else.
    static Optional<RunResult> result(@Nullable String message) {
        if (message == null || message.isBlank()) {
            return Optional.empty();
        }
        try {
            // A digest that the API would not take would keep the run from ever being written.
            return Optional.of(RunResult.fromJson(message))
                    .filter(
                            result ->
                                    result.manifestDigest() == null
                                            || DIGEST.matcher(result.manifestDigest()).matches());
        } catch (WireException e) {
            // Log lines, by FallbackToLogsOnError.
            return Optional.empty();
        }
    }
}
