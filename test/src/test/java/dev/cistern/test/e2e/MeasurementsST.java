package dev.cistern.test.e2e;

import static dev.cistern.test.cluster.TestLog.info;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cistern.test.cluster.Command;
import dev.cistern.test.server.Bucket;
import dev.cistern.test.server.Faults;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/// The cost of a fill beyond the copy: time by step, memory, image sizes. Written to `target/system/measurements.md`.
@SystemTest
@Isolated
class MeasurementsST {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final long MIB = 1 << 20;
    private static final int ROUNDS = 5;
    private static final List<String> STEPS =
            List.of(
                    "PrimeCreated",
                    "PrimeBound",
                    "JobCreated",
                    "CopyStarted",
                    "CopyDone",
                    "Rebound",
                    "Bound");

    @Test
    void costs(Cistern cistern, Team team) throws IOException {
        var report =
                new StringBuilder(
                        "# Measured on %d cores, %s\n\n"
                                .formatted(
                                        Runtime.getRuntime().availableProcessors(),
                                        cistern.cluster().description()));
        times(team, report);
        memory(cistern, team, report);
        images(cistern, report);
        Path file = cistern.output().resolve("measurements.md");
        Files.writeString(file, report);
        info("measurements, also in %s:%n%s", file, report);
    }

    private static void times(Team team, StringBuilder report) {
        Bucket bucket = team.newBucket();
        bucket.put("small.txt", "one small file");
        team.populator("small", bucket);
        Map<String, List<Long>> millis = new LinkedHashMap<>();
        List<Long> totals = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            String name = "small-" + round;
            Instant before = Instant.now();
            PersistentVolumeClaim claim = team.claim(Claim.from("small").named(name));
            team.awaitFilled(name, SOON);
            GenericKubernetesResource run = team.run(claim.getMetadata().getUid()).orElseThrow();
            Map<String, Instant> at = steps(run);
            assertThat(at.keySet()).as("steps of the run").containsAll(STEPS);
            Instant last = Instant.parse(Team.get(run, "status", "startedAt"));
            totals.add(Duration.between(last, at.get("Bound")).toMillis());
            assertThat(last).isAfterOrEqualTo(before.minusSeconds(1));
            for (String step : STEPS) {
                Instant now = at.get(step);
                millis.computeIfAbsent(step, s -> new ArrayList<>())
                        .add(Duration.between(last, now).toMillis());
                last = now;
            }
        }
        report.append(
                "PVC of one small file, run made to PVC Bound: median %d ms of %d rounds %s\n\n| step | median ms | all |\n|---|---|---|\n"
                        .formatted(median(totals), ROUNDS, totals));
        millis.forEach(
                (step, all) ->
                        report.append("| to %s | %d | %s |\n".formatted(step, median(all), all)));
    }

    private static Map<String, Instant> steps(GenericKubernetesResource run) {
        Map<String, Instant> at = new LinkedHashMap<>();
        for (Map<String, String> step :
                Team.<List<Map<String, String>>>get(run, "status", "steps")) {
            at.put(step.get("name"), Instant.parse(step.get("at")));
        }
        return at;
    }

    private static long median(List<Long> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    private static void memory(Cistern cistern, Team team, StringBuilder report) {
        Bucket bucket = team.newBucket();
        bucket.plant("large.bin", 200 * MIB, 1);
        bucket.faults(Faults.NONE.withGateAtBytes(190 * MIB));
        team.populator("large", bucket);
        PersistentVolumeClaim claim = team.claim(Claim.from("large").ofSize("512Mi"));
        await("most of it").atMost(SOON).until(() -> bucket.traffic().objectBytes() == 190 * MIB);
        report.append("\nResident memory, MiB (now / at most)\n\n| process | |\n|---|---|\n");
        for (Pod pod : new Primes(cistern, claim).pods()) {
            memory(cistern, pod, "populate Job, at 190 of 200 MiB", report);
        }
        bucket.faults(Faults.NONE);
        for (Pod pod : new Controller(cistern).pods()) {
            memory(cistern, pod, "controller", report);
        }
        for (Pod pod :
                cistern.client()
                        .pods()
                        .inNamespace(Cistern.NAMESPACE)
                        .withLabelSelector(Cistern.CSI_LABELS)
                        .list()
                        .getItems()) {
            memory(cistern, pod, "CSI", report);
        }
        team.awaitFilled("large", SOON);
    }

    private static void memory(Cistern cistern, Pod pod, String what, StringBuilder report) {
        for (ContainerStatus container : pod.getStatus().getContainerStatuses()) {
            String id =
                    container
                            .getContainerID()
                            .substring(container.getContainerID().indexOf("//") + 2);
            List<String> argv =
                    new ArrayList<>(cistern.cluster().onNode(pod.getSpec().getNodeName()));
            argv.addAll(List.of("sh", "-c", MEMORY, "sh", id));
            Matcher m =
                    Pattern.compile("VmHWM:\\s+(\\d+) kB\\s+VmRSS:\\s+(\\d+) kB")
                            .matcher(Command.of(argv).run().orThrow());
            assertThat(m.find())
                    .as("memory of " + pod.getMetadata().getName() + "/" + container.getName())
                    .isTrue();
            report.append(
                    String.format(
                            Locale.ROOT,
                            "| %s, container %s | %.0f / %.0f |\n",
                            what,
                            container.getName(),
                            Long.parseLong(m.group(2)) / 1024.0,
                            Long.parseLong(m.group(1)) / 1024.0));
        }
    }

    private static final String MEMORY =
            "for p in /proc/[0-9]*; do grep -qs \"$1\" $p/cgroup && grep -hE '^Vm(HWM|RSS)'"
                    + " $p/status; done; true";

    private static void images(Cistern cistern, StringBuilder report) throws IOException {
        report.append("\n| image archive | MiB |\n|---|---|\n");
        try (Stream<Path> files = Files.list(cistern.root().resolve("target/images"))) {
            for (Path file :
                    (Iterable<Path>)
                            files.filter(f -> f.toString().endsWith(".tar")).sorted()::iterator) {
                report.append(
                        String.format(
                                Locale.ROOT,
                                "| %s | %.1f |\n",
                                file.getFileName(),
                                Files.size(file) / (double) MIB));
            }
        }
    }
}
