package dev.cistern.controller.model;

/// The reasons that events, conditions and runs carry, besides those of the engine. What each means and what to do
/// about it is in `docs/operations.md`; a test holds the two together.
public final class EventReason {
    /// The object that `dataSourceRef` names is not there.
    public static final String SOURCE_NOT_FOUND = "SourceNotFound";

    /// The `StorageBackend` that a source names is not there.
    public static final String BACKEND_NOT_FOUND = "BackendNotFound";

    /// The `StorageBackend` does not admit the PVC's namespace.
    public static final String BACKEND_NOT_ALLOWED = "BackendNotAllowed";

    /// The reference crosses namespaces and no `ReferenceGrant` allows it.
    public static final String REFERENCE_NOT_GRANTED = "ReferenceNotGranted";

    /// A field asks for something that this version does not do.
    public static final String UNSUPPORTED_SOURCE = "UnsupportedSource";

    /// The PVC asks for something that this version does not do.
    public static final String UNSUPPORTED_CLAIM = "UnsupportedClaim";

    /// The StorageClass cannot be used with a prime PVC.
    public static final String UNSUPPORTED_STORAGE_CLASS = "UnsupportedStorageClass";

    /// The StorageClass makes no volumes.
    public static final String NO_PROVISIONER = "NoDynamicProvisioner";

    /// The PVC names no StorageClass, and there was no default so far.
    public static final String NO_STORAGE_CLASS = "WaitingForStorageClass";

    /// There is no StorageClass of that name.
    public static final String STORAGE_CLASS_NOT_FOUND = "StorageClassNotFound";

    /// The StorageClass makes volumes when a pod uses the claim, and none does yet.
    public static final String WAIT_FOR_FIRST_CONSUMER = "WaitForFirstConsumer";

    /// All slots for runs that are being set up are in use.
    public static final String WAITING_FOR_TURN = "WaitingForTurn";

    /// The prime waits for its volume for some time.
    public static final String PROVISIONING = "Provisioning";

    /// The provisioner complains about the prime.
    public static final String PROVISIONING_FAILED = "ProvisioningFailed";

    /// The node was given up; the scheduler is asked for another.
    public static final String RESCHEDULING = "Rescheduling";

    /// A Job fills the volume.
    public static final String POPULATING = "Populating";

    /// The Job runs, and its store does not answer.
    public static final String WAITING_FOR_STORE = "WaitingForStore";

    /// The Job runs, and its reports do not arrive.
    public static final String NO_REPORTS = "NoReports";

    /// The request changed while the run was blocked: it restarts.
    public static final String STARTED_AFRESH = "StartedAfresh";

    /// The Job's pod does not start.
    public static final String POD_NOT_STARTING = "PodNotStarting";

    /// An attempt failed; there will be another.
    public static final String RETRYING = "Retrying";

    /// The PVC is bound to the filled volume.
    public static final String POPULATED = "Populated";

    /// The run failed for good.
    public static final String POPULATE_FAILED = "PopulateFailed";

    /// Too many attempts failed.
    public static final String RETRIES_EXHAUSTED = "RetriesExhausted";

    /// An outage of the store, or disruptions of Jobs, lasted longer than `retry.outageSeconds`.
    public static final String OUTAGE_TOO_LONG = "OutageTooLong";

    /// The Job was stopped from outside: evicted, preempted, drained, deleted, or lost with its node.
    public static final String DISRUPTED = "Disrupted";

    /// The Job needed more memory than its limit.
    public static final String OUT_OF_MEMORY = "OutOfMemory";

    /// The Job ended without saying why.
    public static final String JOB_FAILED = "JobFailed";

    /// The Job took longer than `activeDeadlineSeconds`.
    public static final String DEADLINE_EXCEEDED = "DeadlineExceeded";

    /// The PVC is bound, but not to a volume that was filled.
    public static final String NOT_POPULATED = "NotPopulated";

    /// The run's reason for the same.
    public static final String BOUND_ELSEWHERE = "BoundElsewhere";

    /// The prime lost its volume.
    public static final String VOLUME_LOST = "VolumeLost";

    /// The populator was deleted while a run used it.
    public static final String SOURCE_DELETED = "SourceDeleted";

    /// The API server refuses a write that the run does not get on without.
    public static final String CREATE_FAILED = "CreateFailed";

    /// A populator, dataset or backend can be used.
    public static final String RESOLVED = "Resolved";

    /// The backend's type of store is not one that this version reads.
    public static final String UNSUPPORTED_TYPE = "UnsupportedType";

    /// No run has read from the backend as it is now.
    public static final String NOT_USED_YET = "NotUsedYet";

    /// A run has read from the backend as it is now.
    public static final String USED = "Used";

    /// The kind, or what an object asks for, is not there yet in this version.
    public static final String NOT_IMPLEMENTED = "NotImplemented";

    private EventReason() {}
}
