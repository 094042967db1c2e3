package dev.cistern.test.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cistern.test.server.Bucket;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// What a team may read with a platform's credentials: `allowedNamespaceSelector` and `allowedPaths`.
@SystemTest
class BackendAccessST {
    private static final Duration SOON = Duration.ofSeconds(90);
    private static final long MIB = 1 << 20;

    @Test
    void aTeamReadsItsOwnPrefixAndNoOther(Cistern cistern, Team team) {
        Bucket bucket = team.newBucket();
        bucket.put("team-a/a.txt", "alpha\n");
        bucket.put("team-ab/b.txt", "beta\n");
        cistern.kubectl()
                .apply(
                        backend(
                                cistern,
                                team,
                                bucket,
                                "team-a/",
                                "namespaces: [" + team.namespace() + "]"));
        for (String prefix : new String[] {"team-ab/", "team-a", "team-", ""}) {
            String name = "no" + prefix.length();
            populator(team, name, bucket, prefix);
            PersistentVolumeClaim claim = team.claim(Claim.from(name));
            team.awaitDescribed(
                    name,
                    SOON,
                    "PathNotAllowed",
                    "s3://" + bucket.name() + "/team-a/ (allowedPaths[0])");
            assertThat(team.kubectl("get", "ovp", name)).contains("False", "PathNotAllowed");
            team.deleteAndAwaitNothingLeft(claim, SOON);
        }
        assertThat(team.kubectl("describe", "ovp", "no0")).contains("PathNotAllowed");

        populator(team, "data", bucket, "team-a/");
        team.claim(Claim.from("data"));
        team.awaitFilled("data", SOON);

        assertThat(team.pods().digests("check", "data")).isEqualTo(bucket.digests("team-a/"));
        cistern.kubectl().run("delete", "storagebackend", team.namespace());
    }

    @Test
    void aLabelOfTheNamespaceLetsItIn(Cistern cistern, Team team) {
        Bucket bucket = team.newBucket();
        bucket.put("gold/a.txt", "alpha\n");
        String backend =
                backend(
                        cistern,
                        team,
                        bucket,
                        "gold/",
                        "namespaceSelector: {matchLabels: {tier: gold}}");
        cistern.kubectl().apply(backend);
        populator(team, "data", bucket, "gold/");
        team.claim(Claim.from("data"));
        team.awaitDescribed("data", SOON, "PathNotAllowed", "no entry of it is for this namespace");

        cistern.kubectl().run("label", "namespace", team.namespace(), "tier=gold");

        team.awaitFilled("data", SOON);
        cistern.kubectl().run("delete", "storagebackend", team.namespace());
    }

    @Test
    void aRuleThatIsTakenBackStopsARunAndGivenBackLetsItGoOn(Cistern cistern, Team team) {
        Bucket bucket = team.newBucket();
        for (int i = 0; i < 30; i++) {
            bucket.plant("a/part-%02d.bin".formatted(i), 2 * MIB, i);
        }
        String mine =
                backend(cistern, team, bucket, "a/", "namespaces: [" + team.namespace() + "]");
        cistern.kubectl().apply(mine);
        populator(team, "data", bucket, "a/", "generic: {throughput: 2}");
        PersistentVolumeClaim claim = team.claim(Claim.from("data"));
        await("a third of it").atMost(SOON).until(() -> bucket.traffic().objectBytes() >= 20 * MIB);

        cistern.kubectl().apply(mine.replace("[" + team.namespace() + "]", "[somebody-else]"));

        team.awaitDescribed("data", SOON, "PathNotAllowed");
        await("no Job")
                .atMost(SOON)
                .untilAsserted(
                        () ->
                                assertThat(
                                                cistern.kubectl()
                                                        .run(
                                                                "get",
                                                                "pods",
                                                                "-n",
                                                                Cistern.POPULATE_NAMESPACE,
                                                                "-l",
                                                                Leftovers.UID_LABEL
                                                                        + "="
                                                                        + claim.getMetadata()
                                                                                .getUid(),
                                                                "-o",
                                                                "name"))
                                        .isBlank());
        long read = bucket.traffic().objectBytes();

        cistern.kubectl().apply(mine);

        team.awaitFilled("data", SOON);
        assertThat(read).isLessThan(60 * MIB);
        assertThat(bucket.traffic().objectBytes()).as("resumed").isLessThan(75 * MIB);
        cistern.kubectl().run("delete", "storagebackend", team.namespace());
    }

    private static String backend(
            Cistern cistern, Team team, Bucket bucket, String prefix, String whom) {
        return cistern.backend(team.namespace(), "store")
                + "  allowedPaths: [{path: \"s3://%s/%s\", %s}]\n"
                        .formatted(bucket.name(), prefix, whom);
    }

    private static void populator(Team team, String name, Bucket bucket, String prefix) {
        populator(team, name, bucket, prefix, "");
    }

    private static void populator(
            Team team, String name, Bucket bucket, String prefix, String more) {
        team.apply(
                """
                apiVersion: cistern.dev/v1alpha1
                kind: ObjectVolumePopulator
                metadata: {name: %s, namespace: NAMESPACE}
                spec:
                  sources:
                  - backendRef: {name: %s}
                    path: s3://%s/%s
                  %s
                """
                        .formatted(name, team.namespace(), bucket.name(), prefix, more));
    }
}
