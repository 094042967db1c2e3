package dev.cistern.test.e2e;

import static dev.cistern.test.e2e.Team.number;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cistern.test.server.Bucket;
import dev.cistern.test.server.Faults;
import dev.cistern.test.server.S3Server;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// Transient failures are retried; terminal ones end with a reason that `kubectl describe pvc` shows. A phase never
/// goes back (checked after every test).
@SystemTest
class FailuresST {
    private static final Duration SOON = Duration.ofSeconds(90);
    private static final long MIB = 1 << 20;

    @Test
    void wrongCredentialsAreFinal(Cistern cistern, Team team) {
        Bucket bucket = oneFile(team);
        String name = team.namespace() + "-wrong";
        cistern.kubectl()
                .apply(
                        """
                        apiVersion: v1
                        kind: Secret
                        metadata: {name: %s, namespace: %s}
                        stringData: {id: %s, key: not-the-secret}
                        """
                                .formatted(name, Cistern.POPULATE_NAMESPACE, S3Server.ACCESS_KEY));
        cistern.kubectl().apply(cistern.backend(name, name));
        team.apply(
                """
                apiVersion: cistern.dev/v1alpha1
                kind: ObjectVolumePopulator
                metadata: {name: wrong, namespace: NAMESPACE}
                spec:
                  sources:
                  - backendRef: {name: %s}
                    path: s3://%s/
                """
                        .formatted(name, bucket.name()));

        endsFor(team, "wrong", "InvalidCredentials");

        cistern.kubectl().run("delete", "storagebackend", name);
        cistern.kubectl().run("delete", "secret", "-n", Cistern.POPULATE_NAMESPACE, name);
    }

    @Test
    void aMissingBucketIsFinal(Team team) {
        team.populator("missing", "s3://" + team.namespace() + "-nowhere/", "");

        endsFor(team, "missing", "NoSuchBucket", team.namespace() + "-nowhere");
    }

    @Test
    void anEmptyPrefixIsFinal(Team team) {
        Bucket bucket = oneFile(team);
        team.populator("empty", "s3://" + bucket.name() + "/nothing/here/", "");

        endsFor(team, "empty", "EmptySource", "nothing/here/");
    }

    @Test
    void aVolumeTooSmallIsFinalBeforeTheFirstByte(Team team) {
        Bucket bucket = team.newBucket();
        bucket.plant("large.bin", 200 * MIB, 1);
        team.populator("tight", bucket);

        endsFor(team, "tight", Claim.from("tight").ofSize("100Mi"), "InsufficientSpace");

        assertThat(bucket.traffic().gets()).isZero();
    }

    /// Many small files need more space than their bytes. A volume of the recommended size holds them at the first
    /// attempt.
    @Test
    void theSizeThatIsAdvisedSuffices(Team team) {
        Bucket bucket = team.newBucket();
        for (int i = 0; i < 3000; i++) {
            bucket.put("d%02d/file-%04d.txt".formatted(i % 30, i), "x".repeat(5000));
        }
        team.populator("small", bucket);
        PersistentVolumeClaim tight = team.claim(Claim.from("small").ofSize("20Mi"));
        GenericKubernetesResource run =
                team.awaitPhase(tight.getMetadata().getUid(), SOON, "Failed");
        assertThat(Team.<String>get(run, "status", "reason")).isEqualTo("InsufficientSpace");
        String message = Team.get(run, "status", "message");
        Matcher advised = Pattern.compile("requests\\.storage: ([0-9]+Mi)").matcher(message);
        assertThat(advised.find()).as(message).isTrue();
        team.deleteAndAwaitNothingLeft(tight, SOON);

        PersistentVolumeClaim claim = team.claim(Claim.from("small").ofSize(advised.group(1)));

        team.awaitFilled("small", SOON);
        run = team.run(claim.getMetadata().getUid()).orElseThrow();
        assertThat(number(run, "status", "attempts")).isEqualTo(1);
    }

    @Test
    void aKeyThatClimbsOutIsFinalAndNamed(Team team) {
        Bucket bucket = team.newBucket();
        bucket.put("fine.txt", "fine");
        bucket.put("escape.txt", "not fine");
        bucket.faults(Faults.NONE.withListed(">escape.txt<", ">../escape.txt<"));
        team.populator("climbs", bucket);

        endsFor(team, "climbs", "UnsafeKey", "../escape.txt");
    }

    @Test
    void anObjectThatChangesDuringTheCopyIsCopiedAnewAndNeverMixed(Team team) {
        Bucket bucket = team.newBucket();
        bucket.plant("data.bin", 48 * MIB, 1);
        bucket.faults(Faults.NONE.withGateAtBytes(24 * MIB));
        team.populator("changing", bucket);
        team.claim(Claim.from("changing"));
        await("half of the object")
                .atMost(SOON)
                .until(() -> bucket.traffic().objectBytes(), bytes -> bytes == 24 * MIB);

        bucket.plant("data.bin", 48 * MIB, 2);
        bucket.faults(Faults.NONE);

        team.awaitFilled("changing", SOON);
        assertThat(team.pods().digests("check", "changing")).isEqualTo(bucket.digests(""));
    }

    @Test
    void aServerThatIsBusyForAWhileIsWaitedFor(Team team) {
        Bucket bucket = oneFile(team);
        bucket.faults(Faults.NONE.withRefusedRequests(12));
        team.populator("busy", bucket);
        team.claim(Claim.from("busy"));

        team.awaitFilled("busy", SOON);

        assertThat(bucket.traffic().refused()).isEqualTo(12);
        assertThat(team.pods().digests("check", "busy")).isEqualTo(bucket.digests(""));
    }

    @Test
    void aServerThatStaysBusyIsReadableAndTriedAgain(Team team) {
        Bucket bucket = oneFile(team);
        bucket.faults(Faults.NONE.withRefusedRequests(1_000_000));
        team.populator("busier", bucket);
        PersistentVolumeClaim claim = team.claim(Claim.from("busier"));
        team.awaitDescribed("busier", Duration.ofSeconds(30), "WaitingForStore", "SlowDown");
        team.awaitDescribed("busier", Duration.ofMinutes(4), "Retrying", "SourceUnavailable");
        assertThat(team.phaseOf(claim)).isEqualTo("Populating");

        bucket.faults(Faults.NONE);

        team.awaitFilled("busier", SOON);
        GenericKubernetesResource run = team.run(claim.getMetadata().getUid()).orElseThrow();
        assertThat(number(run, "status", "attempts")).isGreaterThan(1);
    }

    @Test
    void connectionsThatAreCutAreTakenUpAgain(Team team) {
        Bucket bucket = team.newBucket();
        long size = 64 * MIB;
        bucket.plant("data.bin", size, 1);
        bucket.faults(Faults.NONE.withCuts(6, 3 * MIB));
        team.populator("cut", bucket);
        team.claim(Claim.from("cut"));

        team.awaitFilled("cut", SOON);

        assertThat(bucket.traffic().cut()).isEqualTo(6);
        assertThat(team.pods().digests("check", "cut")).isEqualTo(bucket.digests(""));
    }

    private static void endsFor(Team team, String name, String reason, String... more) {
        endsFor(team, name, Claim.from(name), reason, more);
    }

    private static void endsFor(
            Team team, String name, Claim claim, String reason, String... more) {
        PersistentVolumeClaim pvc = team.claim(claim);
        GenericKubernetesResource run = team.awaitPhase(pvc.getMetadata().getUid(), SOON, "Failed");
        assertThat(Team.<String>get(run, "status", "reason")).isEqualTo(reason);
        assertThat(number(run, "status", "attempts")).isEqualTo(1);
        team.awaitDescribed(name, Duration.ofSeconds(10), reason);
        if (more.length > 0) {
            team.awaitDescribed(name, Duration.ofSeconds(10), more);
        }
        assertThat(team.pvc(name).orElseThrow().getStatus().getPhase()).isEqualTo("Pending");
        await("the populator tells it too")
                .atMost(Duration.ofSeconds(10))
                .untilAsserted(
                        () -> assertThat(team.kubectl("describe", "ovp", name)).contains(reason));
        team.deleteAndAwaitNothingLeft(pvc, SOON);
    }

    private static Bucket oneFile(Team team) {
        Bucket bucket = team.newBucket();
        bucket.put("a.txt", "alpha\n");
        return bucket;
    }
}
