package dev.cistern.controller.population.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.api.v1alpha1.VolumePopulation;
import dev.cistern.controller.population.model.LoadLevel;
import dev.cistern.controller.world.GoldenCase;
import dev.cistern.controller.world.MemoryView;
import dev.cistern.controller.world.Simulation;
import dev.cistern.controller.world.TestSettings;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The controller crashes after every single write, at each one and at all of them; the run must end as without a
/// crash.
class CrashTest {
    private static final String OK =
            "0 {\"outcome\":\"Succeeded\",\"terminal\":false,\"reason\":null,\"message\":\"\",\"bytes\":7,"
                + "\"files\":2,\"bytesFetched\":7,\"bytesResumed\":0,\"manifestDigest\":\"sha256:abababababababababababababababababababababababababababababababab\","
                + "\"seconds\":1}";
    private static final String AGAIN =
            "1 {\"outcome\":\"Failed\",\"terminal\":false,\"reason\":\"SourceUnavailable\",\"message\":\"503\","
                + "\"bytes\":3,\"files\":1,\"bytesFetched\":3,\"bytesResumed\":0,\"manifestDigest\":null,"
                + "\"seconds\":1}";
    private static final String NEVER =
            "3 {\"outcome\":\"Failed\",\"terminal\":true,\"reason\":\"AccessDenied\",\"message\":\"no\","
                + "\"bytes\":0,\"files\":0,\"bytesFetched\":0,\"bytesResumed\":0,\"manifestDigest\":null,"
                + "\"seconds\":1}";

    /// More writes than any of these runs needs.
    private static final int POINTS = 30;

    enum Story {
        SUCCESS(_ -> OK),
        SECOND_ATTEMPT(n -> n == 1 ? AGAIN : OK),
        REFUSED(_ -> NEVER);

        private final IntFunction<String> ends;

        Story(IntFunction<String> ends) {
            this.ends = ends;
        }
    }

    private static Simulation cluster(Story story, boolean byNode) throws IOException {
        Simulation cluster = new Simulation(TestSettings.planner(), story.ends);
        MemoryView fixtures = new MemoryView();
        for (String name :
                List.of(byNode ? "class-wffc" : "class", "populator", "backend", "claim")) {
            fixtures.put(GoldenCase.shared(PlannerGoldenTest.CASES, name, PlannerGoldenTest.KINDS));
        }
        for (HasMetadata object : fixtures.all()) {
            if (byNode && object instanceof PersistentVolumeClaim claim) {
                cluster.create(
                        new PersistentVolumeClaimBuilder(claim)
                                .editMetadata()
                                .addToAnnotations("volume.kubernetes.io/selected-node", "n1")
                                .endMetadata()
                                .build());
            } else {
                cluster.create(object);
            }
        }
        return cluster;
    }

    private static void check(Simulation cluster, Story story) {
        VolumePopulation run =
                cluster.view.get(VolumePopulation.class, "team-a", "pop-c1").orElseThrow();
        PersistentVolumeClaim claim =
                cluster.view.get(PersistentVolumeClaim.class, "team-a", "data").orElseThrow();
        assertThat(run.getStatus().getPhase())
                .as(cluster::describe)
                .isEqualTo(
                        story == Story.REFUSED
                                ? dev.cistern.api.v1alpha1.VolumePopulationStatus.Phase.FAILED
                                : dev.cistern.api.v1alpha1.VolumePopulationStatus.Phase.SUCCEEDED);
        assertThat(claim.getStatus().getPhase())
                .isEqualTo(story == Story.REFUSED ? "Pending" : "Bound");
        assertThat(run.getStatus().getAttempts()).isEqualTo(story == Story.SECOND_ATTEMPT ? 2 : 1);
        if (story != Story.REFUSED) {
            assertThat(run.getStatus().getManifestDigest())
                    .isEqualTo(
                            "sha256:abababababababababababababababababababababababababababababababab");
            assertThat(run.getStatus().getBytesFetched())
                    .isEqualTo(story == Story.SECOND_ATTEMPT ? 10 : 7);
        }
        assertThat(claim.getFinalizers()).isEmpty();
        assertThat(cluster.view.list(Job.class)).isEmpty();
        assertThat(cluster.view.list(PersistentVolumeClaim.class)).containsExactly(claim);
        assertThat(cluster.view.list(PersistentVolume.class))
                .hasSize(story == Story.REFUSED ? 0 : 1);
        assertThat(cluster.mostWriters).isLessThanOrEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"SUCCESS,false", "SUCCESS,true", "SECOND_ATTEMPT,false", "REFUSED,true"})
    void endsTheSameWhereverItDies(Story story, boolean byNode) throws IOException {
        for (int point = 0; point <= POINTS; point++) {
            int at = point;
            Simulation cluster = cluster(story, byNode);
            cluster.run(done -> done == at, _ -> {});
            check(cluster, story);
        }
        Simulation cluster = cluster(story, byNode);
        cluster.run(_ -> true, _ -> {});
        check(cluster, story);
    }

    /// The count that `docs/design/reconcile.md` states: nine writes, none of them twice.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aSmoothRunTakesTheFewestWrites(boolean byNode) throws IOException {
        Simulation cluster = cluster(Story.SUCCESS, byNode);
        cluster.run(_ -> false, _ -> {});
        assertThat(cluster.writes)
                .containsExactlyInAnyOrderEntriesOf(
                        java.util.Map.of(
                                "AddFinalizer", 1,
                                "CreateRun", 1,
                                "CreatePrime", 1,
                                "CreateJob", 1,
                                "Rebind", 1,
                                "WriteStatus", 1,
                                "DeleteJob", 1,
                                "DeletePrime", 1,
                                "RemoveFinalizer", 1));
        assertThat(cluster.events)
                .containsExactly(
                        "Populating", "Populated", "ObjectVolumePopulator team-a/model: Populated");
    }

    /// With many runs each step takes seconds, and the writes beside the nine are what a person could still read.
    @ParameterizedTest
    @CsvSource({"10,2", "100,10", "1000,10"})
    void inACrowdSlowStepsCostNoMoreWrites(int underWay, int roundSeconds) throws IOException {
        Simulation cluster = cluster(Story.SUCCESS, false);
        cluster.load = new LoadLevel(underWay, true);
        cluster.round = Duration.ofSeconds(roundSeconds);
        cluster.run(_ -> false, _ -> {});
        check(cluster, Story.SUCCESS);
        assertThat(cluster.writes.values().stream().mapToInt(n -> n).sum())
                .as(cluster::describe)
                .isEqualTo(9);
        assertThat(cluster.events)
                .containsExactly("Populated", "ObjectVolumePopulator team-a/model: Populated");
    }

    /// A single run of the same duration is reported step by step.
    @Test
    void aloneSlowStepsAreTold() throws IOException {
        Simulation cluster = cluster(Story.SUCCESS, false);
        cluster.round = Duration.ofSeconds(2);
        cluster.run(_ -> false, _ -> {});
        assertThat(cluster.writes).containsEntry("WriteStatus", 2);
        assertThat(cluster.events).contains("Populating", "Populated");
    }

    /// A long copy is reported even among many runs: by one status and one event.
    @Test
    void inACrowdACopyThatLastsIsTold() throws IOException {
        Simulation cluster = cluster(Story.SUCCESS, false);
        cluster.load = new LoadLevel(10, true);
        cluster.round = Duration.ofSeconds(6);
        cluster.run(_ -> false, _ -> {});
        assertThat(cluster.writes).containsEntry("WriteStatus", 2);
        assertThat(cluster.events).contains("Populating", "Populated").doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aClaimDeletedAtAnyPointLeavesNothing(boolean andCrash) throws IOException {
        for (int point = 0; point <= POINTS; point++) {
            int at = point;
            Simulation cluster = cluster(Story.SECOND_ATTEMPT, true);
            cluster.run(
                    _ -> andCrash,
                    done -> {
                        if (done >= at) {
                            cluster.view
                                    .get(PersistentVolumeClaim.class, "team-a", "data")
                                    .ifPresent(cluster::delete);
                        }
                    });
            List<String> left =
                    cluster.view.all().stream()
                            .map(HasMetadata::getKind)
                            .filter(
                                    k ->
                                            !List.of(
                                                            "StorageClass",
                                                            "ObjectVolumePopulator",
                                                            "StorageBackend")
                                                    .contains(k))
                            .toList();
            if (cluster.view.get(PersistentVolumeClaim.class, "team-a", "data").isEmpty()) {
                assertThat(left).as("deleted after %d writes", at).isEmpty();
            } else {
                // The run was over before: fewer writes than the point.
                check(cluster, Story.SECOND_ATTEMPT);
            }
        }
    }
}
