package dev.cistern.controller.job;

import dev.cistern.controller.cluster.ApiValues;
import dev.cistern.controller.model.EventReason;
import dev.cistern.controller.model.Messages;
import dev.cistern.controller.model.Trouble;
import dev.cistern.controller.model.WarningEvent;
import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Explains why an attempt's container does not run, quoting the component that rejects it, and says what to do.
///
/// Checks follow the order of a pod's start: creation, scheduling, images, Secrets and mounts, injected init
/// containers. Each problem is reported within ten seconds.
public final class PodTrouble {
    /// Allowance for the Job controller and kubelet; object timestamps have a resolution of a second.
    private static final Duration MOMENT = Duration.ofSeconds(3);

    /// Longest wait for a node, or for an injected init container, that is not reported.
    private static final Duration LONG = Duration.ofSeconds(8);

    /// Kubelet's names of the normal states of a starting container.
    private static final Set<String> ON_THE_WAY = Set.of("ContainerCreating", "PodInitializing");

    /// Looks up warnings.
    public interface Warnings {
        /// The newest warning about the object of that namespace and UID.
        Optional<WarningEvent> about(String namespace, String uid);
    }

    private final String kind;
    private final Warnings warnings;
    private final Instant now;

    /// @param kind of pod, as messages call it: `populate` or `probe`
    /// @param now the leader's clock
    public PodTrouble(String kind, Warnings warnings, Instant now) {
        this.kind = kind;
        this.warnings = warnings;
        this.now = now;
    }

    /// Why the Job has no pod.
    public Optional<Trouble> ofJob(Job job) {
        if (!older(job.getMetadata().getCreationTimestamp(), MOMENT)) {
            return Optional.empty();
        }
        String namespace = job.getMetadata().getNamespace();
        return warnings.about(namespace, job.getMetadata().getUid())
                .map(
                        warning ->
                                trouble(
                                        warning.reason(),
                                        named(warning.message(), job),
                                        "namespace "
                                                + namespace
                                                + " refuses the "
                                                + kind
                                                + " pod; once that is"
                                                + " corrected, the Job creates it by itself within"
                                                + " a minute"));
    }

    /// The Job controller retries with pods of different names; the message without the random suffix stays the same.
    private static String named(String message, Job job) {
        String name = job.getMetadata().getName();
        return message.replaceAll(Pattern.quote(name) + "-[a-z0-9]{1,5}\\b", name);
    }

    /// Why a pod does not run its container.
    public Optional<Trouble> ofPod(Pod pod, Optional<ContainerStatus> container) {
        return container
                .flatMap(status -> waiting(pod, status, ""))
                .or(() -> ofInitContainers(pod))
                .or(() -> unscheduled(pod))
                .or(() -> warning(pod));
    }

    /// Why a terminating pod does not end. (Its deletion time includes the grace period.)
    public Optional<Trouble> ofStopping(Pod pod) {
        if (!older(pod.getMetadata().getDeletionTimestamp(), LONG)) {
            return Optional.empty();
        }
        String node = pod.getSpec() == null ? null : pod.getSpec().getNodeName();
        return Optional.of(
                trouble(
                        EventReason.DISRUPTED,
                        "PodNotStopping",
                        "the "
                                + kind
                                + " pod was told to end, and its node "
                                + (node == null ? "" : node + " ")
                                + "does not say that it has; no other may write the volume before",
                        "when the node is back, or is deleted, or has the taint"
                                + " node.kubernetes.io/out-of-service, the copy goes on"));
    }

    private Optional<Trouble> waiting(Pod pod, ContainerStatus container, String who) {
        ContainerStateWaiting waiting =
                container.getState() == null ? null : container.getState().getWaiting();
        if (waiting == null
                || waiting.getReason() == null
                || ON_THE_WAY.contains(waiting.getReason())) {
            return Optional.empty();
        }
        String message =
                waiting.getMessage() == null
                        ? "the " + kind + " pod does not start"
                        : waiting.getMessage();
        String namespace = pod.getMetadata().getNamespace();
        String advice =
                switch (waiting.getReason()) {
                    case "CreateContainerConfigError" ->
                            "Secrets are looked for in namespace "
                                    + namespace
                                    + ", where the "
                                    + kind
                                    + " pod runs";
                    case "ErrImagePull",
                            "ImagePullBackOff",
                            "InvalidImageName",
                            "ErrImageNeverPull" ->
                            "image "
                                    + container.getImage()
                                    + "; Secrets to pull it with are looked for in namespace "
                                    + namespace;
                    default -> "pod " + namespace + "/" + pod.getMetadata().getName();
                };
        return Optional.of(trouble(waiting.getReason(), who + message, advice));
    }

    /// Injected init containers: one that cannot start, or does not end.
    private Optional<Trouble> ofInitContainers(Pod pod) {
        for (ContainerStatus init : initContainers(pod)) {
            Optional<Trouble> waiting =
                    waiting(pod, init, "init container " + init.getName() + ": ");
            if (waiting.isPresent()) {
                return waiting;
            }
            boolean running = init.getState() != null && init.getState().getRunning() != null;
            if (running
                    && !Boolean.TRUE.equals(init.getStarted())
                    && older(init.getState().getRunning().getStartedAt(), LONG)) {
                return Optional.of(
                        trouble(
                                "InitContainerRunning",
                                "the "
                                        + kind
                                        + " container waits for init container "
                                        + init.getName()
                                        + " to end, which was injected into the pod",
                                "turn that injection off for "
                                        + kind
                                        + " pods of namespace "
                                        + pod.getMetadata().getNamespace()));
            }
        }
        return Optional.empty();
    }

    private static List<ContainerStatus> initContainers(Pod pod) {
        return pod.getStatus() == null || pod.getStatus().getInitContainerStatuses() == null
                ? List.of()
                : pod.getStatus().getInitContainerStatuses();
    }

    private Optional<Trouble> unscheduled(Pod pod) {
        return older(pod.getMetadata().getCreationTimestamp(), LONG)
                ? scheduled(pod).filter(c -> "False".equals(c.getStatus())).map(this::unscheduled)
                : Optional.empty();
    }

    private Trouble unscheduled(PodCondition condition) {
        return new Trouble(
                EventReason.POD_NOT_STARTING,
                condition.getReason() == null ? "Unschedulable" : condition.getReason(),
                Messages.shorten(
                        condition.getMessage() == null
                                ? "no node takes the " + kind + " pod"
                                : condition.getMessage()));
    }

    private static Optional<PodCondition> scheduled(Pod pod) {
        return pod.getStatus() == null || pod.getStatus().getConditions() == null
                ? Optional.empty()
                : pod.getStatus().getConditions().stream()
                        .filter(c -> "PodScheduled".equals(c.getType()))
                        .findFirst();
    }

    /// Kubelet's warnings about a scheduled pod: above all that a volume cannot be mounted.
    private Optional<Trouble> warning(Pod pod) {
        if (!older(pod.getMetadata().getCreationTimestamp(), MOMENT)) {
            return Optional.empty();
        }
        boolean placed = scheduled(pod).filter(c -> "True".equals(c.getStatus())).isPresent();
        String namespace = pod.getMetadata().getNamespace();
        return warnings.about(namespace, pod.getMetadata().getUid())
                // The scheduler's warnings are in the condition, and obsolete once there is a node.
                .filter(warning -> placed && !warning.reason().equals("FailedScheduling"))
                .map(
                        warning ->
                                trouble(
                                        warning.reason(),
                                        warning.message(),
                                        "pod "
                                                + namespace
                                                + "/"
                                                + pod.getMetadata().getName()
                                                + (warning.host().isEmpty()
                                                        ? ""
                                                        : " on node " + warning.host())));
    }

    private boolean older(@Nullable String time, Duration age) {
        return time != null && !ApiValues.time(time).plus(age).isAfter(now);
    }

    private static Trouble trouble(String reason, String message, String advice) {
        return trouble(EventReason.POD_NOT_STARTING, reason, message, advice);
    }

    private static Trouble trouble(
            String eventReason, String reason, String message, String advice) {
        return new Trouble(eventReason, reason, Messages.shorten(message) + " (" + advice + ")");
    }
}
