package dev.cistern.test.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cistern.test.cluster.ServerProcess;
import dev.cistern.test.server.Bucket;
import dev.cistern.test.server.ProxyProcess;
import dev.cistern.test.server.S3Server;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/// Jobs that reach their store through an HTTP proxy that wants a user: that of a backend, and that of all Jobs. Isolated, because the
/// controller is configured for it and back.
@SystemTest
@Isolated
class ProxyST {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int PORT = 29020;
    private static final String USER = "cistern";
    private static final String PASSWORD = "p@ss:word";

    @SuppressWarnings("NullAway.Init")
    private ServerProcess proxy;

    @BeforeEach
    void start(Cistern cistern) throws IOException {
        Files.deleteIfExists(log(cistern));
        String address = cistern.cluster().serverAddress();
        proxy =
                cistern.cluster()
                        .startServer(
                                "proxy",
                                ProxyProcess.command(address, PORT, USER, PASSWORD),
                                List.of(PORT),
                                log(cistern));
        await("the proxy").atMost(SOON).until(() -> asked(cistern).contains("proxy on"));
    }

    @AfterEach
    void stop() {
        proxy.close();
    }

    private static Path log(Cistern cistern) {
        return cistern.output().resolve("proxy.log");
    }

    private static String asked(Cistern cistern) throws IOException {
        return Files.exists(log(cistern)) ? Files.readString(log(cistern)) : "";
    }

    private static String url(Cistern cistern) {
        return "http://" + cistern.cluster().serverAddress() + ":" + PORT;
    }

    private static Bucket bucket(Team team) {
        Bucket bucket = team.newBucket();
        for (int i = 0; i < 20; i++) {
            bucket.plant("tree/" + i, 10_000 + i, i);
        }
        return bucket;
    }

    private static void secret(Team team, String password) {
        team.apply(
                """
                apiVersion: v1
                kind: Secret
                metadata: {name: store, namespace: NAMESPACE}
                stringData: {id: "%s", key: "%s", username: "%s", password: "%s"}
                """
                        .formatted(S3Server.ACCESS_KEY, S3Server.SECRET_KEY, USER, password));
    }

    /// @param proxy the backend's field `proxy`, as a line; empty for none
    private static void inline(Team team, Bucket bucket, String proxy) {
        team.apply(
                """
                apiVersion: cistern.dev/v1alpha1
                kind: ObjectVolumePopulator
                metadata: {name: data, namespace: NAMESPACE}
                spec:
                  sources:
                  - path: s3://%s/tree/
                    backend:
                      type: s3
                      auth:
                        mode: accessKey
                        accessKeyIdSecretRef: {name: store, key: id}
                        secretAccessKeySecretRef: {name: store, key: key}
                      %s
                      s3: {region: %s, endpoint: "%s", forcePathStyle: true}
                """
                        .formatted(bucket.name(), proxy, S3Server.REGION, team.endpoint()));
    }

    private static String ownProxy(Cistern cistern) {
        return "proxy: {httpProxy: \""
                + url(cistern)
                + "\", usernameSecretRef: {name: store, key: username},"
                + " passwordSecretRef: {name: store, key: password}}";
    }

    @Test
    void aClaimIsFilledThroughTheProxyOfItsBackend(Cistern cistern, Team team) throws IOException {
        Bucket bucket = bucket(team);
        secret(team, PASSWORD);
        inline(team, bucket, ownProxy(cistern));

        team.claim(Claim.from("data"));

        team.awaitFilled("data", SOON);
        assertThat(team.pods().digests("check", "data")).isEqualTo(bucket.digests("tree/"));
        // Before the proxy says where it is, the launcher may say that it is not there yet.
        assertThat(asked(cistern).lines().dropWhile(line -> !line.startsWith("proxy on")).skip(1))
                .isNotEmpty()
                .allMatch(line -> line.startsWith("GET " + team.endpoint() + "/" + bucket.name()));
    }

    @Test
    void aProxyThatDoesNotLetTheJobThroughIsNamed(Cistern cistern, Team team) throws IOException {
        Bucket bucket = bucket(team);
        secret(team, "wrong");
        inline(team, bucket, ownProxy(cistern));

        PersistentVolumeClaim claim = team.claim(Claim.from("data"));

        var run = team.awaitPhase(claim.getMetadata().getUid(), SOON, "Failed");
        assertThat(Team.<String>get(run, "status", "reason")).isEqualTo("InvalidConfiguration");
        team.awaitDescribed(
                "data",
                SOON,
                "proxy " + url(cistern) + " answers HTTP 407",
                "does not accept user " + USER);
        assertThat(bucket.traffic().gets()).isZero();
    }

    @Test
    void theProxyOfAllJobsIsTheControllersAndABackendMaySayNone(Cistern cistern, Team team)
            throws IOException {
        Bucket bucket = bucket(team);
        secret(team, PASSWORD);
        configure(
                cistern,
                "CISTERN_POPULATE_HTTP_PROXY=" + url(cistern),
                "CISTERN_POPULATE_PROXY_SECRET=store");
        try {
            inline(team, bucket, "");
            team.claim(Claim.from("data"));
            team.awaitFilled("data", SOON);
            assertThat(asked(cistern)).contains("GET " + team.endpoint() + "/" + bucket.name());

            long before = asked(cistern).lines().count();
            team.kubectl("delete", "pvc", "data");
            inline(team, bucket, "proxy: {}");
            team.claim(Claim.from("data"));
            team.awaitFilled("data", SOON);
            assertThat(asked(cistern).lines()).hasSize((int) before);
        } finally {
            configure(cistern, "CISTERN_POPULATE_HTTP_PROXY-", "CISTERN_POPULATE_PROXY_SECRET-");
        }
    }

    private static void configure(Cistern cistern, String... variables) {
        for (String variable : variables) {
            cistern.kubectl()
                    .run(
                            "set",
                            "env",
                            "deployment/cistern-controller",
                            "-n",
                            Cistern.NAMESPACE,
                            variable);
        }
        new Controller(cistern).awaitAll();
    }
}
