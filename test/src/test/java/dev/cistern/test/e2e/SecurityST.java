package dev.cistern.test.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cistern.test.server.Bucket;
import dev.cistern.test.server.Faults;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// Permissions.
@SystemTest
class SecurityST {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final long MIB = 1 << 20;
    private static final String CONTROLLER =
            "--as=system:serviceaccount:cistern-system:cistern-controller";

    @Test
    void theControllerCannotReadASecret(Cistern cistern) {
        for (String verb : new String[] {"get", "list", "watch", "create", "patch"}) {
            for (String where :
                    new String[] {
                        "-A",
                        "-n=cistern-populate",
                        "-n=ack-volume-populator",
                        "-n=cistern-system",
                        "-n=default"
                    }) {
                assertThat(
                                cistern.kubectl()
                                        .result("auth", "can-i", verb, "secrets", CONTROLLER, where)
                                        .output())
                        .as(verb + " secrets " + where)
                        .contains("no");
            }
        }
        assertThat(
                        cistern.kubectl()
                                .result(
                                        "auth",
                                        "can-i",
                                        "create",
                                        "persistentvolumeclaims",
                                        CONTROLLER,
                                        "-A")
                                .output())
                .as("this test asks about the right account")
                .contains("yes");
    }

    @Test
    void theJobsPodHasNoApiTokenAndRunsWithoutPrivileges(Cistern cistern, Team team) {
        Pod pod = runningJob(cistern, team, "").pod();

        assertThat(pod.getSpec().getAutomountServiceAccountToken()).isFalse();
        var container = pod.getSpec().getContainers().getFirst();
        assertThat(container.getVolumeMounts())
                .noneMatch(mount -> mount.getMountPath().contains("serviceaccount"));
        assertThat(container.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
        assertThat(container.getSecurityContext().getAllowPrivilegeEscalation()).isFalse();
        assertThat(container.getSecurityContext().getCapabilities().getDrop()).contains("ALL");
    }

    @Test
    void aForgedReportTokenIsRefusedAndCounted(Cistern cistern, Team team) {
        RunningJob job = runningJob(cistern, team, "");
        var reports = new Reports(cistern, team);
        long refusedBefore = reports.refused();
        String token = job.token();
        char last = token.charAt(token.length() - 2);
        String forged =
                token.substring(0, token.length() - 2)
                        + (last == 'A' ? 'B' : 'A')
                        + token.substring(token.length() - 1);

        assertThat(reports.post(job.uid(), token)).as("the Job's own token").isIn("200", "429");
        assertThat(reports.post(job.uid(), forged)).as("a forged token").isEqualTo("401");
        assertThat(reports.post(job.uid(), "")).as("no token").isEqualTo("401");
        assertThat(reports.post("00000000-0000-0000-0000-000000000000", token))
                .as("another run's token")
                .isIn("403", "404");
        assertThat(reports.refused()).isGreaterThanOrEqualTo(refusedBefore + 3);
    }

    @Test
    void anExpiredReportTokenIsRefusedAndCounted(Cistern cistern, Team team) {
        // The token is valid for the maximal duration of one attempt.
        RunningJob job =
                runningJob(
                        cistern,
                        team,
                        "  generic: {activeDeadlineSeconds: 60}\n  retry: {limit: 3}\n");
        var reports = new Reports(cistern, team);
        String token = job.token();
        assertThat(reports.post(job.uid(), token)).as("in time").isIn("200", "429");
        long refusedBefore = reports.refused();
        // The attempt ends with its token, and its Job is deleted together with the key that
        // distinguishes an expired
        // token from a forged one: keep it.
        String name = "populate-" + job.uid() + "-1";
        finalizers(cistern, name, "[\"example.com/keep\"]");
        try {
            await("the token's end")
                    .atMost(SOON)
                    .pollInterval(Duration.ofSeconds(1))
                    .untilAsserted(
                            () -> assertThat(reports.post(job.uid(), token)).isEqualTo("403"));
            assertThat(reports.refused()).isGreaterThan(refusedBefore);
        } finally {
            finalizers(cistern, name, "null");
        }
    }

    private static void finalizers(Cistern cistern, String job, String json) {
        cistern.kubectl()
                .run(
                        "patch",
                        "job",
                        "-n",
                        Cistern.POPULATE_NAMESPACE,
                        job,
                        "--type=merge",
                        "-p",
                        "{\"metadata\":{\"finalizers\":" + json + "}}");
    }

    private record RunningJob(String uid, Pod pod) {
        String token() {
            return pod.getSpec().getContainers().getFirst().getEnv().stream()
                    .filter(env -> env.getName().equals("CISTERN_REPORT_TOKEN"))
                    .map(EnvVar::getValue)
                    .findFirst()
                    .orElseThrow();
        }
    }

    /// A Job that blocks half way.
    private static RunningJob runningJob(Cistern cistern, Team team, String more) {
        Bucket bucket = team.newBucket();
        bucket.plant("data.bin", 2 * MIB, 1);
        bucket.faults(Faults.NONE.withGateAtBytes(MIB));
        team.populator("data", "s3://" + bucket.name() + "/", more);
        PersistentVolumeClaim claim = team.claim(Claim.from("data"));
        await("half of it").atMost(SOON).until(() -> bucket.traffic().objectBytes() == MIB);
        return new RunningJob(
                claim.getMetadata().getUid(), new Primes(cistern, claim).pods().getFirst());
    }
}
