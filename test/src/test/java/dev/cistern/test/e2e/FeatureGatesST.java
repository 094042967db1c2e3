package dev.cistern.test.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.test.server.Bucket;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;

/// What is switched off is told on what then is not handled.
@SystemTest
class FeatureGatesST {
    private static final Duration SOON = Duration.ofSeconds(120);

    @Test
    @ResourceLock(SystemTest.CONTROLLER)
    void whatNeedsAPodWaitsUntilTheGateIsOn(Cistern cistern, Team team) {
        Bucket bucket = team.newBucket();
        bucket.put("a.txt", "alpha\n");
        team.populator("data", bucket);
        gates(
                cistern,
                "CISTERN_FEATURE_GATES=VolumePopulator=true,VolumePopulatorPodHandler=false");
        try {
            team.claim(Claim.from("data"));
            team.awaitDescribed("data", SOON, "FeatureDisabled", "VolumePopulatorPodHandler");
            assertThat(team.kubectl("get", "ovp", "data")).contains("False", "FeatureDisabled");
            assertThat(bucket.traffic().objectBytes()).isZero();
        } finally {
            gates(cistern, "CISTERN_FEATURE_GATES-");
        }
        team.awaitFilled("data", SOON);
    }

    private static void gates(Cistern cistern, String variable) {
        cistern.kubectl()
                .run(
                        "set",
                        "env",
                        "deployment/cistern-controller",
                        "-n",
                        Cistern.NAMESPACE,
                        variable);
        new Controller(cistern).awaitAll();
    }
}
