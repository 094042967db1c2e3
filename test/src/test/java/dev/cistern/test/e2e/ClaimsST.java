package dev.cistern.test.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cistern.test.server.Bucket;
import dev.cistern.test.server.S3Server;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// Which PVCs are filled from which source, and which are ignored.
@SystemTest
class ClaimsST {
    private static final Duration SOON = Duration.ofSeconds(60);

    @Test
    void twoClaimsOfOnePopulatorAreIndependentCopiesThatCanBeWritten(Team team) {
        Bucket bucket = smallBucket(team);
        team.populator("data", bucket);
        team.claim(Claim.from("data").named("first"));
        team.claim(Claim.from("data").named("second"));
        team.awaitFilled("first", SOON);
        team.awaitFilled("second", SOON);

        team.pods()
                .run(
                        "writer",
                        "first",
                        "echo mine > /data/a.txt && echo new > /data/added && rm -r /data/dir");

        assertThat(team.pods().digests("check-second", "second")).isEqualTo(bucket.digests(""));
        assertThat(team.pods().digests("check-first", "first").keySet())
                .containsExactly("a.txt", "added");
        populatedSuccessfully(team, "ovp", "data");
    }

    @Test
    void claimsThatAreNotOursAreNeverTouched(Cistern cistern, Team team) {
        team.populator("data", smallBucket(team));
        // A kind of ours in the old dataSource field, which the API server drops; and: no source, a
        // foreign source.
        team.claim(Claim.from("data").named("plain").withDataSource(""));
        team.claim(
                Claim.from("data")
                        .named("foreign")
                        .withDataSource(
                                "{apiGroup: example.com, kind: SomethingElse, name: data}"));
        team.claim(Claim.from("data").named("ours"));
        team.awaitFilled("ours", SOON);
        team.awaitPvc("plain", SOON, "Bound", pvc -> "Bound".equals(pvc.getStatus().getPhase()));

        for (String name : new String[] {"plain", "foreign"}) {
            PersistentVolumeClaim pvc = team.pvc(name).orElseThrow();
            assertThat(pvc.getMetadata().getManagedFields())
                    .as("who wrote to PVC " + name)
                    .noneMatch(field -> field.getManager().startsWith("cistern-"));
            assertThat(pvc.getMetadata().getFinalizers()).doesNotContain(Leftovers.FINALIZER);
            assertThat(team.run(pvc.getMetadata().getUid())).isEmpty();
            assertThat(team.describe(name)).doesNotContain("cistern-controller");
        }
        assertThat(team.pvc("foreign").orElseThrow().getStatus().getPhase()).isEqualTo("Pending");
        assertThat(team.pods().digests("check-plain", "plain")).isEmpty();
    }

    @Test
    void aDatasetGivesAPrivateCopy(Cistern cistern, Team team) {
        Bucket bucket = smallBucket(team);
        cistern.kubectl()
                .apply(
                        """
                        apiVersion: cistern.dev/v1alpha1
                        kind: Dataset
                        metadata: {name: %s}
                        spec:
                          source: {storageBackendRef: %s, path: "s3://%s/dir/"}
                        """
                                .formatted(team.namespace(), Cistern.BACKEND, bucket.name()));
        team.claim(
                Claim.from("copy")
                        .withDataSource(
                                "{apiGroup: cistern.dev, kind: Dataset, name: "
                                        + team.namespace()
                                        + "}"));

        team.awaitFilled("copy", SOON);

        assertThat(team.pods().digests("check", "copy")).isEqualTo(bucket.digests("dir/"));
        cistern.kubectl().run("delete", "dataset", team.namespace());
    }

    @Test
    void anInlineBackendUsesTheTenantsSecretInTheTenantsNamespace(Cistern cistern, Team team) {
        Bucket bucket = smallBucket(team);
        team.apply(
                """
                apiVersion: v1
                kind: Secret
                metadata: {name: mine, namespace: NAMESPACE}
                stringData: {id: %s, key: %s}
                ---
                apiVersion: cistern.dev/v1alpha1
                kind: ObjectVolumePopulator
                metadata: {name: inline, namespace: NAMESPACE}
                spec:
                  sources:
                  - path: s3://%s/
                    into: from-s3
                    exclude: ["**/*.bin"]
                    backend:
                      type: s3
                      auth:
                        mode: accessKey
                        accessKeyIdSecretRef: {name: mine, key: id}
                        secretAccessKeySecretRef: {name: mine, key: key}
                      s3: {region: %s, endpoint: "%s", forcePathStyle: true}
                """
                        .formatted(
                                S3Server.ACCESS_KEY,
                                S3Server.SECRET_KEY,
                                bucket.name(),
                                S3Server.REGION,
                                cistern.s3().endpoint()));
        PersistentVolumeClaim claim = team.claim(Claim.from("inline"));

        String prime =
                Team.get(
                        team.awaitRun(claim.getMetadata().getUid(), SOON, "spec", run -> true),
                        "spec",
                        "primeNamespace");
        assertThat(prime).isEqualTo(team.namespace());
        team.awaitFilled("inline", SOON);

        assertThat(team.pods().digests("check", "inline").keySet())
                .containsExactly("from-s3/a.txt");
    }

    @Test
    void aPopulatorMadeAfterTheClaimWakesItUp(Team team) {
        Bucket bucket = smallBucket(team);
        team.claim(Claim.from("late"));
        team.awaitDescribed("late", SOON, "SourceNotFound");

        team.populator("late", bucket);

        team.awaitFilled("late", SOON);
        assertThat(team.pods().digests("check", "late")).isEqualTo(bucket.digests(""));
    }

    @Test
    void anotherNamespacesPopulatorNeedsAGrant(Cistern cistern, Team team) {
        Bucket bucket = smallBucket(team);
        String owner = team.namespace() + "-owner";
        cistern.kubectl().run("create", "namespace", owner);
        try {
            cistern.kubectl()
                    .apply(
                            """
                            apiVersion: cistern.dev/v1alpha1
                            kind: ObjectVolumePopulator
                            metadata: {name: shared, namespace: %s}
                            spec:
                              sources:
                              - backendRef: {name: %s}
                                path: s3://%s/
                            """
                                    .formatted(owner, Cistern.BACKEND, bucket.name()));
            team.claim(
                    Claim.from("shared")
                            .withDataSource(
                                    "{apiGroup: cistern.dev, kind: ObjectVolumePopulator, name:"
                                            + " shared, namespace: "
                                            + owner
                                            + "}"));
            team.awaitDescribed("shared", SOON, "ReferenceNotGranted", "ReferenceGrant");
            assertThat(team.pvc("shared").orElseThrow().getStatus().getPhase())
                    .isEqualTo("Pending");

            cistern.kubectl().apply(ReferenceGrants.grant(owner, team.namespace()));

            PersistentVolumeClaim filled = team.awaitFilled("shared", SOON);
            assertThat(team.pods().digests("check", "shared")).isEqualTo(bucket.digests(""));
            assertThat(filled.getMetadata().getAnnotations())
                    .as("the note of a source that is dropped: this one was not")
                    .doesNotContainKey("cistern.dev/dropped-source");
        } finally {
            cistern.kubectl().run("delete", "namespace", owner, "--wait=false");
        }
    }

    /// A populator's status is written at most once per interval, so that a thousand PVCs do not cause a thousand
    /// writes.
    private static void populatedSuccessfully(Team team, String kind, String name) {
        await(kind + " " + name)
                .atMost(Duration.ofSeconds(10))
                .untilAsserted(
                        () ->
                                assertThat(team.kubectl("describe", kind, name))
                                        .containsPattern("Message: +Populated successfully"));
    }

    private static Bucket smallBucket(Team team) {
        Bucket bucket = team.newBucket();
        bucket.put("a.txt", "alpha\n");
        bucket.plant("dir/b.bin", 70_000, 1);
        return bucket;
    }
}
