package dev.cistern.controller.population.filler;

import dev.cistern.controller.model.EventReason;
import dev.cistern.controller.model.Messages;
import dev.cistern.controller.population.model.Attempt;
import dev.cistern.controller.population.model.AttemptResult;
import dev.cistern.populate.wire.Fault;
import dev.cistern.populate.wire.Outcome;
import dev.cistern.populate.wire.Reason;
import dev.cistern.populate.wire.RunResult;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// How an attempt ended, and the origin of a failure.
///
/// The container's termination message comes first, then the reason why its pod was stopped, and the Job's own
/// condition last.
final class JobEnd {
    /// Reasons in the status of a pod that was removed from its node, on clusters that set no condition for it.
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

    private JobEnd() {}

    /// Evaluates the end of a container.
    ///
    /// @param reported result in the last report, used if the termination message was lost
    static Attempt.State of(
            ContainerStateTerminated terminated, Pod pod, Optional<RunResult> reported) {
        Optional<RunResult> message = AttemptResult.read(terminated.getMessage());
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
                            Fault.CLUSTER,
                            EventReason.DISRUPTED,
                            Messages.shorten(disruption.get())),
                    said);
        }
        return new Attempt.State.Failed(
                said.map(JobEnd::failure).orElseGet(() -> JobExitCodes.failure(terminated)), said);
    }

    private static boolean succeeded(Optional<RunResult> result) {
        return result.filter(r -> r.outcome() == Outcome.SUCCEEDED).isPresent();
    }

    private static Attempt.Failure failure(RunResult said) {
        Reason reason = said.reason();
        Fault fault = reason == null ? Fault.RUN : reason.fault();
        // A Job of another release may classify a reason differently.
        if (said.terminal() != (fault == Fault.REQUEST)) {
            fault = said.terminal() ? Fault.REQUEST : Fault.RUN;
        }
        return new Attempt.Failure(
                fault,
                reason == null ? EventReason.JOB_FAILED : reason.wireName(),
                Messages.shorten(said.message()));
    }

    /// Evaluates the Job after its pod was looked up, and the attempt's last report.
    ///
    /// @param pod whose container has no end
    static Attempt.State of(
            JobCondition condition, Optional<Pod> pod, Optional<RunResult> reported) {
        if (succeeded(reported)) {
            return new Attempt.State.Succeeded(reported.get());
        }
        Attempt.Failure seen = of(condition, pod);
        boolean known =
                seen.reason().equals(EventReason.DISRUPTED)
                        || seen.reason().equals(EventReason.DEADLINE_EXCEEDED);
        Optional<RunResult> said = reported.filter(r -> !known || r.terminal());
        return new Attempt.State.Failed(said.map(JobEnd::failure).orElse(seen), reported);
    }

    private static Attempt.Failure of(JobCondition condition, Optional<Pod> pod) {
        if ("DeadlineExceeded".equals(condition.getReason())) {
            return deadlineExceeded();
        }
        if ("Complete".equals(condition.getType())) {
            return new Attempt.Failure(
                    Fault.CLUSTER,
                    EventReason.JOB_FAILED,
                    "the Job completed, but its pod was deleted before its result was read; the"
                            + " next attempt checks what is on the volume");
        }
        Optional<String> disruption = pod.flatMap(JobEnd::disruption);
        if (disruption.isPresent() || "PodFailurePolicy".equals(condition.getReason())) {
            String why =
                    disruption.orElseGet(
                            () ->
                                    "the Job's pod was taken off its node, and is gone ("
                                            + condition.getMessage()
                                            + ")");
            return new Attempt.Failure(Fault.CLUSTER, EventReason.DISRUPTED, Messages.shorten(why));
        }
        Optional<String> said = pod.map(p -> p.getStatus().getMessage()).filter(m -> !m.isBlank());
        return new Attempt.Failure(
                pod.isPresent() ? Fault.RUN : Fault.CLUSTER,
                EventReason.JOB_FAILED,
                Messages.shorten(
                        said.orElse(
                                "its pod is gone without a result (deleted, or its node was"
                                        + " lost)")));
    }

    /// The attempt took too long.
    static Attempt.Failure deadlineExceeded() {
        return new Attempt.Failure(
                Fault.RUN,
                EventReason.DEADLINE_EXCEEDED,
                "the attempt took longer than its activeDeadlineSeconds");
    }

    /// Why a pod was removed from its node, if it was.
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
}
