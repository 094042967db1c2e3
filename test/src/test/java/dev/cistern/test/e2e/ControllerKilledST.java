package dev.cistern.test.e2e;

import static dev.cistern.test.cluster.TestLog.info;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cistern.test.server.Bucket;
import dev.cistern.test.server.Faults;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/// The controller is killed at every step of the protocol, and each PVC is populated exactly once.
@SystemTest
@Isolated
class ControllerKilledST {
    private static final Duration SOON = Duration.ofSeconds(120);
    private static final long MIB = 1 << 20;

    private record Killed(ProtocolStep step, PersistentVolumeClaim claim, Bucket bucket) {
        String name() {
            return claim.getMetadata().getName();
        }
    }

    @Test
    void killedRightAfterEachStep(Cistern cistern, Team team) {
        var controller = new Controller(cistern);
        List<Killed> all = new ArrayList<>();
        try (var watch = new ProtocolWatch(cistern.client())) {
            for (ProtocolStep step : ProtocolStep.values()) {
                String name = step.name().toLowerCase(Locale.ROOT).replace('_', '-');
                Bucket bucket = team.newBucket();
                bucket.plant("data.bin", 4 * MIB, step.ordinal());
                team.populator(name, bucket);
                try (Controller.Trap trap = controller.aimAtLeader()) {
                    ProtocolWatch.Awaited done = watch.once(name, step, trap::spring);
                    all.add(new Killed(step, team.claim(Claim.from(name)), bucket));
                    done.await(SOON);
                    info("step %s: killed the controller in pod %s", step, trap.pod());
                    trap.replacePod();
                }
            }
            for (Killed killed : all) {
                team.awaitFilled(killed.name(), SOON);
                assertThat(watch.jobsOf(killed.claim().getMetadata().getUid()))
                        .as("Jobs of the PVC whose controller was killed after " + killed.step())
                        .isEqualTo(1);
                assertThat(killed.bucket().traffic().objectBytes())
                        .as("bytes read, killed after " + killed.step())
                        .isEqualTo(4 * MIB);
            }
        }
        for (Killed killed : all) {
            assertThat(team.pods().digests("check-" + killed.name(), killed.name()))
                    .as("content, killed after " + killed.step())
                    .isEqualTo(killed.bucket().digests(""));
        }
        controller.awaitAll();
    }

    @Test
    void killedWhileItCleansUpAfterADeletedClaim(Cistern cistern, Team team) {
        var controller = new Controller(cistern);
        Bucket bucket = team.newBucket();
        bucket.plant("data.bin", 16 * MIB, 1);
        bucket.faults(Faults.NONE.withGateAtBytes(8 * MIB));
        team.populator("data", bucket);
        PersistentVolumeClaim claim = team.claim(Claim.from("data"));
        await("half of it").atMost(SOON).until(() -> bucket.traffic().objectBytes() == 8 * MIB);
        try (var watch = new ProtocolWatch(cistern.client());
                Controller.Trap trap = controller.aimAtLeader()) {
            ProtocolWatch.Awaited jobDeleted =
                    watch.once("data", ProtocolStep.JOB_DELETED, trap::spring);
            team.kubectl("delete", "pvc", "data", "--wait=false");
            jobDeleted.await(SOON);
            trap.replacePod();
        }

        new Leftovers(cistern.client()).awaitNothing(claim, SOON);
        controller.awaitAll();
    }

    @Test
    void anotherReplicaTakesOverAndTheJobNeverNotices(Cistern cistern, Team team) {
        var controller = new Controller(cistern);
        controller.awaitAll();
        assertThat(controller.pods()).as("replicas").hasSizeGreaterThanOrEqualTo(2);
        Bucket bucket = team.newBucket();
        bucket.plant("data.bin", 16 * MIB, 1);
        bucket.faults(Faults.NONE.withGateAtBytes(8 * MIB));
        team.populator("data", bucket);
        try (var watch = new ProtocolWatch(cistern.client())) {
            PersistentVolumeClaim claim = team.claim(Claim.from("data"));
            await("half of it").atMost(SOON).until(() -> bucket.traffic().objectBytes() == 8 * MIB);

            Instant killed;
            String dead;
            try (Controller.Trap trap = controller.aimAtLeader()) {
                dead = trap.pod();
                killed = Instant.now();
                trap.spring();
                trap.replacePod();
            }
            Pod next =
                    await("another leader")
                            .atMost(SOON)
                            .pollInterval(Duration.ofMillis(100))
                            .until(
                                    controller::leader,
                                    leader ->
                                            leader.filter(
                                                            pod ->
                                                                    !pod.getMetadata()
                                                                            .getName()
                                                                            .equals(dead))
                                                    .isPresent())
                            .orElseThrow();
            info(
                    "%s leads %d ms after %s was killed",
                    next.getMetadata().getName(),
                    Duration.between(killed, Instant.now()).toMillis(),
                    dead);
            bucket.faults(Faults.NONE);

            team.awaitFilled("data", SOON);
            assertThat(watch.jobsOf(claim.getMetadata().getUid())).isEqualTo(1);
            assertThat(bucket.traffic().objectBytes()).isEqualTo(16 * MIB);
            assertThat(team.pods().digests("check", "data")).isEqualTo(bucket.digests(""));
        }
        controller.awaitAll();
    }
}
