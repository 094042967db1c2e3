package dev.cistern.test.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cistern.test.server.Bucket;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// A populate pod that admission or the kubelet rejects: the claim's event has their message, and a correction is
/// noticed.
@SystemTest
class RefusedPodsST {
    /// The promise is 10 s; see [WaitReasonsST].
    private static final Duration TOLD = Duration.ofSeconds(30);

    private static final String ENFORCE = "pod-security.kubernetes.io/enforce";

    @Test
    void byALimitRange(Team team) {
        Bucket bucket = prepared(team);
        team.apply(
                """
                apiVersion: v1
                kind: LimitRange
                metadata: {name: small, namespace: NAMESPACE}
                spec: {limits: [{type: Container, max: {memory: 1Mi}}]}
                """);
        team.claim(Claim.from("data"));

        team.awaitDescribed(
                "data",
                TOLD,
                "PodNotStarting",
                "maximum memory usage per Container is 1Mi",
                "namespace " + team.namespace() + " refuses the populate pod");
        WaitReasonsST.row(team, "PodNotStarting");

        team.kubectl("delete", "limitrange", "small");
        WaitReasonsST.filled(team, bucket);
    }

    /// The pod itself complies with `restricted`; a service mesh's sidecar may not.
    @Test
    void byPodSecurity(Cistern cistern, Team team) {
        Bucket bucket = prepared(team);
        cistern.kubectl().apply(WaitReasonsST.inject(team.namespace()));
        try {
            await("the policy")
                    .atMost(TOLD)
                    .pollInterval(Duration.ofSeconds(1))
                    .until(() -> WaitReasonsST.injected(team));
            cistern.kubectl().run("label", "namespace", team.namespace(), ENFORCE + "=restricted");
            team.claim(Claim.from("data"));

            team.awaitDescribed("data", TOLD, "PodNotStarting", "violates PodSecurity", "sidecar");
            WaitReasonsST.row(team, "PodNotStarting");

            cistern.kubectl().run("label", "namespace", team.namespace(), ENFORCE + "-");
            WaitReasonsST.filled(team, bucket);
        } finally {
            cistern.kubectl()
                    .run(
                            "delete",
                            "mutatingadmissionpolicy,mutatingadmissionpolicybinding",
                            team.namespace());
        }
    }

    @Test
    void byAnAdmissionPolicy(Cistern cistern, Team team) {
        Bucket bucket = prepared(team);
        cistern.kubectl().apply(refuse(team.namespace()));
        try {
            String pod =
                    """
                    {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "probe", "namespace": "%s",
                     "labels": {"app.kubernetes.io/managed-by": "cistern"}},
                     "spec": {"containers": [{"name": "main", "image": "%s"}]}}
                    """
                            .formatted(team.namespace(), Pods.IMAGE);
            await("the policy")
                    .atMost(TOLD)
                    .pollInterval(Duration.ofSeconds(1))
                    .until(() -> cistern.kubectl().refusal(pod).contains("cost centre"));
            team.claim(Claim.from("data"));

            team.awaitDescribed(
                    "data", TOLD, "PodNotStarting", "pods need the label of a cost centre");
            WaitReasonsST.row(team, "PodNotStarting");
        } finally {
            cistern.kubectl()
                    .run(
                            "delete",
                            "validatingadmissionpolicy,validatingadmissionpolicybinding",
                            team.namespace());
        }
        WaitReasonsST.filled(team, bucket);
    }

    /// The volume's driver is not on the node: the test provisions for a driver that does not run.
    @Test
    void byKubeletWhoseDriverIsAway(Cistern cistern, Team team) {
        prepared(team);
        String name = team.namespace();
        cistern.kubectl()
                .apply(
                        """
                        apiVersion: storage.k8s.io/v1
                        kind: StorageClass
                        metadata: {name: %1$s}
                        provisioner: %1$s.example.com
                        volumeBindingMode: Immediate
                        ---
                        apiVersion: storage.k8s.io/v1
                        kind: CSIDriver
                        metadata: {name: %1$s.example.com}
                        spec: {attachRequired: false}
                        """
                                .formatted(name));
        try {
            PersistentVolumeClaim claim =
                    team.claim(new Claim("data", name, "64Mi", Claim.from("data").dataSource()));
            PersistentVolumeClaim prime =
                    await("the prime")
                            .atMost(TOLD)
                            .until(() -> new Primes(cistern, claim).prime(), Optional::isPresent)
                            .orElseThrow();
            cistern.kubectl()
                    .apply(
                            """
                            apiVersion: v1
                            kind: PersistentVolume
                            metadata: {name: %1$s}
                            spec:
                              capacity: {storage: 64Mi}
                              accessModes: [ReadWriteOnce]
                              storageClassName: %1$s
                              persistentVolumeReclaimPolicy: Retain
                              claimRef: {namespace: %2$s, name: %3$s}
                              csi: {driver: %1$s.example.com, volumeHandle: nowhere}
                            """
                                    .formatted(
                                            name,
                                            prime.getMetadata().getNamespace(),
                                            prime.getMetadata().getName()));

            team.awaitDescribed(
                    "data", TOLD, "PodNotStarting", "FailedMount", name + ".example.com");
            WaitReasonsST.row(team, "PodNotStarting");

            team.kubectl("delete", "pvc", "data", "--timeout=60s");
            assertThat(new Primes(cistern, claim).hasJob()).isFalse();
        } finally {
            cistern.kubectl().result("delete", "pv", name, "--wait=false");
            cistern.kubectl().result("delete", "storageclass", name);
            cistern.kubectl().result("delete", "csidriver", name + ".example.com");
        }
    }

    @Test
    void byAJobOfSomebodyElseThatHasItsName(Team team) {
        PersistentVolumeClaim claim = team.claim(Claim.from("data"));
        String job = "populate-" + claim.getMetadata().getUid() + "-1";
        team.apply(
                """
                apiVersion: batch/v1
                kind: Job
                metadata: {name: %s, namespace: NAMESPACE}
                spec:
                  suspend: true
                  template:
                    spec: {restartPolicy: Never, containers: [{name: main, image: "%s"}]}
                """
                        .formatted(job, Pods.IMAGE));
        Bucket bucket = prepared(team);

        team.awaitDescribed(
                "data",
                TOLD,
                "CreateFailed",
                "is not of this run",
                "kubectl -n " + team.namespace() + " delete job " + job);
        WaitReasonsST.row(team, "CreateFailed");

        team.kubectl("delete", "job", job);
        WaitReasonsST.filled(team, bucket);
    }

    private static Bucket prepared(Team team) {
        Bucket bucket = WaitReasonsST.bucket(team);
        WaitReasonsST.inline(team, bucket, "mine", "");
        WaitReasonsST.secret(team);
        return bucket;
    }

    private static String refuse(String namespace) {
        return """
        apiVersion: admissionregistration.k8s.io/v1
        kind: ValidatingAdmissionPolicy
        metadata: {name: %1$s}
        spec:
          failurePolicy: Fail
          matchConstraints:
            namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: %1$s}}
            objectSelector: {matchLabels: {app.kubernetes.io/managed-by: cistern}}
            resourceRules:
            - {apiGroups: [""], apiVersions: [v1], resources: [pods], operations: [CREATE]}
          validations:
          - expression: "'cost-centre' in object.metadata.labels"
            message: pods need the label of a cost centre
        ---
        apiVersion: admissionregistration.k8s.io/v1
        kind: ValidatingAdmissionPolicyBinding
        metadata: {name: %1$s}
        spec: {policyName: %1$s, validationActions: [Deny]}
        """
                .formatted(namespace);
    }
}
