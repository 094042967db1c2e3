package dev.cistern.test.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cistern.test.server.Bucket;
import dev.cistern.test.server.S3Server;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// Without keys: the Job presents its ServiceAccount's token to an STS that checks it with the cluster's published
/// keys.
@SystemTest
class WebIdentityST {
    private static final Duration SOON = Duration.ofSeconds(60);

    @Test
    void theJobTakesOnARoleWithItsServiceAccountsToken(Cistern cistern, Team team)
            throws IOException {
        String role = roleFor(cistern, team, "reader");
        Bucket bucket = team.newBucket();
        bucket.plant("data.bin", 300_000, 1);
        inlinePopulator(cistern, team, bucket, role, "reader");

        team.claim(Claim.from("data"));

        team.awaitFilled("data", SOON);
        assertThat(team.pods().digests("check", "data")).isEqualTo(bucket.digests(""));
        assertThat(cistern.s3().stsDecisions()).contains("issued " + role);
    }

    @Test
    void aServiceAccountThatTheRoleDoesNotTrustGetsNothing(Cistern cistern, Team team)
            throws IOException {
        String role = roleFor(cistern, team, "reader");
        team.kubectl("create", "serviceaccount", "stranger");
        Bucket bucket = team.newBucket();
        bucket.plant("data.bin", 300_000, 1);
        inlinePopulator(cistern, team, bucket, role, "stranger");

        var claim = team.claim(Claim.from("data"));

        var run = team.awaitPhase(claim.getMetadata().getUid(), SOON, "Failed");
        assertThat(Team.<String>get(run, "status", "reason"))
                .isIn("InvalidCredentials", "AccessDenied");
        assertThat(bucket.traffic().gets()).isZero();
        assertThat(cistern.s3().stsDecisions())
                .anyMatch(d -> d.startsWith("refused " + role) && d.contains("stranger"));
    }

    /// Creates a ServiceAccount and a role that trusts only it.
    private static String roleFor(Cistern cistern, Team team, String account) throws IOException {
        team.kubectl("create", "serviceaccount", account);
        String role = "arn:aws:iam::123456789012:role/" + team.namespace() + "-" + account;
        String issuer =
                new ObjectMapper()
                        .readTree(
                                cistern.kubectl()
                                        .run("get", "--raw", "/.well-known/openid-configuration"))
                        .path("issuer")
                        .asText();
        cistern.s3()
                .trust(
                        role,
                        issuer,
                        "sts.amazonaws.com",
                        "system:serviceaccount:" + team.namespace() + ":" + account,
                        cistern.kubectl().run("get", "--raw", "/openid/v1/jwks"));
        return role;
    }

    private static void inlinePopulator(
            Cistern cistern, Team team, Bucket bucket, String role, String account) {
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
                        mode: iam
                        iam: {roleArn: "%s", serviceAccountName: %s, stsEndpoint: "%s"}
                      s3: {region: %s, endpoint: "%s", forcePathStyle: true}
                """
                        .formatted(
                                bucket.name(),
                                role,
                                account,
                                cistern.s3().stsEndpoint(),
                                S3Server.REGION,
                                cistern.s3().endpoint()));
    }
}
