package dev.cistern.test.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cistern.test.server.Bucket;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/// What a populator says of how its Job runs.
@SystemTest
class GenericModeST {
    private static final Duration SOON = Duration.ofSeconds(120);
    private static final long MB = 1_000_000;

    /// All streams together, within three per cent.
    @Test
    void throughputIsKept(Team team) {
        Bucket bucket = team.newBucket();
        for (int i = 0; i < 40; i++) {
            bucket.plant("part-%02d.bin".formatted(i), 5 * MB, i);
        }
        team.populator("data", "s3://" + bucket.name() + "/", "  generic: {throughput: 5}");
        String uid = team.claim(Claim.from("data").ofSize("512Mi")).getMetadata().getUid();

        // What the Job reports is on the volume; what the server has sent may still be on its way.
        Report first = awaitReport(team, uid, 20 * MB);
        Report last = awaitReport(team, uid, 150 * MB);

        double seconds = Duration.between(first.at(), last.at()).toMillis() / 1e3;
        assertThat((last.bytes() - first.bytes()) / seconds)
                .isBetween(0.97 * 5 * MB, 1.03 * 5 * MB);
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

    private record Report(long bytes, Instant at) {}

    private static Report awaitReport(Team team, String uid, long bytes) {
        return await("a report of " + bytes + " bytes")
                .atMost(SOON)
                .until(() -> report(team, uid), report -> report.bytes() >= bytes);
    }

    private static Report report(Team team, String uid) {
        return team.run(uid)
                .filter(run -> Team.find(run, "status", "progress", "updatedAt") != null)
                .map(
                        run ->
                                new Report(
                                        Team.number(run, "status", "progress", "bytesDone"),
                                        Instant.parse(
                                                Team.get(run, "status", "progress", "updatedAt"))))
                .orElse(new Report(0, Instant.EPOCH));
    }

    /// The group is that of the pod that mounts the volume last: kubelet gives files its fsGroup.
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

        assertThat(team.pods().run("owner", "data", "stat -c %u /data/a.txt").strip())
                .isEqualTo("1234");
    }
}
