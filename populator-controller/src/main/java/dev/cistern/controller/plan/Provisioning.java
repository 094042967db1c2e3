package dev.cistern.controller.plan;

import dev.cistern.controller.model.Claim;
import dev.cistern.controller.model.ClassState;
import dev.cistern.controller.model.Frozen;
import dev.cistern.controller.model.Phase;
import dev.cistern.controller.model.Prime;
import dev.cistern.controller.model.RunStatus;
import dev.cistern.controller.model.Step;
import dev.cistern.controller.model.Why;
import java.time.Duration;
import java.util.Optional;

/// The prime until it has its volume: making it, waiting for the provisioner, and going after the scheduler when it
/// changes its mind.
final class Provisioning {
    /// How often the provisioner's complaints are looked up while a volume is slow.
    private static final Duration LOOK_AT_PROVISIONER = Duration.ofSeconds(15);

    private final PrimeManifest primes;

    Provisioning(PrimeManifest primes) {
        this.primes = primes;
    }

    /// There is no prime: it is made, for the chosen node if the class wants one.
    void withoutPrime(Draft draft) {
        if (draft.seen.livePods() > 0) {
            return;
        }
        boolean byNode = waitsForNode(draft.seen.storageClass());
        if (!byNode || draft.claim().selectedNode() != null) {
            create(draft, draft.seen.run().orElseThrow().frozen(), byNode);
        } else {
            draft.show(
                    draft.status()
                            .on(null)
                            .in(Phase.PENDING, "", "waiting for the scheduler to choose a node"),
                    Step.PRIME_CREATED);
        }
    }

    /// Makes the prime.
    ///
    /// @param byNode whether the volume is to be made for the node that the scheduler chose
    void create(Draft draft, Frozen frozen, boolean byNode) {
        draft.mark(Step.PRIME_CREATED);
        draft.showRefusal();
        draft.add(
                new Action.CreatePrime(
                        primes.of(draft.claim(), frozen.spec().getPrimeNamespace(), byNode)));
    }

    private static boolean waitsForNode(ClassState state) {
        return state instanceof ClassState.Found found && found.waitForFirstConsumer();
    }

    /// The prime has no volume yet.
    void waiting(Draft draft, Prime prime) {
        Claim claim = draft.claim();
        if (prime.madeForNode() != null) {
            if (!prime.madeForNode().equals(claim.selectedNode())) {
                elsewhere(draft, prime);
                return;
            }
            if (prime.selectedNode() == null) {
                draft.tell(
                        true,
                        Why.RESCHEDULING,
                        "no volume can be made for node "
                                + prime.madeForNode()
                                + "; the scheduler is asked for another"
                                + draft.seen
                                        .provisionerMessage()
                                        .map(message -> ". The provisioner says: " + message)
                                        .orElse(""));
                draft.add(new Action.ClearSelectedNode(claim));
                draft.deletePrime();
                return;
            }
        }
        RunStatus status = draft.status().on(prime.madeForNode());
        Duration age = Duration.between(prime.created(), draft.seen.now());
        Duration slow = draft.seen.crowd().slowVolume();
        if (age.compareTo(slow) < 0) {
            draft.show(
                    status.in(Phase.PROVISIONING, "", "waiting for the volume"),
                    Step.PRIME_CREATED);
            draft.again(slow.minus(age.isNegative() ? Duration.ZERO : age));
            return;
        }
        Optional<String> complaint = draft.seen.provisionerMessage();
        if (complaint.isPresent()) {
            draft.trouble(status.in(Phase.PROVISIONING, Why.PROVISIONING_FAILED, complaint.get()));
        } else if (draft.seen.room().filter(room -> room < claim.capacityBytes()).isPresent()) {
            String message = noRoom(claim, draft.seen.room().get());
            draft.trouble(status.in(Phase.PROVISIONING, Why.PROVISIONING_FAILED, message));
        } else {
            draft.tell(
                    false,
                    Why.PROVISIONING,
                    "waiting for the volume of "
                            + prime.namespace()
                            + "/"
                            + prime.name()
                            + ", which will be filled and handed over");
            draft.write(status.in(Phase.PROVISIONING, "", "waiting for the volume"));
        }
        draft.again(LOOK_AT_PROVISIONER);
    }

    private static String noRoom(Claim claim, long room) {
        return "no node has room: the PVC asks for "
                + claim.size()
                + ", and the largest volume that StorageClass "
                + claim.storageClassName()
                + " can make now has "
                + (room >> 20)
                + "Mi (CSIStorageCapacity); free some room, or make the PVC anew with less";
    }

    /// The scheduler chose another node before the copy began.
    static void elsewhere(Draft draft, Prime prime) {
        draft.tell(
                false,
                Why.RESCHEDULING,
                "the pod no longer goes to node "
                        + prime.madeForNode()
                        + "; the volume is made again where it goes");
        draft.deletePrime();
    }
}
