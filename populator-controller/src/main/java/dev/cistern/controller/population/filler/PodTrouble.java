package dev.cistern.controller.population.filler;

import dev.cistern.controller.cluster.ApiValues;
import dev.cistern.controller.model.EventReason;
import dev.cistern.controller.model.WarningEvent;
import dev.cistern.controller.population.model.Attempt;
import dev.cistern.controller.population.model.Messages;
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

/// What keeps an attempt's container from running, in the words of the component that refuses it, and what to do.
///
/// In the order in which a pod starts: is it created, is it scheduled, are its images, Secrets and mounts available, have injected init
/// containers ended. Each is reported within ten seconds.
final class PodTrouble {
    /// The Job controller and kubelet need a moment, and times of objects are known to the second.
    private static final Duration MOMENT = Duration.ofSeconds(3);

    /// A pod may wait this long for a node, or for somebody else's init container, before anybody is told.
    private static final Duration LONG = Duration.ofSeconds(8);

    /// What kubelet calls the states that a container passes through on its way up.
    private static final Set<String> ON_THE_WAY = Set.of("ContainerCreating", "PodInitializing");

    /// Tells the newest warning about an object.
    interface Warnings {
        /// The newest warning about the object of that namespace and UID.
        Optional<WarningEvent> about(String namespace, String uid);
    }

    private final Warnings warnings;
    private final Instant now;

    PodTrouble(Warnings warnings, Instant now) {
        this.warnings = warnings;
        this.now = now;
    }

    /// What keeps the Job from having a pod.
    Optional<Attempt.Trouble> ofJob(Job job) {
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
                                                + " refuses the populate pod; once that is"
                                                + " corrected, the Job creates it by itself within"
                                                + " a minute"));
    }

    /// The Job controller tries each time with a pod of another name; without its last letters the words stay the same.
    private static String named(String message, Job job) {
        String name = job.getMetadata().getName();
        return message.replaceAll(Pattern.quote(name) + "-[a-z0-9]{1,5}\\b", name);
    }

    /// What keeps a pod from running its container.
    Optional<Attempt.Trouble> ofPod(Pod pod, Optional<ContainerStatus> container) {
        return container
                .flatMap(status -> waiting(pod, status, ""))
                .or(() -> ofInitContainers(pod))
                .or(() -> unscheduled(pod))
                .or(() -> warning(pod));
    }

    /// What keeps a pod that was told to end from ending. (Its time of deletion has its grace in it.)
    Optional<Attempt.Trouble> ofStopping(Pod pod) {
        if (!older(pod.getMetadata().getDeletionTimestamp(), LONG)) {
            return Optional.empty();
        }
        String node = pod.getSpec() == null ? null : pod.getSpec().getNodeName();
        return Optional.of(
                trouble(
                        EventReason.DISRUPTED,
                        "PodNotStopping",
                        "the populate pod was told to end, and its node "
                                + (node == null ? "" : node + " ")
                                + "does not say that it has; no other may write the volume before",
                        "when the node is back, or is deleted, or has the taint"
                                + " node.kubernetes.io/out-of-service, the copy goes on"));
    }

    private static Optional<Attempt.Trouble> waiting(
            Pod pod, ContainerStatus container, String who) {
        ContainerStateWaiting waiting =
                container.getState() == null ? null : container.getState().getWaiting();
        if (waiting == null
                || waiting.getReason() == null
                || ON_THE_WAY.contains(waiting.getReason())) {
            return Optional.empty();
        }
        String message =
                waiting.getMessage() == null
                        ? "the populate pod does not start"
                        : waiting.getMessage();
        String namespace = pod.getMetadata().getNamespace();
        String advice =
                switch (waiting.getReason()) {
                    case "CreateContainerConfigError" ->
                            "Secrets are looked for in namespace "
                                    + namespace
                                    + ", where the populate pod runs";
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

    /// Containers that somebody put into the pod before ours: one that cannot start, or does not end.
    private Optional<Attempt.Trouble> ofInitContainers(Pod pod) {
        for (ContainerStatus init : initContainers(pod)) {
            Optional<Attempt.Trouble> waiting =
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
                                "the populate container waits for init container "
                                        + init.getName()
                                        + " to end, which was injected into the pod",
                                "turn that injection off for populate pods of namespace "
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

    private Optional<Attempt.Trouble> unscheduled(Pod pod) {
        return older(pod.getMetadata().getCreationTimestamp(), LONG)
                ? scheduled(pod)
                        .filter(c -> "False".equals(c.getStatus()))
                        .map(PodTrouble::unscheduled)
                : Optional.empty();
    }

    private static Attempt.Trouble unscheduled(PodCondition condition) {
        return new Attempt.Trouble(
                EventReason.POD_NOT_STARTING,
                condition.getReason() == null ? "Unschedulable" : condition.getReason(),
                Messages.shorten(
                        condition.getMessage() == null
                                ? "no node takes the populate pod"
                                : condition.getMessage()));
    }

    private static Optional<PodCondition> scheduled(Pod pod) {
        return pod.getStatus() == null || pod.getStatus().getConditions() == null
                ? Optional.empty()
                : pod.getStatus().getConditions().stream()
                        .filter(c -> "PodScheduled".equals(c.getType()))
                        .findFirst();
    }

    /// What kubelet says of a pod that has its node: above all that a volume cannot be mounted.
    private Optional<Attempt.Trouble> warning(Pod pod) {
        if (!older(pod.getMetadata().getCreationTimestamp(), MOMENT)) {
            return Optional.empty();
        }
        boolean placed = scheduled(pod).filter(c -> "True".equals(c.getStatus())).isPresent();
        String namespace = pod.getMetadata().getNamespace();
        return warnings.about(namespace, pod.getMetadata().getUid())
                // The scheduler's are in the condition, and over when there is a node.
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

    private static Attempt.Trouble trouble(String reason, String message, String advice) {
        return trouble(EventReason.POD_NOT_STARTING, reason, message, advice);
    }

    private static Attempt.Trouble trouble(
            String eventReason, String reason, String message, String advice) {
        return new Attempt.Trouble(
                eventReason, reason, Messages.shorten(message) + " (" + advice + ")");
    }
}
