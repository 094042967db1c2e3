package dev.cistern.controller.population.plan;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cistern.api.oss.v1beta1.OSSVolumePopulator;
import dev.cistern.api.v1alpha1.Dataset;
import dev.cistern.api.v1alpha1.ObjectVolumePopulator;
import dev.cistern.api.v1alpha1.StorageBackend;
import dev.cistern.api.v1alpha1.VolumePopulation;
import dev.cistern.controller.model.FeatureGates;
import dev.cistern.controller.population.model.Action;
import dev.cistern.controller.population.model.LoadLevel;
import dev.cistern.controller.population.model.Observed;
import dev.cistern.controller.population.model.Timeline;
import dev.cistern.controller.population.observe.RunRecords;
import dev.cistern.controller.world.GoldenCase;
import dev.cistern.controller.world.MemoryView;
import dev.cistern.controller.world.TestSettings;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.storage.StorageClass;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Each file in `planner/` is a [GoldenCase] of the PVC `team-a/data`. Besides the cluster's objects it may give the
/// time (`now`), whether the run is admitted, the largest volume that can be made, what the API server refused the last
/// time, and feature gates. An object that nobody looks at fails the case, and so does a shared file that no case uses.
class PlannerGoldenTest {
    static final Path CASES = Path.of("src/test/resources/planner");
    private static final Set<String> KEYS =
            Set.of("now", "admitted", "largestVolume", "refusal", "gates");

    private static final ObjectMapper YAML = Serialization.yamlMapper();

    static final Map<String, Class<? extends HasMetadata>> KINDS =
            Stream.of(
                            PersistentVolumeClaim.class,
                            PersistentVolume.class,
                            StorageClass.class,
                            Pod.class,
                            Job.class,
                            Event.class,
                            VolumePopulation.class,
                            ObjectVolumePopulator.class,
                            OSSVolumePopulator.class,
                            Dataset.class,
                            StorageBackend.class,
                            Namespace.class)
                    .collect(Collectors.toMap(HasMetadata::getKind, type -> type));

    static Stream<String> cases() throws IOException {
        return GoldenCase.names(CASES);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void planIsAsWritten(String name) throws IOException {
        GoldenCase golden = GoldenCase.read(CASES, name, KEYS);
        MemoryView view = new MemoryView();
        golden.cluster(KINDS).forEach(view::put);
        JsonNode given = golden.given();
        if (given.has("largestVolume")) {
            view.largestVolume(given.get("largestVolume").asLong());
        }

        String uid = view.claim("team-a", "data").orElseThrow().getMetadata().getUid();
        Optional<Observed> seen =
                TestSettings.observer(view, FeatureGates.of(given.path("gates").asText("")))
                        .observe(
                                "team-a",
                                "data",
                                uid,
                                Instant.parse(given.path("now").asText("2026-01-01T00:10:00Z")),
                                Optional.ofNullable(given.path("refusal").textValue()),
                                new LoadLevel(1, given.path("admitted").asBoolean(true)),
                                Timeline.EMPTY);

        assertThat(view.unused()).as("objects that nobody looked at").isEmpty();
        golden.expect(
                seen.isEmpty()
                        ? YAML.createObjectNode().put("ours", false)
                        : render(TestSettings.planner().plan(seen.get())));
    }

    @Test
    void everySharedFileIsUsed() throws IOException {
        Set<String> used = new TreeSet<>();
        for (String name : cases().toList()) {
            used.addAll(GoldenCase.read(CASES, name, KEYS).sharedFiles());
        }
        try (Stream<Path> files = Files.list(CASES.resolve("shared"))) {
            assertThat(files.map(file -> file.getFileName().toString().replace(".yaml", "")))
                    .containsExactlyInAnyOrderElementsOf(used);
        }
    }

    private static JsonNode render(Plan plan) {
        ObjectNode out = YAML.createObjectNode();
        ArrayNode actions = out.putArray("actions");
        for (Action action : plan.actions()) {
            actions.add(render(action));
        }
        plan.requeueAfter().ifPresent(delay -> out.put("requeueAfter", delay.toString()));
        if (plan.done()) {
            out.put("done", true);
        }
        if (plan.queued()) {
            out.put("queued", true);
        }
        return out;
    }

    private static JsonNode render(Action action) {
        ObjectNode node = YAML.createObjectNode();
        String name = action.getClass().getSimpleName();
        switch (action) {
            case Action.AddFinalizer a -> node.put(name, a.claim().key().display());
            case Action.RemoveFinalizer a -> node.put(name, a.claim().key().display());
            case Action.ClearSelectedNode a -> node.put(name, a.claim().key().display());
            case Action.CreateRun a -> node.set(name, MemoryView.tree(a.run()));
            case Action.BeginRun a ->
                    node.set(name + " at " + a.resourceVersion(), MemoryView.tree(a.run()));
            case Action.DeleteRun a -> node.put(name, a.namespace() + "/" + a.name());
            case Action.CreatePrime a -> node.set(name, MemoryView.tree(a.prime()));
            case Action.DeletePrime a -> node.put(name, a.namespace() + "/" + a.name());
            case Action.CreateJob a -> node.set(name, MemoryView.tree(a.job()));
            case Action.DeleteJob a -> node.put(name, a.namespace() + "/" + a.name());
            case Action.Rebind a ->
                    node.put(
                            name,
                            a.volume()
                                    + " at "
                                    + a.resourceVersion()
                                    + " to "
                                    + a.claim().display());
            case Action.WriteStatus a ->
                    node.set(name, MemoryView.tree(RunRecords.write(a.status(), a.timeline())));
            case Action.EmitEvent a ->
                    node.put(
                            name,
                            (a.warning() ? "Warning " : "Normal ")
                                    + a.reason()
                                    + (a.source() == null ? "" : " on " + a.source().display())
                                    + ": "
                                    + a.message());
        }
        return node;
    }
}
