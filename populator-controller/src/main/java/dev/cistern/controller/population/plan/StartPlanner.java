package dev.cistern.controller.population.plan;

import dev.cistern.api.v1alpha1.VolumePopulation;
import dev.cistern.controller.model.Claim;
import dev.cistern.controller.model.EventReason;
import dev.cistern.controller.model.Resolution;
import dev.cistern.controller.model.RunSnapshot;
import dev.cistern.controller.population.model.Action;
import dev.cistern.controller.population.model.ClassState;
import dev.cistern.controller.population.model.RunStatus;
import dev.cistern.controller.population.model.Settings;
import dev.cistern.controller.population.model.WaitingRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Plans for a PVC without a run: starts one, or reports why it cannot.
final class StartPlanner {
    /// Variables that the provisioner replaces with values of the claim it provisions for: the prime, not the user's.
    private static final Pattern CLAIM_VARIABLE =
            Pattern.compile("\\$\\{pvc\\.(name|namespace|annotations\\[[^]]*])}");

    /// Manifests are applied in any order: a missing object may be created a moment later. (Creation times have a
    /// resolution of a second.)
    private static final Duration GRACE = Duration.ofSeconds(3);

    /// A shorter wait for admission is not reported.
    private static final Duration REPORTED_AFTER = Duration.ofSeconds(8);

    /// Slots of runs without progress expire without an event; polled at this interval.
    private static final Duration POLL_ADMISSION = Duration.ofSeconds(30);

    /// Our own driver, whose volumes are on one node.
    private static final String LOCAL_VOLUMES = "local.cistern.dev";

    private static final Set<String> ONE_NODE = Set.of("ReadWriteOnce", "ReadWriteOncePod");

    /// The PersistentVolume controller annotates each new PVC, guarded by the version it read. A write of ours in
    /// between would make that fail, and it reports that as an event ("the object has been modified"). It normally
    /// takes milliseconds; after this time such an event is acceptable.
    private static final Duration NOTED_WITHIN = Duration.ofSeconds(3);

    private final Settings settings;
    private final VolumePlanner volumes;

    StartPlanner(Settings settings, VolumePlanner volumes) {
        this.settings = settings;
        this.volumes = volumes;
    }

    void plan(PlanBuilder plan) {
        Claim claim = plan.claim();
        if (!plan.seen.childless()) {
            // The record was deleted by hand: its prime and Jobs are deleted, and the run restarts.
            plan.deleteAttempts();
            plan.deletePrime();
            return;
        }
        if (!(acceptable(plan) instanceof ClassState.Found storageClass)) {
            return;
        }
        switch (plan.seen.resolution()) {
            case Resolution.NotAsked() -> {}
            case Resolution.Waiting(String reason, String message) -> {
                Instant grace = claim.created().plus(GRACE);
                if (plan.seen.now().isBefore(grace)) {
                    plan.requeueAfter(Duration.between(plan.seen.now(), grace));
                } else {
                    plan.waiting(true, reason, message);
                    if (reason.equals(EventReason.PATH_NOT_ALLOWED)
                            || reason.equals(EventReason.BACKEND_NOT_ALLOWED)) {
                        plan.sourceEvent(
                                true, reason, "PVC " + claim.key().display() + ": " + message);
                    }
                }
            }
            case Resolution.Refused(String reason, String message) -> {
                plan.waiting(true, reason, message);
                plan.sourceEvent(true, reason, claim.key().display() + ": " + message);
            }
            case Resolution.Ready(RunSnapshot snapshot) -> {
                String templated = templatedSecret(storageClass, claim, snapshot);
                if (!templated.isEmpty()) {
                    plan.waiting(true, EventReason.UNSUPPORTED_STORAGE_CLASS, templated);
                } else if (!storageClass.waitForFirstConsumer() || claim.selectedNode() != null) {
                    start(plan, storageClass, snapshot);
                } else {
                    // Kubernetes reports this by its own event.
                    plan.record(
                            EventReason.WAIT_FOR_FIRST_CONSUMER,
                            "StorageClass "
                                    + storageClass.name()
                                    + " makes volumes when the first pod that uses them is"
                                    + " scheduled; waiting for that");
                }
            }
        }
    }

    private void start(PlanBuilder plan, ClassState.Found storageClass, RunSnapshot snapshot) {
        Claim claim = plan.claim();
        if (!plan.seen.load().admitted()) {
            waitForAdmission(plan);
            return;
        }
        Instant noted = claim.created().plus(NOTED_WITHIN);
        if (!claim.provisionerNoted() && plan.seen.now().isBefore(noted)) {
            plan.requeueAfter(Duration.between(plan.seen.now(), noted));
            return;
        }
        if (!claim.hasFinalizer()) {
            plan.add(new Action.AddFinalizer(claim));
        }
        VolumePopulation run = RunManifest.run(claim, snapshot);
        Optional<WaitingRecord> waiting = plan.seen.waiting();
        if (waiting.isPresent()) {
            plan.add(new Action.BeginRun(run, waiting.get().resourceVersion()));
            // The status of the wait is no longer true.
            plan.add(
                    new Action.WriteStatus(
                            claim.key(), RunStatus.fresh(plan.seen.now()), plan.seen.timeline()));
        } else {
            plan.add(new Action.CreateRun(run));
        }
        volumes.create(plan, snapshot, storageClass.waitForFirstConsumer());
    }

    private static void waitForAdmission(PlanBuilder plan) {
        Instant told = plan.claim().created().plus(REPORTED_AFTER);
        if (plan.seen.now().isBefore(told)) {
            plan.requeueAfter(Duration.between(plan.seen.now(), told));
        } else {
            plan.waiting(
                    false,
                    EventReason.QUEUED,
                    "as many volumes are being set up as the controller sets up at once; this one"
                            + " begins when others have come further");
        }
        plan.queue();
        plan.requeueAfter(POLL_ADMISSION);
    }

    /// The StorageClass, when PVC and class are supported; otherwise reports what is wrong.
    private static ClassState acceptable(PlanBuilder plan) {
        Claim claim = plan.claim();
        if (claim.block()) {
            plan.waiting(
                    true,
                    EventReason.UNSUPPORTED_CLAIM,
                    "spec.volumeMode: Block is not supported: files are copied, so ask for"
                            + " Filesystem");
            return new ClassState.Disabled();
        }
        if (claim.selector()) {
            plan.waiting(
                    true,
                    EventReason.UNSUPPORTED_CLAIM,
                    "spec.selector: not supported with a dataSourceRef: the volume to fill is"
                            + " always a new one");
            return new ClassState.Disabled();
        }
        if (claim.volumeName() != null) {
            plan.waiting(
                    true,
                    EventReason.NOT_POPULATED,
                    "spec.volumeName: names the volume "
                            + claim.volumeName()
                            + ", which will not be filled with "
                            + claim.source().display()
                            + "; leave spec.volumeName out");
            return new ClassState.Disabled();
        }
        return usable(plan);
    }

    private static ClassState usable(PlanBuilder plan) {
        ClassState state = plan.seen.storageClass();
        switch (state) {
            case ClassState.Unset() ->
                    plan.waiting(
                            false,
                            EventReason.NO_STORAGE_CLASS,
                            "spec.storageClassName is not set and there is no default StorageClass"
                                    + " yet; waiting for one");
            case ClassState.Disabled() ->
                    plan.waiting(
                            true,
                            EventReason.NO_PROVISIONER,
                            "spec.storageClassName: \"\" turns dynamic provisioning off; a volume"
                                    + " can only be filled with a StorageClass that has a"
                                    + " provisioner");
            case ClassState.Missing(String name) ->
                    plan.waiting(
                            true,
                            EventReason.STORAGE_CLASS_NOT_FOUND,
                            "spec.storageClassName: there is no StorageClass "
                                    + name
                                    + "; waiting for it");
            case ClassState.Found found when found.withoutProvisioner() -> {
                plan.waiting(
                        true,
                        EventReason.NO_PROVISIONER,
                        "StorageClass "
                                + found.name()
                                + " has the provisioner kubernetes.io/no-provisioner; a volume can"
                                + " only be filled with a StorageClass that provisions");
                return new ClassState.Disabled();
            }
            case ClassState.Found found when found.provisioner().equals(LOCAL_VOLUMES) -> {
                Optional<String> shared =
                        plan.claim().accessModes().stream()
                                .filter(mode -> !ONE_NODE.contains(mode))
                                .findFirst();
                if (shared.isPresent()) {
                    plan.waiting(
                            true,
                            EventReason.UNSUPPORTED_CLAIM,
                            "spec.accessModes: "
                                    + shared.get()
                                    + " is not supported by StorageClass "
                                    + found.name()
                                    + " (provisioner "
                                    + LOCAL_VOLUMES
                                    + "), whose volumes are on one node; make the PVC anew with"
                                    + " ReadWriteOnce or ReadWriteOncePod");
                    return new ClassState.Disabled();
                }
            }
            case ClassState.Found _ -> {}
        }
        return state;
    }

    /// Why the class's parameters do not work for a prime; empty if they do.
    private String templatedSecret(
            ClassState.Found storageClass, Claim claim, RunSnapshot snapshot) {
        boolean sameNamespace = snapshot.spec().getPrimeNamespace().equals(claim.key().namespace());
        for (Map.Entry<String, String> entry :
                new TreeMap<>(storageClass.parameters()).entrySet()) {
            Matcher variable = CLAIM_VARIABLE.matcher(entry.getValue());
            while (variable.find()) {
                if (!(sameNamespace && "namespace".equals(variable.group(1)))) {
                    return "StorageClass "
                            + storageClass.name()
                            + " has the parameter "
                            + entry.getKey()
                            + " with "
                            + variable.group()
                            + ", which would mean the temporary claim in namespace "
                            + snapshot.spec().getPrimeNamespace()
                            + " and not this one; use a StorageClass with a fixed Secret, readable"
                            + " from "
                            + snapshot.spec().getPrimeNamespace();
                }
            }
        }
        return "";
    }
}
