package dev.cistern.test.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cistern.test.server.Bucket;
import dev.cistern.test.server.S3Server;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// Every obstacle to a claim's population is reported on the claim, with the message of the component that causes it,
/// and shown by `kubectl get vpop`; a correction is noticed without deleting anything.
@SystemTest
class WaitReasonsST {
    private static final Duration SOON = Duration.ofSeconds(90);

    /// The promise is 10 s; the API server, kubelet and `kubectl` on a busy host need extra time.
    private static final Duration TOLD = Duration.ofSeconds(30);

    @Test
    void aQuotaThatRefusesThePod(Team team) {
        Bucket bucket = bucket(team);
        team.apply(
                """
                apiVersion: v1
                kind: ResourceQuota
                metadata: {name: tight, namespace: NAMESPACE}
                spec: {hard: {limits.memory: 1Mi}}
                """);
        inline(team, bucket, "mine", "");
        secret(team);
        team.claim(Claim.from("data"));

        team.awaitDescribed("data", TOLD, "PodNotStarting", "exceeded quota: tight");
        row(team, "PodNotStarting");

        team.kubectl("delete", "resourcequota", "tight");
        filled(team, bucket);
    }

    @Test
    void aClaimThatTheQuotaRefuses(Team team) {
        Bucket bucket = bucket(team);
        team.apply(
                """
                apiVersion: v1
                kind: ResourceQuota
                metadata: {name: one-claim, namespace: NAMESPACE}
                spec: {hard: {persistentvolumeclaims: "1"}}
                """);
        inline(team, bucket, "mine", "");
        secret(team);
        team.claim(Claim.from("data"));

        team.awaitDescribed("data", TOLD, "CreateFailed", "exceeded quota: one-claim");
        row(team, "CreateFailed");

        team.kubectl("delete", "resourcequota", "one-claim");
        filled(team, bucket);
    }

    /// A Job's template is immutable: only a restarted run can use the correction.
    @Test
    void aPriorityClassThatIsNotThereAndAPopulatorThatIsCorrected(Team team) {
        Bucket bucket = bucket(team);
        inline(team, bucket, "mine", "  generic: {priorityClassName: no-such-class}\n");
        secret(team);
        team.claim(Claim.from("data"));
        team.awaitDescribed("data", TOLD, "PodNotStarting", "no-such-class");

        inline(team, bucket, "mine", "");

        filled(team, bucket);
        assertThat(team.describe("data")).contains("Restarted");
    }

    @Test
    void aSecretThatIsNotThere(Team team) {
        Bucket bucket = bucket(team);
        inline(team, bucket, "mine", "");
        team.claim(Claim.from("data"));
        team.awaitDescribed(
                "data",
                TOLD,
                "PodNotStarting",
                "CreateContainerConfigError",
                "Secrets are looked for in namespace " + team.namespace());

        secret(team);

        filled(team, bucket);
    }

    @Test
    void aSidecarThatNeverEnds(Cistern cistern, Team team) {
        Bucket bucket = bucket(team);
        cistern.kubectl().apply(inject(team.namespace()));
        try {
            inline(team, bucket, "mine", "");
            secret(team);
            // A policy takes a moment to take effect.
            await("the policy")
                    .atMost(TOLD)
                    .pollInterval(Duration.ofSeconds(1))
                    .until(() -> injected(team));
            team.claim(Claim.from("data"));

            filled(team, bucket);
        } finally {
            cistern.kubectl()
                    .run(
                            "delete",
                            "mutatingadmissionpolicy,mutatingadmissionpolicybinding",
                            team.namespace());
        }
    }

    @Test
    void anEndpointThatIsWrongAndABackendThatIsCorrected(Team team) {
        Bucket bucket = bucket(team);
        inline(team, bucket, "mine", "", "http://no-such-store.invalid:9000");
        secret(team);
        PersistentVolumeClaim claim = team.claim(Claim.from("data"));
        team.awaitRun(
                claim.getMetadata().getUid(),
                TOLD,
                "host",
                run ->
                        String.valueOf(Team.<String>find(run, "status", "message"))
                                .contains("no-such-store.invalid:9000"));
        team.awaitDescribed("data", TOLD, "WaitingForStore", "no-such-store.invalid");

        inline(team, bucket, "mine", "");

        filled(team, bucket);
    }

    @Test
    void aClaimThatWaitsHasARow(Team team) {
        Bucket bucket = bucket(team);
        team.claim(Claim.from("data"));
        team.claim(Claim.from("data").named("later").waiting());
        row(team, "SourceNotFound");

        team.populator("data", bucket);

        filled(team, bucket);
        row(team, "WaitForFirstConsumer");
        assertThat(team.pods().digests("later", "later")).isEqualTo(bucket.digests(""));
    }

    @Test
    void aSharedClaimAndOneTooLargeOfALocalClass(Team team) {
        team.populator("data", bucket(team));
        team.apply(
                Claim.from("data")
                        .named("shared")
                        .yaml()
                        .replace("ReadWriteOnce", "ReadWriteMany"));
        team.claim(Claim.from("data").named("huge").ofSize("10Ti"));

        team.awaitDescribed("shared", TOLD, "UnsupportedClaim", "ReadWriteMany");
        team.awaitDescribed("huge", TOLD, "ProvisioningFailed", "10Ti");
        row(team, "UnsupportedClaim");
        row(team, "ProvisioningFailed");
        team.deleteAndAwaitNothingLeft(team.pvc("huge").orElseThrow(), SOON);
    }

    static void filled(Team team, Bucket bucket) {
        team.awaitFilled("data", SOON);
        assertThat(team.pods().digests("check", "data")).isEqualTo(bucket.digests(""));
    }

    /// The output of the README's first command.
    static void row(Team team, String reason) {
        await("a row with " + reason)
                .atMost(TOLD)
                .pollInterval(Duration.ofMillis(500))
                .untilAsserted(() -> assertThat(team.kubectl("get", "vpop")).contains(reason));
    }

    static void secret(Team team) {
        team.apply(
                """
                apiVersion: v1
                kind: Secret
                metadata: {name: mine, namespace: NAMESPACE}
                stringData: {id: %s, key: %s}
                """
                        .formatted(S3Server.ACCESS_KEY, S3Server.SECRET_KEY));
    }

    static void inline(Team team, Bucket bucket, String secret, String more) {
        inline(team, bucket, secret, more, team.endpoint());
    }

    /// A populator with its own backend: its Job runs in the team's namespace.
    private static void inline(
            Team team, Bucket bucket, String secret, String more, String endpoint) {
        team.apply(
                """
                apiVersion: cistern.dev/v1alpha1
                kind: ObjectVolumePopulator
                metadata: {name: data, namespace: NAMESPACE}
                spec:
                  sources:
                  - path: s3://%s/
                    backend:
                      type: s3
                      auth:
                        mode: accessKey
                        accessKeyIdSecretRef: {name: %s, key: id}
                        secretAccessKeySecretRef: {name: %s, key: key}
                      s3: {region: %s, endpoint: "%s", forcePathStyle: true}
                %s
                """
                        .formatted(bucket.name(), secret, secret, S3Server.REGION, endpoint, more));
    }

    /// Like a service mesh, with opt-out: a sidecar in each pod of the namespace's Jobs.
    static String inject(String namespace) {
        return """
        apiVersion: admissionregistration.k8s.io/v1
        kind: MutatingAdmissionPolicy
        metadata: {name: %1$s}
        spec:
          failurePolicy: Fail
          reinvocationPolicy: Never
          matchConstraints:
            namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: %1$s}}
            objectSelector: {matchLabels: {app.kubernetes.io/managed-by: cistern}}
            resourceRules:
            - {apiGroups: [""], apiVersions: [v1], resources: [pods], operations: [CREATE]}
          mutations:
          - patchType: JSONPatch
            jsonPatch:
              expression: >-
                [JSONPatch{op: "add", path: "/spec/containers/-", value: Object.spec.containers{
                  name: "sidecar", image: "%2$s", imagePullPolicy: "IfNotPresent",
                  command: ["sleep", "1000000"]}}]
        ---
        apiVersion: admissionregistration.k8s.io/v1
        kind: MutatingAdmissionPolicyBinding
        metadata: {name: %1$s}
        spec: {policyName: %1$s}
        """
                .formatted(namespace, Pods.IMAGE);
    }

    static boolean injected(Team team) {
        String pod =
                """
                {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "probe", "namespace": "%s",
                 "labels": {"app.kubernetes.io/managed-by": "cistern"}},
                 "spec": {"containers": [{"name": "main", "image": "%s"}]}}
                """
                        .formatted(team.namespace(), Pods.IMAGE);
        return team.dryRun(pod).contains("sidecar");
    }

    static Bucket bucket(Team team) {
        Bucket bucket = team.newBucket();
        bucket.put("a.txt", "alpha\n");
        return bucket;
    }
}
