package dev.cistern.test.e2e;

import static dev.cistern.test.cluster.TestLog.info;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cistern.test.server.Bucket;
import dev.cistern.test.server.Faults;
import java.io.BufferedReader;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;

/// Progress is visible to users.
@SystemTest
class ProgressST {
    private static final Duration SOON = Duration.ofSeconds(90);
    private static final long MIB = 1 << 20;

    private record Line(Instant at, String text) {}

    @Test
    void kubectlShowsTheDataFlow(Team team, Cistern cistern) {
        Bucket bucket = team.newBucket();
        for (int i = 0; i < 30; i++) {
            bucket.plant("part-%02d.bin".formatted(i), 2 * MIB, i);
        }
        bucket.faults(Faults.NONE.withBytesPerSecond(5 * MIB));
        team.populator("slow", bucket);
        List<Line> lines = new CopyOnWriteArrayList<>();
        Process watching = cistern.kubectl().start("get", "vpop", "-n", team.namespace(), "-w");
        try {
            Thread.ofVirtual().start(() -> read(watching, lines));
            team.claim(Claim.from("slow"));
            await("half of it")
                    .atMost(SOON)
                    .until(() -> bucket.traffic().objectBytes() >= 30 * MIB);

            String described = team.kubectl("describe", "ovp", "slow");

            assertThat(described).containsPattern("Percent: +[1-9][0-9]");
            assertThat(described).containsPattern("Rate: +[0-9.]+ MiB/s");
            assertThat(described).containsPattern("Eta: +[0-9]+");
            team.awaitFilled("slow", SOON);
        } finally {
            watching.destroy();
        }
        await("the populator to say so")
                .atMost(Duration.ofSeconds(5))
                .untilAsserted(
                        () ->
                                assertThat(team.kubectl("describe", "ovp", "slow"))
                                        .containsPattern("Message: +Populated successfully"));
        assertThat(lines.getFirst().text())
                .contains("PVC", "PHASE", "PROGRESS", "RATE", "ETA", "AGE");
        movesEveryTwoSeconds(lines);
    }

    /// Like a NetworkPolicy; a Service without endpoints is noticed by every Job.
    @Test
    @ResourceLock(SystemTest.CONTROLLER)
    void reportsThatDoNotArriveAreToldAndTheCopyGoesOn(Team team, Cistern cistern) {
        Bucket bucket = team.newBucket();
        for (int i = 0; i < 30; i++) {
            bucket.plant("part-%02d.bin".formatted(i), 2 * MIB, i);
        }
        bucket.faults(Faults.NONE.withBytesPerSecond(MIB));
        team.populator("silent", bucket);
        reportsTo(cistern, "1");
        try {
            team.claim(Claim.from("silent"));

            team.awaitDescribed(
                    "silent", Duration.ofSeconds(70), "NoReports", "its progress is not known");
            assertThat(team.kubectl("get", "vpop")).contains("Populating", "NoReports");
        } finally {
            reportsTo(cistern, "reports");
        }
        team.awaitFilled("silent", SOON);
        assertThat(team.pods().digests("check", "silent")).isEqualTo(bucket.digests(""));
    }

    private static void reportsTo(Cistern cistern, String port) {
        cistern.kubectl()
                .run(
                        "-n",
                        "cistern-system",
                        "patch",
                        "service",
                        "cistern-controller",
                        "-p",
                        "{\"spec\": {\"ports\": [{\"port\": 8082, \"targetPort\": "
                                + (port.equals("1") ? port : "\"" + port + "\"")
                                + "}]}}");
    }

    private static void movesEveryTwoSeconds(List<Line> lines) {
        Pattern percent = Pattern.compile("Populating +([0-9]+)%");
        List<Line> moving = new ArrayList<>();
        int last = -1;
        for (Line line : lines) {
            Matcher m = percent.matcher(line.text());
            if (m.find()) {
                int now = Integer.parseInt(m.group(1));
                assertThat(now)
                        .as("progress never goes back: " + line.text())
                        .isGreaterThanOrEqualTo(last);
                if (now > last) {
                    moving.add(line);
                    last = now;
                }
            }
        }
        info("progress: %d steps of kubectl get vpop -w", moving.size());
        assertThat(moving).hasSizeGreaterThan(4);
        for (int i = 1; i < moving.size(); i++) {
            Duration gap = Duration.between(moving.get(i - 1).at(), moving.get(i).at());
            assertThat(gap)
                    .as("between `%s` and `%s`", moving.get(i - 1).text(), moving.get(i).text())
                    .isLessThanOrEqualTo(
                            Duration.ofMillis(2200)); // 2 s and what kubectl takes to print
        }
    }

    private static void read(Process process, List<Line> lines) {
        try (BufferedReader reader = process.inputReader()) {
            for (String line; (line = reader.readLine()) != null; ) {
                lines.add(new Line(Instant.now(), line));
            }
        } catch (IOException e) {
            // kubectl was killed.
        }
    }
}
