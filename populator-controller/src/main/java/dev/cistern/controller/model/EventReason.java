package dev.cistern.controller.model;

/// Reasons of events, conditions and runs, in addition to those of the engine. `docs/operations.md` explains each; a
/// test keeps the two in sync.
public final class EventReason {
    /// The object that `dataSourceRef` names does not exist.
    public static final String SOURCE_NOT_FOUND = "SourceNotFound";

    /// The `StorageBackend` that a source names does not exist.
    public static final String BACKEND_NOT_FOUND = "BackendNotFound";

    /// The `StorageBackend` does not admit the PVC's namespace.
    public static final String BACKEND_NOT_ALLOWED = "BackendNotAllowed";

    /// The `StorageBackend` does not let the PVC's namespace read that bucket or prefix.
    public static final String PATH_NOT_ALLOWED = "PathNotAllowed";

    /// The reference crosses namespaces and no `ReferenceGrant` allows it.
    public static final String REFERENCE_NOT_GRANTED = "ReferenceNotGranted";

    /// A feature gate of the controller is off.
    public static final String FEATURE_DISABLED = "FeatureDisabled";

    /// A field requests something that this version does not support.
    public static final String UNSUPPORTED_SOURCE = "UnsupportedSource";

    /// The PVC requests something that this version does not support.
    public static final String UNSUPPORTED_CLAIM = "UnsupportedClaim";

    /// The StorageClass cannot be used with a prime PVC.
    public static final String UNSUPPORTED_STORAGE_CLASS = "UnsupportedStorageClass";

    /// The StorageClass does not provision volumes.
    public static final String NO_PROVISIONER = "NoDynamicProvisioner";

    /// The PVC names no StorageClass, and there was no default so far.
    public static final String NO_STORAGE_CLASS = "WaitingForStorageClass";

    /// The StorageClass does not exist.
    public static final String STORAGE_CLASS_NOT_FOUND = "StorageClassNotFound";

    /// The StorageClass provisions volumes when a pod uses the claim, and none does yet.
    public static final String WAIT_FOR_FIRST_CONSUMER = "WaitForFirstConsumer";

    /// The run waits for admission: all slots are in use.
    public static final String QUEUED = "Queued";

    /// The prime has been waiting for its volume for some time.
    public static final String PROVISIONING = "Provisioning";

    /// The provisioner reports a warning about the prime.
    public static final String PROVISIONING_FAILED = "ProvisioningFailed";

    /// The node was given up; the scheduler is asked for another.
    public static final String RESCHEDULING = "Rescheduling";

    /// A Job fills the volume.
    public static final String POPULATING = "Populating";

    /// The Job runs, and its store does not respond.
    public static final String WAITING_FOR_STORE = "WaitingForStore";

    /// The Job runs, and its reports do not arrive.
    public static final String NO_REPORTS = "NoReports";

    /// The request changed while the run was blocked: it restarts.
    public static final String RESTARTED = "Restarted";

    /// The Job's pod does not start.
    public static final String POD_NOT_STARTING = "PodNotStarting";

    /// An attempt failed; another follows.
    public static final String RETRYING = "Retrying";

    /// The PVC is bound to the filled volume.
    public static final String POPULATED = "Populated";

    /// The run failed and is not retried.
    public static final String POPULATE_FAILED = "PopulateFailed";

    /// Too many attempts failed.
    public static final String RETRIES_EXHAUSTED = "RetriesExhausted";

    /// An outage of the store, or disruptions of Jobs, lasted longer than `retry.outageSeconds`.
    public static final String OUTAGE_TOO_LONG = "OutageTooLong";

    /// The Job was stopped from outside: evicted, preempted, drained, deleted, or lost with its node.
    public static final String DISRUPTED = "Disrupted";

    /// The Job needed more memory than its limit.
    public static final String OUT_OF_MEMORY = "OutOfMemory";

    /// The Job failed without a result.
    public static final String JOB_FAILED = "JobFailed";

    /// The Job took longer than `activeDeadlineSeconds`.
    public static final String DEADLINE_EXCEEDED = "DeadlineExceeded";

    /// The PVC is bound to a volume that was not filled.
    public static final String NOT_POPULATED = "NotPopulated";

    /// The run's reason for [#NOT_POPULATED].
    public static final String BOUND_ELSEWHERE = "BoundElsewhere";

    /// The prime lost its volume.
    public static final String VOLUME_LOST = "VolumeLost";

    /// The populator was deleted while a run used it.
    public static final String SOURCE_DELETED = "SourceDeleted";

    /// The API server rejects a write that the run needs.
    public static final String CREATE_FAILED = "CreateFailed";

    /// A populator, dataset or backend is usable.
    public static final String RESOLVED = "Resolved";

    /// No run has read from the backend with its current spec.
    public static final String NOT_USED_YET = "NotUsedYet";

    /// A run has read from the backend with its current spec.
    public static final String USED = "Used";

    /// A probe has listed what is at the backend.
    public static final String PROBED = "Probed";

    /// A probe reached the store, and could not check everything.
    public static final String PARTLY_CHECKED = "PartlyChecked";

    /// A probe could not run.
    public static final String PROBE_FAILED = "ProbeFailed";

    /// This version does not implement the kind, or what an object requests.
    public static final String NOT_IMPLEMENTED = "NotImplemented";

    private EventReason() {}
}
