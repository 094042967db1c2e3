package dev.cistern.controller.population.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.api.v1alpha1.ObjectVolumePopulator;
import dev.cistern.api.v1alpha1.VolumePopulation;
import dev.cistern.api.v1alpha1.VolumePopulationStatus;
import dev.cistern.api.v1alpha1.objectvolumepopulatorspec.Retry;
import dev.cistern.controller.world.GoldenCase;
import dev.cistern.controller.world.MemoryView;
import dev.cistern.controller.world.Simulation;
import dev.cistern.controller.world.TestSettings;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Two watches are unordered: whichever of a Job's and its pod's end is seen first, and however late the other, the run
/// ends the same. No attempt may be repeated: `retry.limit: 0`.
class WatchOrderTest {
    /// More rounds than a Job's controller needs from a pod's end to the Job's.
    private static final int LATEST = 6;

    enum Story {
        /// Succeeds at once.
        SUCCESS(_ -> end(0, "Succeeded", null, false), 1, "Succeeded", ""),
        /// Its failure is terminal, and must be reported as such.
        REFUSED(_ -> end(3, "Failed", "AccessDenied", true), 1, "Failed", "AccessDenied"),
        /// The only attempt fails.
        FAILED(_ -> end(1, "Failed", "TargetIoError", false), 1, "Failed", "RetriesExhausted"),
        /// Evictions do not count as attempts.
        EVICTED(
                n ->
                        n < 4
                                ? "evicted " + end(1, "Failed", "Interrupted", false)
                                : end(0, "Succeeded", null, false),
                4,
                "Succeeded",
                ""),
        /// Nor do attempts with an unavailable store.
        STORE_AWAY(
                n ->
                        n < 4
                                ? end(1, "Failed", "SourceUnavailable", false)
                                : end(0, "Succeeded", null, false),
                4,
                "Succeeded",
                "");

        private final IntFunction<String> ends;
        private final int jobs;
        private final String phase;
        private final String reason;

        Story(IntFunction<String> ends, int jobs, String phase, String reason) {
            this.ends = ends;
            this.jobs = jobs;
            this.phase = phase;
            this.reason = reason;
        }

        private static String end(
                int code,
                String outcome,
                @org.jspecify.annotations.Nullable String reason,
                boolean terminal) {
            return code
                    + " {\"outcome\":\""
                    + outcome
                    + "\",\"terminal\":"
                    + terminal
                    + ",\"reason\":"
                    + (reason == null ? "null" : "\"" + reason + "\"")
                    + ",\"message\":\"told\",\"bytes\":7,\"files\":2,\"bytesFetched\":7,\"bytesResumed\":0,"
                    + "\"manifestDigest\":null,\"seconds\":1}";
        }
    }

    static Stream<Arguments> orders() {
        List<Arguments> all = new ArrayList<>();
        for (Story story : Story.values()) {
            for (int podsLate = 0; podsLate <= LATEST; podsLate++) {
                for (int jobsLate = 0; jobsLate <= LATEST; jobsLate++) {
                    all.add(Arguments.of(story, podsLate, jobsLate));
                }
            }
        }
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("orders")
    void theEndIsTheSame(Story story, int podsLate, int jobsLate) throws IOException {
        Simulation cluster = new Simulation(TestSettings.planner(), story.ends, podsLate, jobsLate);
        MemoryView fixtures = new MemoryView();
        for (String name : List.of("class", "populator", "backend", "claim")) {
            fixtures.put(GoldenCase.shared(PlannerGoldenTest.CASES, name, PlannerGoldenTest.KINDS));
        }
        for (HasMetadata object : fixtures.all()) {
            if (object instanceof ObjectVolumePopulator populator) {
                Retry never = new Retry();
                never.setLimit(0);
                populator.getSpec().setRetry(never);
            }
            cluster.create(object);
        }

        cluster.run(_ -> false, _ -> {});

        VolumePopulationStatus status =
                cluster.view
                        .get(VolumePopulation.class, "team-a", "pop-c1")
                        .orElseThrow()
                        .getStatus();
        assertThat(status.getPhase().getValue()).as(cluster::describe).isEqualTo(story.phase);
        assertThat(status.getReason() == null ? "" : status.getReason()).isEqualTo(story.reason);
        assertThat(cluster.writes).containsEntry("CreateJob", story.jobs);
        assertThat(cluster.mostWriters).isEqualTo(1);
    }
}
