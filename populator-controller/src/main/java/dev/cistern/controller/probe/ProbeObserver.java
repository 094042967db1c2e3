package dev.cistern.controller.probe;

import dev.cistern.api.v1alpha1.StorageBackend;
import dev.cistern.api.v1alpha1.storagebackendstatus.Probe;
import dev.cistern.controller.backend.Backends;
import dev.cistern.controller.backend.ProbeWish;
import dev.cistern.controller.cluster.ApiValues;
import dev.cistern.controller.cluster.ClusterView;
import dev.cistern.controller.cluster.ProbeLookups;
import dev.cistern.controller.job.PodTrouble;
import dev.cistern.controller.model.Messages;
import dev.cistern.controller.model.Names;
import dev.cistern.controller.probe.plan.ProbeAttempt;
import dev.cistern.controller.probe.plan.ProbeRecord;
import dev.cistern.controller.probe.plan.ProbeView;
import dev.cistern.controller.resolve.ProbeTarget;
import dev.cistern.populate.wire.ProbeResult;
import dev.cistern.populate.wire.WireException;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// Observes one StorageBackend and the Jobs of its probes.
final class ProbeObserver {
    private final ClusterView view;
    private final ProbeLookups lookups;
    private final String namespace;

    /// @param namespace where probes run
    ProbeObserver(ClusterView view, ProbeLookups lookups, String namespace) {
        this.view = view;
        this.lookups = lookups;
        this.namespace = namespace;
    }

    /// What is seen of a backend.
    ///
    /// @param running probes of other backends
    ProbeView observe(StorageBackend backend, Instant now, int running) {
        String name = backend.getMetadata().getName();
        boolean usable =
                Backends.of(backend.getSpec().getType()).unsupported(backend.getSpec()).isEmpty();
        Optional<ProbeRecord> last =
                Optional.ofNullable(
                                backend.getStatus() == null ? null : backend.getStatus().getProbe())
                        .flatMap(ProbeObserver::record);
        return new ProbeView(
                now,
                name,
                backend.getMetadata().getUid(),
                backend.getMetadata().getDeletionTimestamp() != null,
                usable
                        ? ProbeTarget.of(
                                view, backend, lookups.datasetsOf(name), lookups.populatorsOf(name))
                        : Optional.empty(),
                ProbeTarget.fingerprint(backend),
                ProbeWish.of(backend.getSpec()).interval(),
                last,
                "False".equals(readiness(backend)),
                jobs(backend, last, now),
                running);
    }

    /// The status of the condition `Ready`; empty before there is one.
    static String readiness(StorageBackend backend) {
        if (backend.getStatus() == null || backend.getStatus().getConditions() == null) {
            return "";
        }
        return backend.getStatus().getConditions().stream()
                .filter(condition -> "Ready".equals(condition.getType()))
                .map(Condition::getStatus)
                .findFirst()
                .orElse("");
    }

    private static Optional<ProbeRecord> record(Probe probe) {
        if (probe.getNumber() == null
                || probe.getOutcome() == null
                || probe.getFinishedAt() == null) {
            return Optional.empty();
        }
        return Optional.of(
                new ProbeRecord(
                        probe.getNumber(),
                        switch (probe.getOutcome()) {
                            case SUCCEEDED -> ProbeRecord.Outcome.SUCCEEDED;
                            case PARTIAL -> ProbeRecord.Outcome.PARTIAL;
                            case FAILED -> ProbeRecord.Outcome.FAILED;
                            case UNKNOWN -> ProbeRecord.Outcome.UNKNOWN;
                        },
                        probe.getReason(),
                        Objects.requireNonNullElse(probe.getMessage(), ""),
                        Objects.requireNonNullElse(probe.getPath(), ""),
                        Objects.requireNonNullElse(probe.getFingerprint(), ""),
                        probe.getFinishedAt().toInstant()));
    }

    private List<ProbeAttempt> jobs(
            StorageBackend backend, Optional<ProbeRecord> last, Instant now) {
        String uid = backend.getMetadata().getUid();
        List<Job> jobs = new ArrayList<>(lookups.probeJobs(uid));
        // Just made, and not in the index yet.
        String next = Names.probe(uid, last.map(ProbeRecord::number).orElse(0L) + 1);
        lookups.job(namespace, next)
                .filter(job -> jobs.stream().noneMatch(j -> j.getMetadata().getName().equals(next)))
                .filter(job -> uid.equals(ApiValues.label(job, Names.LABEL_PROBE)))
                .ifPresent(jobs::add);
        List<Pod> pods = lookups.probePods(uid);
        return jobs.stream()
                // Elsewhere anybody may give a Job our labels, and let it end as he likes.
                .filter(job -> namespace.equals(job.getMetadata().getNamespace()))
                .map(job -> attempt(job, pods, now))
                .toList();
    }

    private ProbeAttempt attempt(Job job, List<Pod> pods, Instant now) {
        String name = job.getMetadata().getName();
        Map<String, String> annotations = job.getMetadata().getAnnotations();
        return new ProbeAttempt(
                number(name),
                job.getMetadata().getNamespace(),
                name,
                job.getMetadata().getUid(),
                job.getMetadata().getDeletionTimestamp() != null,
                annotations == null
                        ? ""
                        : annotations.getOrDefault(Names.ANNOTATION_FINGERPRINT, ""),
                ApiValues.time(job.getMetadata().getCreationTimestamp()),
                state(job, pods, now));
    }

    private static long number(String name) {
        try {
            return Long.parseLong(name.substring(name.lastIndexOf('-') + 1));
        } catch (NumberFormatException e) {
            // Not made by us, although it has our labels: it is cleared away.
            return 0;
        }
    }

    private ProbeAttempt.State state(Job job, List<Pod> pods, Instant now) {
        Optional<Pod> pod =
                pods.stream()
                        .filter(
                                p ->
                                        p.getMetadata().getOwnerReferences().stream()
                                                .anyMatch(
                                                        owner ->
                                                                owner.getUid()
                                                                        .equals(
                                                                                job.getMetadata()
                                                                                        .getUid())))
                        .findFirst();
        Optional<ContainerStatus> container = pod.flatMap(ProbeObserver::container);
        Optional<ContainerStateTerminated> ended =
                container.flatMap(
                        c ->
                                Optional.ofNullable(
                                        c.getState() == null
                                                ? null
                                                : c.getState().getTerminated()));
        if (ended.isPresent()) {
            return ended(ended.get());
        }
        Optional<String> condition = ended(job);
        if (condition.isPresent()) {
            return new ProbeAttempt.State.Lost(condition.get());
        }
        PodTrouble trouble = new PodTrouble("probe", view::warning, now);
        return new ProbeAttempt.State.Running(
                pod.isEmpty() ? trouble.ofJob(job) : trouble.ofPod(pod.get(), container));
    }

    private static ProbeAttempt.State ended(ContainerStateTerminated ended) {
        String message = ended.getMessage() == null ? "" : ended.getMessage();
        try {
            return new ProbeAttempt.State.Ended(ProbeResult.fromJson(message));
        } catch (WireException e) {
            return new ProbeAttempt.State.Lost(
                    "the probe's container ended with exit code "
                            + ended.getExitCode()
                            + (ended.getReason() == null ? "" : " (" + ended.getReason() + ")")
                            + " and without a result"
                            + (message.isBlank()
                                    ? "; is the image of populate Jobs (CISTERN_POPULATE_IMAGE) the"
                                            + " right one?"
                                    : ": " + Messages.lastOf(message.strip())));
        }
    }

    private static Optional<ContainerStatus> container(Pod pod) {
        if (pod.getStatus() == null || pod.getStatus().getContainerStatuses() == null) {
            return Optional.empty();
        }
        return pod.getStatus().getContainerStatuses().stream()
                .filter(c -> "probe".equals(c.getName()))
                .findFirst();
    }

    /// Why a Job is over although its pod does not say so.
    private static Optional<String> ended(Job job) {
        if (job.getStatus() == null || job.getStatus().getConditions() == null) {
            return Optional.empty();
        }
        return job.getStatus().getConditions().stream()
                .filter(c -> "True".equals(c.getStatus()))
                .filter(c -> "Failed".equals(c.getType()) || "Complete".equals(c.getType()))
                .findFirst()
                .map(ProbeObserver::words);
    }

    private static String words(JobCondition condition) {
        return "DeadlineExceeded".equals(condition.getReason())
                ? "the probe's pod did not start, or did not end, in time"
                : "the probe's pod is gone without a result (" + condition.getMessage() + ")";
    }
}
