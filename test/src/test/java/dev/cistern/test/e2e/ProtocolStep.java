package dev.cistern.test.e2e;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobStatus;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The writes of the protocol, in order, each recognized by the API objects right after it.
enum ProtocolStep {
    FINALIZER_SET,
    RUN_MADE,
    PRIME_MADE,
    PRIME_BOUND,
    JOB_MADE,
    JOB_RUNNING,
    JOB_DONE,
    VOLUME_REBOUND,
    CLAIM_BOUND,
    PRIME_DELETED,
    JOB_DELETED,
    FINALIZER_REMOVED;

    /// The UID of the PVC for which an object was created, or of the PVC itself.
    static @Nullable String claimOf(HasMetadata object) {
        if (object instanceof PersistentVolume volume) {
            var claim = volume.getSpec().getClaimRef();
            return claim == null ? null : claim.getUid();
        }
        String label = labelledFor(object);
        if (label != null) {
            return label;
        }
        if (object instanceof GenericKubernetesResource run) {
            return run.getMetadata().getName().substring("pop-".length());
        }
        return object instanceof PersistentVolumeClaim ? object.getMetadata().getUid() : null;
    }

    private static @Nullable String labelledFor(HasMetadata object) {
        var labels = object.getMetadata().getLabels();
        return labels == null ? null : labels.get(Leftovers.UID_LABEL);
    }

    /// The completed steps, as an event about `object` shows.
    ///
    /// @param deleted whether the object was deleted
    static Set<ProtocolStep> shownBy(HasMetadata object, boolean deleted) {
        boolean going = deleted || object.getMetadata().getDeletionTimestamp() != null;
        return switch (object) {
            case PersistentVolume volume -> EnumSet.of(VOLUME_REBOUND);
            // The record of a PVC whose run does not exist yet names no sources.
            case GenericKubernetesResource run when run.get("spec", "sources") == null ->
                    EnumSet.noneOf(ProtocolStep.class);
            case GenericKubernetesResource run -> EnumSet.of(RUN_MADE);
            // The controller uses the pod's exit: the Job may be deleted before its status shows
            // it.
            case Pod pod ->
                    "Succeeded".equals(pod.getStatus().getPhase())
                            ? EnumSet.of(JOB_RUNNING, JOB_DONE)
                            : EnumSet.noneOf(ProtocolStep.class);
            case Job job when going -> EnumSet.of(JOB_DELETED);
            case Job job -> ofJob(job.getStatus());
            case PersistentVolumeClaim prime when labelledFor(prime) != null ->
                    going
                            ? EnumSet.of(PRIME_DELETED)
                            : isBound(prime)
                                    ? EnumSet.of(PRIME_MADE, PRIME_BOUND)
                                    : EnumSet.of(PRIME_MADE);
            case PersistentVolumeClaim claim -> ofClaim(claim);
            default -> EnumSet.noneOf(ProtocolStep.class);
        };
    }

    private static Set<ProtocolStep> ofJob(@Nullable JobStatus status) {
        Set<ProtocolStep> steps = EnumSet.of(JOB_MADE);
        if (status != null && status.getReady() != null && status.getReady() > 0) {
            steps.add(JOB_RUNNING);
        }
        return steps;
    }

    private static Set<ProtocolStep> ofClaim(PersistentVolumeClaim claim) {
        boolean held = claim.getMetadata().getFinalizers().contains(Leftovers.FINALIZER);
        if (isBound(claim)) {
            return held ? EnumSet.of(CLAIM_BOUND) : EnumSet.of(CLAIM_BOUND, FINALIZER_REMOVED);
        }
        return held ? EnumSet.of(FINALIZER_SET) : EnumSet.noneOf(ProtocolStep.class);
    }

    private static boolean isBound(PersistentVolumeClaim claim) {
        return "Bound".equals(claim.getStatus().getPhase());
    }
}
