package dev.cistern.test.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.test.server.Bucket;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// A PVC that cannot be populated has an event with the reason, and can still be deleted. References to missing objects
/// are waited for.
@SystemTest
class RefusedClaimsST {
    private static final Duration SOON = Duration.ofSeconds(60);

    @Test
    void aClassWithoutAProvisioner(Cistern cistern, Team team) {
        storageClass(cistern, team.namespace(), "kubernetes.io/no-provisioner", "");
        team.populator("data", bucket(team));
        PersistentVolumeClaim claim =
                team.claim(
                        new Claim(
                                "data", team.namespace(), "64Mi", Claim.from("data").dataSource()));

        refused(team, claim, "NoDynamicProvisioner");
        cistern.kubectl().run("delete", "storageclass", team.namespace());
    }

    @Test
    void noClassAtAll(Team team) {
        team.populator("data", bucket(team));
        PersistentVolumeClaim claim =
                team.claim(new Claim("data", "\"\"", "64Mi", Claim.from("data").dataSource()));

        refused(team, claim, "NoDynamicProvisioner");
    }

    @Test
    void aClassWhoseSecretIsNamedAfterTheClaim(Cistern cistern, Team team) {
        storageClass(
                cistern,
                team.namespace(),
                "local.cistern.dev",
                "parameters: {csi.storage.k8s.io/provisioner-secret-name: \"${pvc.name}\","
                    + " csi.storage.k8s.io/provisioner-secret-namespace: \"${pvc.namespace}\"}");
        team.populator("data", bucket(team));
        PersistentVolumeClaim claim =
                team.claim(
                        new Claim(
                                "data", team.namespace(), "64Mi", Claim.from("data").dataSource()));

        refused(team, claim, "UnsupportedStorageClass");
        cistern.kubectl().run("delete", "storageclass", team.namespace());
    }

    @Test
    void aBlockVolume(Team team) {
        team.populator("data", bucket(team));
        team.apply(
                Claim.from("data")
                        .yaml()
                        .replace("accessModes:", "volumeMode: Block\n  accessModes:"));

        refused(team, team.pvc("data").orElseThrow(), "UnsupportedClaim");
    }

    /// The API server would drop the field, and bind an empty volume.
    @Test
    void aSourceInTheFieldThatIsIgnored(Cistern cistern, Team team) {
        team.populator("data", bucket(team));
        String yaml = Claim.from("data").yaml().replace("NAMESPACE", team.namespace());

        assertThat(cistern.kubectl().refusal(yaml.replace("dataSourceRef:", "dataSource:")))
                .contains("spec.dataSource:", "write spec.dataSourceRef");
        assertThat(cistern.kubectl().refusal(yaml.replace("ObjectVolumePop", "ObjectvolumePop")))
                .contains("spec.dataSourceRef.kind:", "write ObjectVolumePopulator");
        assertThat(team.pvc("data")).isEmpty();
        assertThat(cistern.kubectl().refusal(yaml)).isEmpty();
    }

    @Test
    void aBackendThatDoesNotAdmitTheNamespace(Cistern cistern, Team team) {
        String backend =
                cistern.backend(team.namespace(), "store") + "  allowedNamespaces: [team-b]\n";
        cistern.kubectl().apply(backend);
        Bucket bucket = populatorOf(team, team.namespace());
        PersistentVolumeClaim claim = team.claim(Claim.from("data"));

        team.awaitDescribed("data", SOON, "BackendNotAllowed");
        assertThat(bucket.traffic().lists()).isZero();
        cistern.kubectl().apply(backend.replace("team-b", team.namespace()));

        team.awaitFilled("data", SOON);
        team.deleteAndAwaitNothingLeft(claim, SOON);
        cistern.kubectl().run("delete", "storagebackend", team.namespace());
    }

    @Test
    void aBackendThatIsMadeLater(Cistern cistern, Team team) {
        Bucket bucket = populatorOf(team, team.namespace());
        team.claim(Claim.from("data"));
        team.awaitDescribed("data", SOON, "BackendNotFound");

        cistern.kubectl().apply(cistern.backend(team.namespace(), "store"));

        team.awaitFilled("data", SOON);
        assertThat(team.pods().digests("check", "data")).isEqualTo(bucket.digests(""));
        cistern.kubectl().run("delete", "storagebackend", team.namespace());
    }

    @Test
    void aVolumeBoundBehindOurBackIsNeverCalledPopulated(Cistern cistern, Team team) {
        team.populator("data", bucket(team));
        cistern.kubectl()
                .apply(
                        """
                        apiVersion: v1
                        kind: PersistentVolume
                        metadata: {name: %s}
                        spec:
                          capacity: {storage: 256Mi}
                          accessModes: [ReadWriteOnce]
                          storageClassName: %s
                          persistentVolumeReclaimPolicy: Retain
                          claimRef: {namespace: %s, name: data}
                          hostPath: {path: /tmp/%s}
                        """
                                .formatted(
                                        team.namespace(),
                                        Claim.WAIT,
                                        team.namespace(),
                                        team.namespace()));
        PersistentVolumeClaim claim = team.claim(Claim.from("data").waiting());

        team.awaitDescribed("data", SOON, "NotPopulated");

        assertThat(team.pvc("data").orElseThrow().getSpec().getVolumeName())
                .isEqualTo(team.namespace());
        assertThat(team.describe("data")).doesNotContain("Populated successfully");
        team.awaitPhase(claim.getMetadata().getUid(), SOON, "Failed");
        team.kubectl("delete", "pvc", "data", "--timeout=60s");
        cistern.kubectl().run("delete", "pv", team.namespace());
    }

    private static void refused(Team team, PersistentVolumeClaim claim, String reason) {
        team.awaitDescribed(claim.getMetadata().getName(), SOON, reason);
        assertThat(team.pvc(claim.getMetadata().getName()).orElseThrow().getStatus().getPhase())
                .isEqualTo("Pending");
        team.deleteAndAwaitNothingLeft(claim, SOON);
    }

    private static Bucket populatorOf(Team team, String backend) {
        Bucket bucket = bucket(team);
        team.apply(
                """
                apiVersion: cistern.dev/v1alpha1
                kind: ObjectVolumePopulator
                metadata: {name: data, namespace: NAMESPACE}
                spec:
                  sources:
                  - backendRef: {name: %s}
                    path: s3://%s/
                """
                        .formatted(backend, bucket.name()));
        return bucket;
    }

    private static void storageClass(
            Cistern cistern, String name, String provisioner, String more) {
        cistern.kubectl()
                .apply(
                        """
                        apiVersion: storage.k8s.io/v1
                        kind: StorageClass
                        metadata: {name: %s}
                        provisioner: %s
                        volumeBindingMode: Immediate
                        %s
                        """
                                .formatted(name, provisioner, more));
    }

    private static Bucket bucket(Team team) {
        Bucket bucket = team.newBucket();
        bucket.put("a.txt", "alpha\n");
        return bucket;
    }
}
