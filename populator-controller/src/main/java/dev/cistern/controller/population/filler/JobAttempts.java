package dev.cistern.controller.population.filler;

import dev.cistern.controller.cluster.ApiValues;
import dev.cistern.controller.job.PodTrouble;
import dev.cistern.controller.population.model.Attempt;
import dev.cistern.controller.population.model.LastReport;
import dev.cistern.populate.wire.RunResult;
import io.fabric8.kubernetes.api.model.ContainerStateRunning;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// Reads attempts from Jobs and their pods.
///
/// The pod is read first: it shows the end of its container about a second before the Job controller records it, and
/// only it has the termination message. Two watches have no common order: a finished Job is not evaluated before its
/// pod was read from the API server ([#unexplained]).
final class JobAttempts {
    private JobAttempts() {}

    /// The attempts that have Jobs, lowest number first.
    ///
    /// @param report the run's last report
    static List<Attempt> read(
            List<Job> jobs, List<Pod> pods, PodTrouble trouble, Optional<LastReport> report) {
        return jobs.stream()
                .map(
                        job ->
                                attempt(
                                        job,
                                        pods,
                                        trouble,
                                        report.filter(r -> r.attempt() == number(job))
                                                .flatMap(LastReport::result)))
                .sorted(Comparator.comparingInt(Attempt::number))
                .toList();
    }

    /// Number of pods that may still write to their volume.
    static int live(List<Pod> pods) {
        return (int) pods.stream().filter(pod -> !ended(pod)).count();
    }

    private static boolean ended(Pod pod) {
        String phase = pod.getStatus() == null ? null : pod.getStatus().getPhase();
        return "Succeeded".equals(phase) || "Failed".equals(phase);
    }

    private static Attempt attempt(
            Job job, List<Pod> pods, PodTrouble trouble, Optional<RunResult> reported) {
        Optional<Pod> pod = pod(job, pods);
        return new Attempt(
                number(job),
                job.getMetadata().getNamespace(),
                job.getMetadata().getName(),
                job.getMetadata().getUid(),
                ApiValues.time(job.getMetadata().getCreationTimestamp()),
                job.getMetadata().getDeletionTimestamp() != null,
                pod.map(p -> p.getSpec() == null ? null : p.getSpec().getNodeName()).orElse(null),
                state(job, pod, trouble, reported));
    }

    /// The attempt's number: what follows the last hyphen of the Job's name.
    static int number(Job job) {
        String name = job.getMetadata().getName();
        try {
            return Integer.parseInt(name.substring(name.lastIndexOf('-') + 1));
        } catch (NumberFormatException e) {
            // Not created by us, although it has our labels; it counts as the first attempt and is
            // deleted.
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

    private static Attempt.State state(
            Job job, Optional<Pod> pod, PodTrouble trouble, Optional<RunResult> reported) {
        Optional<ContainerStatus> container = pod.flatMap(JobAttempts::container);
        Optional<ContainerStateTerminated> terminated = container.flatMap(JobAttempts::terminated);
        if (terminated.isPresent()) {
            // Injected containers may still run; ignore them.
            return JobEnd.of(terminated.get(), pod.get(), reported);
        }
        Optional<JobCondition> end = end(job);
        if (end.isPresent()) {
            return JobEnd.of(end.get(), pod, reported);
        }
        if (pod.filter(JobAttempts::ended).isPresent()) {
            // Evicted before its container ran; the Job controller will report it shortly.
            return new Attempt.State.Starting(Optional.empty());
        }
        if (pod.filter(p -> p.getMetadata().getDeletionTimestamp() != null).isPresent()) {
            return new Attempt.State.Stopping(trouble.ofStopping(pod.get()));
        }
        Optional<ContainerStateRunning> running =
                container.filter(c -> c.getState() != null).map(c -> c.getState().getRunning());
        if (running.isPresent()) {
            String since = running.get().getStartedAt();
            return new Attempt.State.Running(
                    ApiValues.time(
                            since == null ? job.getMetadata().getCreationTimestamp() : since));
        }
        return new Attempt.State.Starting(
                pod.isEmpty() ? trouble.ofJob(job) : trouble.ofPod(pod.get(), container));
    }

    private static Optional<ContainerStatus> container(Pod pod) {
        if (pod.getStatus() == null || pod.getStatus().getContainerStatuses() == null) {
            return Optional.empty();
        }
        return pod.getStatus().getContainerStatuses().stream()
                .filter(c -> "populate".equals(c.getName()))
                .findFirst();
    }

    /// Whether a Job has finished and its pod's end is not in the cache: the Jobs' watch is ahead of the pods', or the
    /// pod is gone.
    static boolean unexplained(List<Job> jobs, List<Pod> pods) {
        return jobs.stream()
                .filter(job -> job.getMetadata().getDeletionTimestamp() == null)
                .filter(job -> end(job).isPresent())
                .anyMatch(job -> pod(job, pods).filter(JobAttempts::tells).isEmpty());
    }

    /// Whether a pod shows how its attempt ended.
    private static boolean tells(Pod pod) {
        return ended(pod) || container(pod).flatMap(JobAttempts::terminated).isPresent();
    }

    private static Optional<ContainerStateTerminated> terminated(ContainerStatus container) {
        return Optional.ofNullable(
                container.getState() == null ? null : container.getState().getTerminated());
    }

    /// The condition of a finished Job.
    private static Optional<JobCondition> end(Job job) {
        return condition(job, "Failed").or(() -> condition(job, "Complete"));
    }

    private static Optional<JobCondition> condition(Job job, String type) {
        if (job.getStatus() == null || job.getStatus().getConditions() == null) {
            return Optional.empty();
        }
        return job.getStatus().getConditions().stream()
                .filter(c -> type.equals(c.getType()) && "True".equals(c.getStatus()))
                .findFirst();
    }
}
