package dev.cistern.controller.plan;

import dev.cistern.api.v1alpha1.VolumePopulation;
import dev.cistern.controller.model.Claim;
import dev.cistern.controller.model.ClassState;
import dev.cistern.controller.model.Frozen;
import dev.cistern.controller.model.Resolution;
import dev.cistern.controller.model.RunStatus;
import dev.cistern.controller.model.WaitingRecord;
import dev.cistern.controller.model.Why;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A PVC without a run: either it gets one now, or an event says why not.
final class Beginning {
    /// The variables that the provisioner fills in from the claim that it makes a volume for: the prime, not the user's.
    private static final Pattern CLAIM_VARIABLE =
            Pattern.compile("\\$\\{pvc\\.(name|namespace|annotations\\[[^]]*])}");

    /// Manifests are applied in any order: what is missing may be a moment behind. (A PVC's age is known to the second.)
    private static final Duration GRACE = Duration.ofSeconds(3);

    /// Waiting for a turn for less than this is nothing to tell.
    private static final Duration PATIENCE = Duration.ofSeconds(8);

    /// Turns that lead nowhere end by themselves; then somebody must look.
    private static final Duration LOOK_FOR_TURN = Duration.ofSeconds(30);

    /// Our own driver. Its provisioners leave what they cannot make to one another, without a word.
    private static final String LOCAL_VOLUMES = "local.cistern.dev";

    private static final Set<String> ONE_NODE = Set.of("ReadWriteOnce", "ReadWriteOncePod");

    /// The PersistentVolume controller writes onto each new PVC, guarded by what it read. A write of ours in between would fail its own, and it
    /// tells that as an event ("the object has been modified"). It comes within milliseconds; where it is this late, such an event
    /// is the lesser evil.
    private static final Duration NOTED_WITHIN = Duration.ofSeconds(3);

    private final Settings settings;
    private final Provisioning provisioning;

    Beginning(Settings settings, Provisioning provisioning) {
        this.settings = settings;
        this.provisioning = provisioning;
    }

    void plan(Draft draft) {
        Claim claim = draft.claim();
        if (!draft.seen.childless()) {
            // The record was deleted by hand: what it spoke of goes with it, and the run starts
            // anew.
            draft.deleteAttempts();
            draft.deletePrime();
            return;
        }
        if (!(acceptable(draft) instanceof ClassState.Found storageClass)) {
            return;
        }
        switch (draft.seen.resolution()) {
            case Resolution.NotAsked() -> {}
            case Resolution.Waiting(String reason, String message) -> {
                Instant grace = claim.created().plus(GRACE);
                if (draft.seen.now().isBefore(grace)) {
                    draft.again(Duration.between(draft.seen.now(), grace));
                } else {
                    draft.waiting(true, reason, message);
                }
            }
            case Resolution.Refused(String reason, String message) -> {
                draft.waiting(true, reason, message);
                draft.tellSource(true, reason, claim.key().display() + ": " + message);
            }
            case Resolution.Ready(Frozen frozen) -> {
                String templated = templatedSecret(storageClass, claim, frozen);
                if (!templated.isEmpty()) {
                    draft.waiting(true, Why.UNSUPPORTED_STORAGE_CLASS, templated);
                } else if (!storageClass.waitForFirstConsumer() || claim.selectedNode() != null) {
                    start(draft, storageClass, frozen);
                } else {
                    // The event is Kubernetes' own.
                    draft.record(
                            Why.WAIT_FOR_FIRST_CONSUMER,
                            "StorageClass "
                                    + storageClass.name()
                                    + " makes volumes when the first pod that uses them is"
                                    + " scheduled; waiting for that");
                }
            }
        }
    }

    private void start(Draft draft, ClassState.Found storageClass, Frozen frozen) {
        Claim claim = draft.claim();
        if (!draft.seen.crowd().turn()) {
            waitForTurn(draft);
            return;
        }
        Instant noted = claim.created().plus(NOTED_WITHIN);
        if (!claim.provisionerNoted() && draft.seen.now().isBefore(noted)) {
            draft.again(Duration.between(draft.seen.now(), noted));
            return;
        }
        if (!claim.held()) {
            draft.add(new Action.AddFinalizer(claim));
        }
        VolumePopulation run = RunManifest.run(claim, frozen);
        Optional<WaitingRecord> waiting = draft.seen.waiting();
        if (waiting.isPresent()) {
            draft.add(new Action.BeginRun(run, waiting.get().resourceVersion()));
            // It is no longer true that it waits, nor what for.
            draft.add(
                    new Action.WriteStatus(
                            claim.key(), RunStatus.fresh(draft.seen.now()), draft.seen.timeline()));
        } else {
            draft.add(new Action.CreateRun(run));
        }
        provisioning.create(draft, frozen, storageClass.waitForFirstConsumer());
    }

    private static void waitForTurn(Draft draft) {
        Instant told = draft.claim().created().plus(PATIENCE);
        if (draft.seen.now().isBefore(told)) {
            draft.again(Duration.between(draft.seen.now(), told));
        } else {
            draft.waiting(
                    false,
                    Why.WAITING_FOR_TURN,
                    "as many volumes are being set up as the controller sets up at once; this one"
                            + " begins when others have come further");
        }
        draft.waitForTurn();
        draft.again(LOOK_FOR_TURN);
    }

    /// The class, when PVC and class can be worked with; otherwise an event says what is wrong.
    private static ClassState acceptable(Draft draft) {
        Claim claim = draft.claim();
        if (claim.block()) {
            draft.waiting(
                    true,
                    Why.UNSUPPORTED_CLAIM,
                    "spec.volumeMode: Block is not supported: files are copied, so ask for"
                            + " Filesystem");
            return new ClassState.Disabled();
        }
        if (claim.selector()) {
            draft.waiting(
                    true,
                    Why.UNSUPPORTED_CLAIM,
                    "spec.selector: not supported with a dataSourceRef: the volume to fill is"
                            + " always a new one");
            return new ClassState.Disabled();
        }
        if (claim.volumeName() != null) {
            draft.waiting(
                    true,
                    Why.NOT_POPULATED,
                    "spec.volumeName: names the volume "
                            + claim.volumeName()
                            + ", which will not be filled with "
                            + claim.source().display()
                            + "; leave spec.volumeName out");
            return new ClassState.Disabled();
        }
        return usable(draft);
    }

    private static ClassState usable(Draft draft) {
        ClassState state = draft.seen.storageClass();
        switch (state) {
            case ClassState.Unset() ->
                    draft.waiting(
                            false,
                            Why.NO_STORAGE_CLASS,
                            "spec.storageClassName is not set and there is no default StorageClass"
                                    + " yet; waiting for one");
            case ClassState.Disabled() ->
                    draft.waiting(
                            true,
                            Why.NO_PROVISIONER,
                            "spec.storageClassName: \"\" turns dynamic provisioning off; a volume"
                                    + " can only be filled with a StorageClass that has a"
                                    + " provisioner");
            case ClassState.Missing(String name) ->
                    draft.waiting(
                            true,
                            Why.STORAGE_CLASS_NOT_FOUND,
                            "spec.storageClassName: there is no StorageClass "
                                    + name
                                    + "; waiting for it");
            case ClassState.Found found when found.withoutProvisioner() -> {
                draft.waiting(
                        true,
                        Why.NO_PROVISIONER,
                        "StorageClass "
                                + found.name()
                                + " has the provisioner kubernetes.io/no-provisioner; a volume can"
                                + " only be filled with a StorageClass that provisions");
                return new ClassState.Disabled();
            }
            case ClassState.Found found when found.provisioner().equals(LOCAL_VOLUMES) -> {
                Optional<String> shared =
                        draft.claim().accessModes().stream()
                                .filter(mode -> !ONE_NODE.contains(mode))
                                .findFirst();
                if (shared.isPresent()) {
                    draft.waiting(
                            true,
                            Why.UNSUPPORTED_CLAIM,
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

    /// What is wrong with the class's parameters for a prime; empty when nothing is.
    private String templatedSecret(ClassState.Found storageClass, Claim claim, Frozen frozen) {
        boolean sameNamespace = frozen.spec().getPrimeNamespace().equals(claim.key().namespace());
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
                            + frozen.spec().getPrimeNamespace()
                            + " and not this one; use a StorageClass with a fixed Secret, readable"
                            + " from "
                            + frozen.spec().getPrimeNamespace();
                }
            }
        }
        return "";
    }
}
