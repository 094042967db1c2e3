package dev.cistern.test.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cistern.test.server.Bucket;
import dev.cistern.test.server.Faults;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// A PVC that is deleted at any stage of its population disappears, with everything that was created for it.
@SystemTest
class DeletionST {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final long MIB = 1 << 20;

    @Test
    void beforeThePrime(Team team) {
        team.populator("data", bucket(team));
        PersistentVolumeClaim claim = team.claim(Claim.from("data").waiting());
        await("PVC seen")
                .atMost(SOON)
                .until(
                        () ->
                                team.run(claim.getMetadata().getUid()).isPresent()
                                        || team.describe("data").contains("WaitForFirstConsumer"));

        team.deleteAndAwaitNothingLeft(claim, SOON);
    }

    @Test
    void whileItsSourceIsMissing(Team team) {
        PersistentVolumeClaim claim = team.claim(Claim.from("nowhere"));
        team.awaitDescribed("nowhere", SOON, "SourceNotFound");

        team.deleteAndAwaitNothingLeft(claim, SOON);
    }

    @Test
    void whileThePrimeIsPending(Team team) {
        team.populator("data", bucket(team));
        // More than any node has, so that the prime stays pending.
        PersistentVolumeClaim claim = team.claim(Claim.from("data").ofSize("900Ti"));
        team.awaitPhase(claim.getMetadata().getUid(), SOON, "Provisioning");

        team.deleteAndAwaitNothingLeft(claim, SOON);
    }

    @Test
    void whileThePrimeIsBoundAndTheJobIsPending(Cistern cistern, Team team) {
        team.populator("data", "s3://" + bucket(team).name() + "/", JOB_WITHOUT_A_NODE);
        PersistentVolumeClaim claim = team.claim(Claim.from("data"));
        Primes primes = new Primes(cistern, claim);
        await("a pending Job").atMost(SOON).until(() -> primes.isBound() && primes.hasJob());

        team.deleteAndAwaitNothingLeft(claim, SOON);
    }

    @Test
    void whileTheJobRuns(Team team) {
        Bucket bucket = bucket(team);
        bucket.faults(Faults.NONE.withGateAtBytes(8 * MIB));
        team.populator("data", bucket);
        PersistentVolumeClaim claim = team.claim(Claim.from("data"));
        await("half of it").atMost(SOON).until(() -> bucket.traffic().objectBytes() == 8 * MIB);

        team.deleteAndAwaitNothingLeft(claim, SOON);
    }

    @Test
    void whileTheVolumeIsRebound(Cistern cistern, Team team) {
        team.populator("data", bucket(team));
        PersistentVolumeClaim claim = team.claim(Claim.from("data"));
        Primes primes = new Primes(cistern, claim);
        await("rebinding").atMost(SOON).pollInterval(Duration.ofMillis(5)).until(primes::isRebound);

        team.deleteAndAwaitNothingLeft(claim, SOON);
    }

    @Test
    void afterItIsFilled(Team team) {
        team.populator("data", bucket(team));
        team.claim(Claim.from("data"));
        PersistentVolumeClaim bound = team.awaitFilled("data", SOON);

        team.deleteAndAwaitNothingLeft(bound, SOON);
    }

    @Test
    void aClaimOfTheSameNameInheritsNothing(Team team) {
        Bucket bucket = bucket(team);
        bucket.faults(Faults.NONE.withGateAtBytes(8 * MIB));
        team.populator("data", bucket);
        PersistentVolumeClaim first = team.claim(Claim.from("data"));
        await("half of it").atMost(SOON).until(() -> bucket.traffic().objectBytes() == 8 * MIB);
        team.deleteAndAwaitNothingLeft(first, SOON);
        Bucket other = team.newBucket();
        other.put("other.txt", "other");
        team.populator("data", other);

        PersistentVolumeClaim second = team.claim(Claim.from("data"));

        team.awaitFilled("data", SOON);
        assertThat(second.getMetadata().getUid()).isNotEqualTo(first.getMetadata().getUid());
        assertThat(team.pods().digests("check", "data")).isEqualTo(other.digests(""));
    }

    @Test
    void aPopulatorDeletedMidRunDoesNotKeepThatRunFromItsEnd(Team team) {
        Bucket bucket = bucket(team);
        bucket.faults(Faults.NONE.withGateAtBytes(8 * MIB));
        team.populator("data", bucket);
        team.claim(Claim.from("data"));
        await("half of it").atMost(SOON).until(() -> bucket.traffic().objectBytes() == 8 * MIB);

        team.kubectl("delete", "ovp", "data", "--wait=false");
        bucket.faults(Faults.NONE);

        team.awaitFilled("data", SOON);
        assertThat(team.pods().digests("check", "data")).isEqualTo(bucket.digests(""));
        await("the populator is gone")
                .atMost(SOON)
                .until(() -> team.kubectl("get", "ovp", "-o", "name").isBlank());
    }

    @Test
    void aNamespaceDeletedMidRunGoes(Cistern cistern, Team team) {
        Bucket bucket = bucket(team);
        bucket.faults(Faults.NONE.withGateAtBytes(8 * MIB));
        team.populator("data", bucket);
        PersistentVolumeClaim claim = team.claim(Claim.from("data"));
        await("half of it").atMost(SOON).until(() -> bucket.traffic().objectBytes() == 8 * MIB);

        cistern.kubectl()
                .run("delete", "namespace", team.namespace(), "--wait=true", "--timeout=60s");

        new Leftovers(cistern.client()).awaitNothing(claim, SOON);
    }

    private static final String JOB_WITHOUT_A_NODE =
            """
              generic:
                affinity:
                  nodeAffinity:
                    requiredDuringSchedulingIgnoredDuringExecution:
                      nodeSelectorTerms:
                      - matchExpressions: [{key: example.com/none, operator: Exists}]
            """;

    private static Bucket bucket(Team team) {
        Bucket bucket = team.newBucket();
        bucket.plant("data.bin", 16 * MIB, 1);
        return bucket;
    }
}
