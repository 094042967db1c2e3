package dev.cistern.controller.observe;

import dev.cistern.controller.model.Attempt;
import dev.cistern.controller.model.Why;
import dev.cistern.populate.wire.Outcome;
import dev.cistern.populate.wire.Reason;
import dev.cistern.populate.wire.RunResult;
import dev.cistern.populate.wire.WireException;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads attempts from Jobs and their pods.
///
/// The pod is asked first: it knows the end of its container about a second before the Job's controller writes it down,
/// and it alone knows what was said at the end.
final class Attempts {
    /// Longest message that is passed on: an event takes 1,024 bytes, and ours say more than the quoted text.
    private static final int MAX_MESSAGE = 700;

    private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");

    private Attempts() {}

    /// The attempts that have Jobs, lowest number first.
    static List<Attempt> read(List<Job> jobs, List<Pod> pods, PodTrouble trouble) {
        return jobs.stream()
                .map(job -> attempt(job, pods, trouble))
                .sorted(Comparator.comparingInt(Attempt::number))
                .toList();
    }

    /// How many of the pods may still write to their volume.
    static int live(List<Pod> pods) {
        return (int) pods.stream().filter(pod -> !ended(pod)).count();
    }

    private static boolean ended(Pod pod) {
        String phase = pod.getStatus() == null ? null : pod.getStatus().getPhase();
        return "Succeeded".equals(phase) || "Failed".equals(phase);
    }

    private static Attempt attempt(Job job, List<Pod> pods, PodTrouble trouble) {
        return new Attempt(
                number(job),
                job.getMetadata().getNamespace(),
                job.getMetadata().getName(),
                job.getMetadata().getUid(),
                Claims.time(job.getMetadata().getCreationTimestamp()),
                job.getMetadata().getDeletionTimestamp() != null,
                state(job, pod(job, pods), trouble));
    }

    /// The attempt's number: what follows the last hyphen of the Job's name.
    static int number(Job job) {
        String name = job.getMetadata().getName();
        try {
            return Integer.parseInt(name.substring(name.lastIndexOf('-') + 1));
        } catch (NumberFormatException e) {
            // Not made by us, although it has our labels; it counts as the first attempt and is
            // cleared away.
            return 1;
        }
    }

    private static Optional<Pod> pod(Job job, List<Pod> pods) {
        String uid = job.getMetadata().getUid();
        return pods.stream()
                .filter(
                        pod ->
                                pod.getMetadata().getOwnerReferences().stream()
                                        .anyMatch(owner -> owner.getUid().equals(uid)))
                .max(Comparator.comparing(pod -> pod.getMetadata().getCreationTimestamp()));
    }

    private static Attempt.State state(Job job, Optional<Pod> pod, PodTrouble trouble) {
        Optional<ContainerStatus> container = pod.flatMap(Attempts::container);
        Optional<ContainerStateTerminated> terminated =
                container.flatMap(
                        c ->
                                Optional.ofNullable(
                                        c.getState() == null
                                                ? null
                                                : c.getState().getTerminated()));
        if (terminated.isPresent()) {
            // Whatever else was put into the pod and still runs: it is none of ours.
            return ended(terminated.get());
        }
        Optional<JobCondition> failed = condition(job, "Failed");
        if (failed.isPresent()) {
            return new Attempt.State.Failed(failure(failed.get(), pod), Optional.empty());
        }
        if (condition(job, "Complete").isPresent()) {
            // Nobody says any more what was done; the next attempt finds it in place, or does it.
            return new Attempt.State.Failed(
                    new Attempt.Failure(
                            false,
                            Why.JOB_FAILED,
                            "its pod is gone, and with it what it said at the end"),
                    Optional.empty());
        }
        if (pod.filter(Attempts::ended).isPresent()) {
            // Evicted before its container ran; the Job's controller says so in a moment.
            return new Attempt.State.Starting(Optional.empty());
        }
        if (container
                .filter(c -> c.getState() != null && c.getState().getRunning() != null)
                .isPresent()) {
            return new Attempt.State.Running();
        }
        return new Attempt.State.Starting(
                pod.isEmpty() ? trouble.ofJob(job) : trouble.ofPod(pod.get(), container));
    }

    private static Attempt.State ended(ContainerStateTerminated terminated) {
        Optional<RunResult> result = result(terminated.getMessage());
        boolean success = terminated.getExitCode() != null && terminated.getExitCode() == 0;
        if (success && result.filter(r -> r.outcome() == Outcome.SUCCEEDED).isPresent()) {
            return new Attempt.State.Succeeded(result.get());
        }
        if (result.filter(r -> r.outcome() == Outcome.FAILED).isPresent()) {
            RunResult said = result.get();
            Reason reason = said.reason();
            return new Attempt.State.Failed(
                    new Attempt.Failure(
                            said.terminal(),
                            reason == null ? Why.JOB_FAILED : reason.wireName(),
                            shorten(said.message())),
                    result);
        }
        String said = terminated.getMessage() == null ? "" : terminated.getMessage().strip();
        String how =
                "the populate container ended with exit code "
                        + terminated.getExitCode()
                        + (terminated.getReason() == null
                                ? ""
                                : " (" + terminated.getReason() + ")");
        return new Attempt.State.Failed(
                new Attempt.Failure(
                        false,
                        Why.JOB_FAILED,
                        said.isEmpty() ? how : how + "; its last lines: " + lastOf(said)),
                Optional.empty());
    }

    private static Attempt.Failure failure(JobCondition condition, Optional<Pod> pod) {
        if ("DeadlineExceeded".equals(condition.getReason())) {
            return new Attempt.Failure(
                    false,
                    Why.DEADLINE_EXCEEDED,
                    "the attempt took longer than its activeDeadlineSeconds");
        }
        String podSays =
                pod.map(p -> p.getStatus().getMessage()).filter(m -> !m.isBlank()).orElse("");
        String why =
                podSays.isEmpty()
                        ? "its pod is gone without a word (deleted, or its node was lost)"
                        : podSays;
        return new Attempt.Failure(false, Why.JOB_FAILED, shorten(why));
    }

    private static Optional<RunResult> result(@Nullable String message) {
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

    private static Optional<ContainerStatus> container(Pod pod) {
        if (pod.getStatus() == null || pod.getStatus().getContainerStatuses() == null) {
            return Optional.empty();
        }
        return pod.getStatus().getContainerStatuses().stream()
                .filter(c -> "populate".equals(c.getName()))
                .findFirst();
    }

    private static Optional<JobCondition> condition(Job job, String type) {
        if (job.getStatus() == null || job.getStatus().getConditions() == null) {
            return Optional.empty();
        }
        return job.getStatus().getConditions().stream()
                .filter(c -> type.equals(c.getType()) && "True".equals(c.getStatus()))
                .findFirst();
    }

    static String shorten(String text) {
        return text.length() <= MAX_MESSAGE ? text : text.substring(0, MAX_MESSAGE) + " …";
    }

    private static String lastOf(String text) {
        return text.length() <= MAX_MESSAGE
                ? text
                : "… " + text.substring(text.length() - MAX_MESSAGE);
    }
}
