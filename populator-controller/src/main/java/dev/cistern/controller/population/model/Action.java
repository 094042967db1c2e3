package dev.cistern.controller.population.model;

import dev.cistern.api.v1alpha1.VolumePopulation;
import dev.cistern.controller.model.Claim;
import dev.cistern.controller.model.ClaimKey;
import dev.cistern.controller.model.SourceRef;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import org.jspecify.annotations.Nullable;

/// One write. Each is idempotent, and the controller may die after any of them.
public sealed interface Action {
    /// Adds our finalizer to the PVC, if its finalizers are those observed.
    record AddFinalizer(Claim claim) implements Action {}

    /// Removes our finalizer from the PVC, if it is where it was observed.
    record RemoveFinalizer(Claim claim) implements Action {}

    /// Removes the scheduler's choice of a node from the PVC, so that it chooses again.
    record ClearSelectedNode(Claim claim) implements Action {}

    /// Creates the run's record.
    record CreateRun(VolumePopulation run) implements Action {}

    /// Turns the record of a waiting PVC into that of its run, guarded by the record's resource version.
    record BeginRun(VolumePopulation run, String resourceVersion) implements Action {}

    /// Deletes the run's record, so that it can be recreated.
    record DeleteRun(String namespace, String name, String uid) implements Action {}

    /// Creates the prime PVC.
    record CreatePrime(PersistentVolumeClaim prime) implements Action {}

    /// Deletes the prime PVC of that UID.
    record DeletePrime(String namespace, String name, String uid) implements Action {}

    /// Creates the Job of an attempt. The applier adds the report token: a plan holds no secret.
    record CreateJob(Job job, int attempt) implements Action {}

    /// Deletes the Job of that UID, and its pods.
    record DeleteJob(String namespace, String name, String uid) implements Action {}

    /// Hands a volume over from the prime to the user's PVC, guarded by the volume's resource version.
    record Rebind(String volume, String resourceVersion, ClaimKey claim) implements Action {}

    /// Writes the run's status, all but its progress.
    record WriteStatus(ClaimKey claim, RunStatus status, Timeline timeline) implements Action {}

    /// Records an event.
    ///
    /// @param claim the PVC it is about
    /// @param source the object named by the PVC, when the event is about it; null when it is about the PVC
    /// @param sourceUid UID of that object; null when unknown or when the event is about the PVC
    /// @param warning whether something is wrong
    /// @param reason machine-readable
    /// @param message human-readable
    record EmitEvent(
            ClaimKey claim,
            @Nullable SourceRef source,
            @Nullable String sourceUid,
            boolean warning,
            String reason,
            String message)
            implements Action {}
}
