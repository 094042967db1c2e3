package dev.cistern.controller.model;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The names of the run protocol, in one place.
public final class Names {
    /// Finalizer that keeps a PVC until its prime and Jobs are deleted.
    public static final String FINALIZER = "cistern.dev/populate";

    /// Field manager of all writes of the reconcile.
    public static final String FIELD_MANAGER = "cistern-controller";

    /// The Lease that the leader holds.
    public static final String LEASE = "cistern-controller";

    /// Field manager of `VolumePopulation.status.progress`.
    public static final String PROGRESS_MANAGER = "cistern-progress";

    /// Label of everything that belongs to a run: the manager.
    public static final String LABEL_MANAGED_BY = "app.kubernetes.io/managed-by";

    /// Value of [#LABEL_MANAGED_BY].
    public static final String MANAGED_BY = "cistern";

    /// Label of everything that belongs to a run: the PVC's UID.
    public static final String LABEL_UID = "cistern.dev/pvc-uid";

    /// Label of everything that belongs to a run: the PVC's name, when it fits a label.
    public static final String LABEL_NAME = "cistern.dev/pvc-name";

    /// Label of everything that belongs to a run: the PVC's namespace.
    public static final String LABEL_NAMESPACE = "cistern.dev/pvc-namespace";

    /// Label that excludes primes and Jobs from backups.
    public static final String LABEL_NO_BACKUP = "velero.io/exclude-from-backup";

    /// Label of a probe's Job and its pod: the UID of the StorageBackend. They belong to no run.
    public static final String LABEL_PROBE = "cistern.dev/probe-of";

    /// Annotation of the same: the StorageBackend's name, which may not fit a label.
    public static final String ANNOTATION_BACKEND = "cistern.dev/storage-backend";

    /// Field manager of `StorageBackend.status.probe`.
    public static final String PROBE_MANAGER = "cistern-probe";

    /// Label of a Job and its pods: the attempt's number.
    public static final String LABEL_ATTEMPT = "cistern.dev/attempt";

    /// Annotation of a PVC; a new value restarts a run that failed or is blocked. Of a run: the value when it was
    /// created.
    public static final String ANNOTATION_RETRY = "cistern.dev/retry";

    /// Annotation of a PV: UID of the PVC that it was filled for. Written by the same patch as the new claim.
    public static final String ANNOTATION_POPULATED_FOR = "cistern.dev/populated-for";

    /// Annotation of a prime: the node it was created for.
    public static final String ANNOTATION_MADE_FOR_NODE = "cistern.dev/made-for-node";

    /// Annotation of a run: fingerprint of the request.
    public static final String ANNOTATION_FINGERPRINT = "cistern.dev/asked";

    /// The provisioner that a PVC waits for, set by the cluster's PersistentVolume controller: the annotation's newer
    /// and older name.
    public static final List<String> ANNOTATIONS_PROVISIONER =
            List.of(
                    "volume.kubernetes.io/storage-provisioner",
                    "volume.beta.kubernetes.io/storage-provisioner");

    /// The scheduler's choice of a node for a PVC.
    public static final String ANNOTATION_SELECTED_NODE = "volume.kubernetes.io/selected-node";

    private static final String PRIME = "prime-";

    private static final String JOB = "populate-";

    private static final String PROBE = "probe-";

    /// Longest label value that the API accepts.
    private static final int MAX_LABEL = 63;

    private Names() {}

    /// Name of the run's `VolumePopulation`.
    public static String run(String uid) {
        return "pop-" + uid;
    }

    /// Name of the prime PVC.
    public static String prime(String uid) {
        return PRIME + uid;
    }

    /// Name of one attempt's Job.
    public static String job(String uid, int attempt) {
        return JOB + uid + "-" + attempt;
    }

    /// Name of one probe's Job.
    public static String probe(String backendUid, long number) {
        return PROBE + backendUid + "-" + number;
    }

    /// Whether a name may be that of a prime, a Job, or a Job's pod.
    public static boolean ofOurs(String name) {
        return name.startsWith(PRIME) || name.startsWith(JOB) || name.startsWith(PROBE);
    }

    /// A label's value for a name that may be longer than a label accepts; the UID label is what look-ups use.
    public static String labelValue(String name) {
        if (name.length() <= MAX_LABEL) {
            return name;
        }
        int end = MAX_LABEL;
        while (end > 0 && !Character.isLetterOrDigit(name.charAt(end - 1))) {
            end--;
        }
        return name.substring(0, end);
    }

    /// The labels that a run's prime, Jobs and pods share.
    public static Map<String, String> labels(ClaimKey claim) {
        Map<String, String> labels = new LinkedHashMap<>();
        labels.put(LABEL_MANAGED_BY, MANAGED_BY);
        labels.put(LABEL_UID, claim.uid());
        labels.put(LABEL_NAME, labelValue(claim.name()));
        labels.put(LABEL_NAMESPACE, claim.namespace());
        labels.put(LABEL_NO_BACKUP, "true");
        return labels;
    }
}
