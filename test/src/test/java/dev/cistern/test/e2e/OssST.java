package dev.cistern.test.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.test.cluster.ServerProcess;
import dev.cistern.test.server.OssServers;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Claims filled from Alibaba Cloud OSS by its own protocol: a strict one, which checks signatures, with a token service of its own.
@SystemTest
class OssST {
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @SuppressWarnings("NullAway.Init")
    private OssStore store;

    /// Objects large and small, of names that are not ASCII, and a symlink to one elsewhere.
    @BeforeEach
    void plant(Cistern cistern) {
        store = new OssStore(cistern, directory, "models");
        store.plant("model/weights.bin", OssStore.random(40 << 20));
        store.plant("model/сonfig.json", OssStore.random(1000));
        store.plant("model/a b/+/x", OssStore.random(1));
        store.plant("model/empty", new byte[0]);
        store.plant("shared/tokenizer", OssStore.random(100_000));
        store.plantSymlink("model/tokenizer", "shared/tokenizer");
    }

    @AfterEach
    void clean(Cistern cistern) {
        cistern.kubectl()
                .result("delete", "secret", "-n", Cistern.OSS_POPULATE_NAMESPACE, "oss-secret");
    }

    private static void secret(Cistern cistern, String id, String secret) {
        cistern.kubectl()
                .apply(
                        """
                        apiVersion: v1
                        kind: Secret
                        metadata: {name: oss-secret, namespace: %s}
                        stringData: {accessKeyId: %s, accessKeySecret: %s}
                        """
                                .formatted(Cistern.OSS_POPULATE_NAMESPACE, id, secret));
    }

    private void ossPopulator(Team team) {
        team.apply(
                """
                apiVersion: storage.alibabacloud.com/v1beta1
                kind: OSSVolumePopulator
                metadata: {name: generic-demo, namespace: NAMESPACE}
                spec:
                  bucket: models
                  region: cn-hangzhou
                  endpoint: "%s"
                  path: /model/
                  mode: generic
                  generic:
                    secretRef: oss-secret
                    labels: {example.com/billing: research}
                """
                        .formatted(store.endpoint()));
    }

    private static Claim claim(String name) {
        return Claim.from(name)
                .withDataSource(
                        "{apiGroup: storage.alibabacloud.com, kind: OSSVolumePopulator,"
                                + " name: generic-demo}");
    }

    @Test
    void anOssVolumePopulatorFillsWithASecretOfItsOwnPopulateNamespace(Cistern cistern, Team team) {
        try (ServerProcess servers = store.start()) {
            secret(cistern, OssServers.KEY_ID, OssServers.SECRET);
            ossPopulator(team);

            team.claim(claim("oss"));

            team.awaitFilled("oss", SOON);
            assertThat(team.pods().digests("check", "oss")).isEqualTo(store.digests("model/"));
            assertThat(team.kubectl("describe", "ossvp", "generic-demo"))
                    .contains("Populated successfully");
        }
    }

    @Test
    void aKeyThatIsWrongIsTold(Cistern cistern, Team team) {
        try (ServerProcess servers = store.start()) {
            secret(cistern, OssServers.KEY_ID, "wrong");
            ossPopulator(team);

            PersistentVolumeClaim claim = team.claim(claim("oss"));

            team.awaitPhase(claim.getMetadata().getUid(), SOON, "Failed");
            team.awaitDescribed("oss", SOON, "InvalidCredentials", "SignatureDoesNotMatch");
        }
    }

    @Test
    void theClustersTokenGivesTheKeysOfARole(Cistern cistern, Team team) {
        team.kubectl("create", "serviceaccount", "reader");
        store.trust("system:serviceaccount:" + team.namespace() + ":reader");
        try (ServerProcess servers = store.start()) {
            inline(team, "data", "reader");
            inline(team, "other", "default");

            team.claim(Claim.from("data"));
            PersistentVolumeClaim other = team.claim(Claim.from("other"));

            team.awaitFilled("data", SOON);
            assertThat(team.pods().digests("check", "data")).isEqualTo(store.digests("model/"));
            team.awaitPhase(other.getMetadata().getUid(), SOON, "Failed");
            team.awaitDescribed("other", SOON, "AccessDenied", "trust policy");
        }
    }

    private void inline(Team team, String name, String account) {
        team.apply(
                """
                apiVersion: cistern.dev/v1alpha1
                kind: ObjectVolumePopulator
                metadata: {name: %s, namespace: NAMESPACE}
                spec:
                  sources:
                  - path: oss://models/model/
                    backend:
                      type: oss
                      auth:
                        mode: iam
                        iam:
                          roleArn: %s
                          oidcProviderArn: %s
                          serviceAccountName: %s
                          stsEndpoint: "%s"
                      oss: {region: cn-hangzhou, endpoint: "%s"}
                """
                        .formatted(
                                name,
                                OssStore.ROLE,
                                OssStore.PROVIDER,
                                account,
                                store.stsEndpoint(),
                                store.endpoint()));
    }
}
