package dev.cistern.csi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// CSI's conformance suite against the plugin, on a real pool of each kind.
@NeedsMounts
class CsiSanityIT {

    /// Building the suite for the first time.
    private static final Duration BUILD = Duration.ofMinutes(10);

    /// The plugin's memory limit, with its image's JVM options.
    private static final long RESIDENT_KIB = 120 << 10;

    private static final Pattern SUMMARY =
            Pattern.compile(
                    "(\\d+) Passed \\| (\\d+) Failed \\| (\\d+) Pending \\| (\\d+) Skipped");
    private static final Pattern SKIPPED = Pattern.compile("\\[SKIPPED] ((?!in |\\[)[^\\n]+)");

    /// Only these tests may be skipped: the driver does not have the capability.
    private static final List<String> NOT_ANNOUNCED =
            List.of(
                    "Snapshot",
                    "Cloning",
                    "Expand",
                    "Modify",
                    "GroupController",
                    "ControllerPublish",
                    "Controller Publish",
                    "ControllerUnpublish",
                    "NodeStage",
                    "NodeUnstage",
                    "Health");

    @TempDir Path directory;

    @AfterEach
    void unmount() throws IOException {
        PrivateMounts.clear(directory);
    }

    @Test
    void theBtrfsPoolPasses() throws IOException, InterruptedException {
        passes(Map.of("CISTERN_POOL_KIND", "btrfs"));
    }

    @Test
    void thePoolOfDirectoriesPasses() throws IOException, InterruptedException {
        passes(Map.of("CISTERN_POOL_KIND", "directory"));
    }

    private void passes(Map<String, String> environment) throws IOException, InterruptedException {
        String suite = suite();
        try (Plugin plugin = Plugin.start(directory, environment)) {
            String output =
                    Plugin.run(
                            Duration.ofMinutes(3),
                            List.of(
                                    suite,
                                    "--ginkgo.v",
                                    "--ginkgo.no-color",
                                    "--csi.endpoint=" + plugin.socket(),
                                    "--csi.mountdir=" + directory.resolve("mount"),
                                    "--csi.stagingdir=" + directory.resolve("staging"),
                                    "--csi.testvolumesize=" + (256L << 20)));

            Matcher summary = SUMMARY.matcher(output);
            assertThat(summary.find()).as(output).isTrue();
            System.out.println(
                    "csi-sanity, "
                            + environment
                            + ": "
                            + summary.group()
                            + "; RSS "
                            + plugin.residentKib()
                            + " KiB");
            assertThat(Integer.parseInt(summary.group(1))).isGreaterThanOrEqualTo(37);
            assertThat(summary.group(2)).isEqualTo("0");
            assertThat(unexpectedlySkipped(output)).isEmpty();
            assertThat(plugin.residentKib()).isLessThan(RESIDENT_KIB);
        }
    }

    private static Set<String> unexpectedlySkipped(String output) {
        return SKIPPED.matcher(output)
                .results()
                .map((MatchResult skipped) -> skipped.group(1))
                .filter(reason -> NOT_ANNOUNCED.stream().noneMatch(reason::contains))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String suite() throws IOException, InterruptedException {
        Path cluster = Path.of(System.getProperty("cistern.root", ".."), "test/cluster/cluster");
        String output = Plugin.run(BUILD, List.of(cluster.toString(), "part", "csi-sanity"));
        return output.lines().toList().getLast();
    }
}
