package dev.cistern.test.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cistern.test.cluster.Command;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `deploy/monitoring`: the alerts by Prometheus' own tool, and the dashboard's expressions by the same.
class MonitoringIT {
    private static final Path ROOT =
            Objects.requireNonNull(Path.of("").toAbsolutePath().getParent());
    private static final Path MONITORING = ROOT.resolve("deploy/monitoring");
    private static final Pattern METRIC = Pattern.compile("\\bcistern_[a-z_]+");
    private static final Pattern SUFFIX = Pattern.compile("_(bucket|count|sum|max)$");

    @TempDir Path directory;

    @Test
    void theAlertsAreValidAndFireWhenTheyShould() throws IOException {
        JsonNode rules = rules();
        Files.writeString(directory.resolve("alerts.yaml"), Serialization.asYaml(rules));
        // The test's expectations are about when an alert fires; its words are Lint's.
        for (JsonNode rule : rules.findValues("rules")) {
            rule.forEach(alert -> ((ObjectNode) alert).remove("annotations"));
        }
        Files.writeString(directory.resolve("rules.yaml"), Serialization.asYaml(rules));
        Files.copy(MONITORING.resolve("alerts_test.yaml"), directory.resolve("alerts_test.yaml"));

        promtool("check", "rules", "--lint=all", "--lint-fatal", "alerts.yaml");
        promtool("test", "rules", "alerts_test.yaml");
    }

    @Test
    void theDashboardsExpressionsAreValid() throws IOException {
        JsonNode dashboard =
                new ObjectMapper().readTree(MONITORING.resolve("dashboard.json").toFile());
        StringBuilder rules = new StringBuilder("groups:\n- name: dashboard\n  rules:\n");
        int n = 0;
        for (JsonNode panel : dashboard.get("panels")) {
            assertThat(panel.get("description").asText()).isNotBlank();
            for (JsonNode target : panel.get("targets")) {
                rules.append("  - record: dashboard:expression:%d%n".formatted(n++));
                rules.append("    expr: '%s'%n".formatted(target.get("expr").asText()));
            }
        }
        Files.writeString(directory.resolve("dashboard.yaml"), rules);

        promtool("check", "rules", "dashboard.yaml");
        assertThat(n).isPositive();
    }

    @Test
    void everyMetricInAlertsAndDashboardIsInTheManual() throws IOException {
        Set<String> used = new TreeSet<>();
        for (String file : new String[] {"alerts.yaml", "dashboard.json"}) {
            used.addAll(metrics(Files.readString(MONITORING.resolve(file))));
        }
        Set<String> documented = new TreeSet<>();
        for (String page : new String[] {"operations.md", "csi.md"}) {
            documented.addAll(metrics(Files.readString(ROOT.resolve("docs").resolve(page))));
        }

        assertThat(documented).containsAll(used);
    }

    private static Set<String> metrics(String text) {
        return METRIC.matcher(text)
                .results()
                .map(MatchResult::group)
                .map(name -> SUFFIX.matcher(name).replaceAll(""))
                .collect(Collectors.toSet());
    }

    private static JsonNode rules() throws IOException {
        return Serialization.unmarshal(
                        Files.readString(MONITORING.resolve("alerts.yaml")), JsonNode.class)
                .get("spec");
    }

    private void promtool(String... args) {
        String[] all = new String[args.length + 1];
        all[0] = Command.of(ROOT.resolve("test/promtool.sh").toString()).run().orThrow().strip();
        System.arraycopy(args, 0, all, 1, args.length);
        Command.of(all).in(directory).run().orThrow();
    }
}
