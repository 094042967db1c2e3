package dev.cistern.test.e2e;

import static dev.cistern.test.e2e.Team.number;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cistern.test.server.Bucket;
import dev.cistern.test.server.Faults;
import dev.cistern.test.server.Traffic;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// A killed Job is followed by one that continues where it stopped.
@SystemTest
class JobKilledST {
    private static final Duration SOON = Duration.ofSeconds(120);
    private static final long MIB = 1 << 20;

    @Test
    void killedHalfWayThroughOneBigObject(Cistern cistern, Team team) {
        Bucket bucket = team.newBucket();
        bucket.plant("big.bin", 512 * MIB, 1);

        resumes(cistern, team, bucket, 512 * MIB);
    }

    @Test
    void killedHalfWayThroughManyObjects(Cistern cistern, Team team) {
        Bucket bucket = team.newBucket();
        for (int i = 0; i < 256; i++) {
            bucket.plant("part-%03d.bin".formatted(i), MIB / 2, i);
        }

        resumes(cistern, team, bucket, 128 * MIB);
    }

    /// Evictions do not count as attempts (there is only one here), and the partial data is kept, although no block was
    /// complete.
    @Test
    void evictedHalfWayUsesUpNoAttempt(Cistern cistern, Team team) {
        Bucket bucket = team.newBucket();
        long size = 12 * MIB;
        bucket.plant("slow.bin", size, 1);
        bucket.faults(Faults.NONE.withGateAtBytes(size / 2).withBytesPerSecond(2 * MIB));
        team.populator("data", "s3://" + bucket.name() + "/", "  retry: {limit: 0}\n");
        PersistentVolumeClaim claim = team.claim(Claim.from("data"));
        await("half of it").atMost(SOON).until(() -> bucket.traffic().objectBytes() == size / 2);
        Pod pod = new Primes(cistern, claim).pods().getFirst();
        Traffic before = bucket.traffic();

        boolean evicted =
                cistern.client()
                        .pods()
                        .inNamespace(pod.getMetadata().getNamespace())
                        .withName(pod.getMetadata().getName())
                        .evict();
        assertThat(evicted).isTrue();
        team.awaitDescribed(
                "data", SOON, "Retrying", "Disrupted", "does not count against retry.limit");
        bucket.faults(Faults.NONE);

        team.awaitFilled("data", SOON);
        GenericKubernetesResource run = team.run(claim.getMetadata().getUid()).orElseThrow();
        assertThat(number(run, "status", "attempts")).isEqualTo(2);
        assertThat(number(run, "status", "failures")).isZero();
        long resumed = number(run, "status", "bytesResumed");
        assertThat(resumed).as("bytes found in place").isGreaterThan(size / 4);
        assertThat(bucket.traffic().since(before).objectBytes()).isEqualTo(size - resumed);
        assertThat(team.pods().digests("check", "data")).isEqualTo(bucket.digests(""));
    }

    private static void resumes(Cistern cistern, Team team, Bucket bucket, long size) {
        bucket.faults(Faults.NONE.withGateAtBytes(size / 2).withBytesPerSecond(size / 8));
        team.populator("data", bucket);
        PersistentVolumeClaim claim = team.claim(Claim.from("data").ofSize("1Gi"));
        await("half of it").atMost(SOON).until(() -> bucket.traffic().objectBytes() == size / 2);
        Pod pod = new Primes(cistern, claim).pods().getFirst();
        Traffic before = bucket.traffic();

        new Controller(cistern).kill(pod);
        // Only then: otherwise the bytes that the dying pod still received would be counted.
        await("the pod's end")
                .atMost(SOON)
                .until(
                        () -> {
                            Pod now = cistern.client().resource(pod).get();
                            return now == null || "Failed".equals(now.getStatus().getPhase());
                        });
        bucket.faults(Faults.NONE);

        team.awaitFilled("data", SOON);
        Traffic after = bucket.traffic().since(before);
        GenericKubernetesResource run = team.run(claim.getMetadata().getUid()).orElseThrow();
        assertThat(number(run, "status", "attempts")).isEqualTo(2);
        long resumed = number(run, "status", "bytesResumed");
        // Data that had arrived but was not yet in the journal is read again; that is bounded, not
        // half of it.
        assertThat(resumed).as("bytes found in place").isGreaterThan(size / 4);
        assertThat(after.objectBytes()).as("bytes read after the kill").isEqualTo(size - resumed);
        assertThat(team.describe("data")).contains("Retrying");
        assertThat(team.pods().digests("check", "data")).isEqualTo(bucket.digests(""));
    }
}
