package dev.cistern.test.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cistern.test.server.Bucket;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// What a populator says of how its Job runs.
@SystemTest
class GenericModeST {
    private static final Duration SOON = Duration.ofSeconds(120);
    private static final long MB = 1_000_000;

    /// All streams together, within three per cent, by what the store sends.
    @Test
    void throughputIsKept(Team team) {
        Bucket bucket = team.newBucket();
        for (int i = 0; i < 40; i++) {
            bucket.plant("part-%02d.bin".formatted(i), 5 * MB, i);
        }
        team.populator("data", "s3://" + bucket.name() + "/", "  generic: {throughput: 5}");
        team.claim(Claim.from("data").ofSize("512Mi"));
        await("the first bytes").atMost(SOON).until(() -> bucket.traffic().objectBytes() > 20 * MB);
        long bytes = bucket.traffic().objectBytes();
        long began = System.nanoTime();
        await("most of it").atMost(SOON).until(() -> bucket.traffic().objectBytes() > 170 * MB);
        double seconds = (System.nanoTime() - began) / 1e9;
        double rate = (bucket.traffic().objectBytes() - bytes) / seconds;

        assertThat(rate).isBetween(0.97 * 5 * MB, 1.03 * 5 * MB);
        team.awaitFilled("data", SOON);
    }

    @Test
    void aFailedPodIsKeptForALookAndGoesWithItsClaim(Cistern cistern, Team team) {
        team.populator(
                "data", "s3://no-such-bucket-here/", "  generic: {keepFailedPodSeconds: 600}");
        PersistentVolumeClaim claim = team.claim(Claim.from("data"));
        String uid = claim.getMetadata().getUid();

        team.awaitPhase(uid, SOON, "Failed");

        team.awaitDescribed(
                "data", SOON, "its pod is kept until", "kubectl logs -n cistern-populate");
        assertThat(
                        cistern.kubectl()
                                .run(
                                        "logs",
                                        "-n",
                                        Cistern.POPULATE_NAMESPACE,
                                        "job/populate-" + uid + "-1"))
                .contains("NoSuchBucket");
        team.deleteAndAwaitNothingLeft(claim, SOON);
    }

    @Test
    void filesBelongToTheUserThatIsAskedFor(Team team) {
        Bucket bucket = team.newBucket();
        bucket.put("a.txt", "alpha\n");
        team.populator(
                "data",
                "s3://" + bucket.name() + "/",
                "  generic: {runAsUser: 1234, fsGroup: 4321}");
        team.claim(Claim.from("data"));

        team.awaitFilled("data", SOON);

        assertThat(team.pods().run("owner", "data", "stat -c %u:%g /data/a.txt").strip())
                .isEqualTo("1234:4321");
    }
}
