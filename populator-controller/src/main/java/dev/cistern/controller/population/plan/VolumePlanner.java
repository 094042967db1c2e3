package dev.cistern.controller.population.plan;

import dev.cistern.controller.model.Claim;
import dev.cistern.controller.model.EventReason;
import dev.cistern.controller.model.RunPhase;
import dev.cistern.controller.model.RunSnapshot;
import dev.cistern.controller.population.model.Action;
import dev.cistern.controller.population.model.ClassState;
import dev.cistern.controller.population.model.Prime;
import dev.cistern.controller.population.model.RunStatus;
import dev.cistern.controller.population.model.Step;
import java.time.Duration;
import java.util.Optional;

/// Plans until the prime is bound: creates it, waits for the provisioner, and follows the scheduler when it chooses
/// another node.
final class VolumePlanner {
    /// How often the provisioner's warnings are looked up while a volume is slow.
    private static final Duration LOOK_AT_PROVISIONER = Duration.ofSeconds(15);

    private final PrimeManifest primes;

    VolumePlanner(PrimeManifest primes) {
        this.primes = primes;
    }

    /// There is no prime: creates it, on the chosen node if the class binds on first use.
    void withoutPrime(PlanBuilder plan) {
        if (plan.seen.writers() > 0) {
            return;
        }
        boolean byNode = waitsForNode(plan.seen.storageClass());
        if (!byNode || plan.claim().selectedNode() != null) {
            create(plan, plan.seen.run().orElseThrow().snapshot(), byNode);
        } else {
            plan.show(
                    plan.status()
                            .on(null)
                            .in(RunPhase.PENDING, "", "waiting for the scheduler to choose a node"),
                    Step.PRIME_CREATED);
        }
    }

    /// Creates the prime.
    ///
    /// @param byNode whether the volume is to be created on the node that the scheduler chose
    void create(PlanBuilder plan, RunSnapshot snapshot, boolean byNode) {
        plan.mark(Step.PRIME_CREATED);
        plan.showRefusal();
        plan.add(
                new Action.CreatePrime(
                        primes.of(plan.claim(), snapshot.spec().getPrimeNamespace(), byNode)));
    }

    private static boolean waitsForNode(ClassState state) {
        return state instanceof ClassState.Found found && found.waitForFirstConsumer();
    }

    /// The prime has no volume yet.
    void waiting(PlanBuilder plan, Prime prime) {
        Claim claim = plan.claim();
        if (prime.madeForNode() != null) {
            if (!prime.madeForNode().equals(claim.selectedNode())) {
                elsewhere(plan, prime);
                return;
            }
            if (prime.selectedNode() == null) {
                plan.event(
                        true,
                        EventReason.RESCHEDULING,
                        "no volume can be made for node "
                                + prime.madeForNode()
                                + "; the scheduler is asked for another"
                                + plan.seen
                                        .provisionerMessage()
                                        .map(message -> ". The provisioner says: " + message)
                                        .orElse(""));
                plan.add(new Action.ClearSelectedNode(claim));
                plan.deletePrime();
                return;
            }
        }
        RunStatus status = plan.status().on(prime.madeForNode());
        Duration age = Duration.between(prime.created(), plan.seen.now());
        Duration slow = plan.seen.load().slowVolume();
        if (age.compareTo(slow) < 0) {
            plan.show(
                    status.in(RunPhase.PROVISIONING, "", "waiting for the volume"),
                    Step.PRIME_CREATED);
            plan.requeueAfter(slow.minus(age.isNegative() ? Duration.ZERO : age));
            return;
        }
        Optional<String> warning = plan.seen.provisionerMessage();
        if (warning.isPresent()) {
            plan.trouble(
                    status.in(
                            RunPhase.PROVISIONING, EventReason.PROVISIONING_FAILED, warning.get()));
        } else if (plan.seen
                .largestVolume()
                .filter(largestVolume -> largestVolume < claim.capacityBytes())
                .isPresent()) {
            String message = noRoom(claim, plan.seen.largestVolume().get());
            plan.trouble(
                    status.in(RunPhase.PROVISIONING, EventReason.PROVISIONING_FAILED, message));
        } else {
            plan.event(
                    false,
                    EventReason.PROVISIONING,
                    "waiting for the volume of "
                            + prime.namespace()
                            + "/"
                            + prime.name()
                            + ", which will be filled and handed over");
            plan.write(status.in(RunPhase.PROVISIONING, "", "waiting for the volume"));
        }
        plan.requeueAfter(LOOK_AT_PROVISIONER);
    }

    private static String noRoom(Claim claim, long largestVolume) {
        return "no node has room: the PVC asks for "
                + claim.size()
                + ", and the largest volume that StorageClass "
                + claim.storageClassName()
                + " can make now has "
                + (largestVolume >> 20)
                + "Mi (CSIStorageCapacity); free some room, or make the PVC anew with less";
    }

    /// The scheduler chose another node before the copy began.
    static void elsewhere(PlanBuilder plan, Prime prime) {
        plan.event(
                false,
                EventReason.RESCHEDULING,
                "the pod no longer goes to node "
                        + prime.madeForNode()
                        + "; the volume is made again where it goes");
        plan.deletePrime();
    }
}
