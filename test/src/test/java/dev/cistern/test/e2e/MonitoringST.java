package dev.cistern.test.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cistern.test.server.Bucket;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// What the alerts and the dashboard ask for is what the running controller exports.
@SystemTest
class MonitoringST {
    private static final Duration SOON = Duration.ofSeconds(90);
    private static final Pattern METRIC = Pattern.compile("\\bcistern_[a-z_]+");

    /// Series that appear with their first value.
    private static final Set<String> ON_FIRST_USE =
            Set.of("cistern_report_rejected_total", "cistern_runs_unfinished");

    @Test
    void endsAreCountedOnceAndEveryMetricThatIsAskedForIsThere(Cistern cistern, Team team)
            throws IOException {
        var reports = new Reports(cistern, team);
        double before = ended(reports, "NoSuchBucket");
        Bucket bucket = team.newBucket();
        bucket.put("fine.txt", "fine");
        team.populator("fine", bucket);
        team.claim(Claim.from("fine"));
        team.awaitFilled("fine", SOON);
        team.populator("missing", "s3://" + team.namespace() + "-nowhere/", "");
        PersistentVolumeClaim missing = team.claim(Claim.from("missing"));
        team.awaitPhase(missing.getMetadata().getUid(), SOON, "Failed");

        await("the failure is counted")
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofSeconds(1))
                .untilAsserted(
                        () ->
                                assertThat(ended(reports, "NoSuchBucket"))
                                        .isGreaterThanOrEqualTo(before + 1));
        String metrics = reports.metrics();
        assertThat(sum(metrics, "cistern_leader")).isEqualTo(1);
        assertThat(names(metrics)).containsAll(asked(cistern.root()));
    }

    private static Set<String> asked(Path root) throws IOException {
        Set<String> asked = new TreeSet<>();
        for (String file : new String[] {"alerts.yaml", "dashboard.json"}) {
            asked.addAll(names(Files.readString(root.resolve("deploy/monitoring").resolve(file))));
        }
        asked.removeIf(name -> name.startsWith("cistern_csi_"));
        asked.removeAll(ON_FIRST_USE);
        return asked;
    }

    private static Set<String> names(String text) {
        return METRIC.matcher(text)
                .results()
                .map(MatchResult::group)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static double ended(Reports reports, String reason) {
        return sum(
                reports.metrics(),
                "cistern_runs_ended_total{phase=\"Failed\",reason=\"" + reason + "\"}");
    }

    private static double sum(String metrics, String series) {
        return metrics.lines()
                .filter(line -> line.startsWith(series + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(series.length() + 1)))
                .sum();
    }
}
