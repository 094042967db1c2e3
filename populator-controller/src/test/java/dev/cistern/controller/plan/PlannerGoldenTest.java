package dev.cistern.controller.plan;

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
import dev.cistern.controller.model.Crowd;
import dev.cistern.controller.model.Observed;
import dev.cistern.controller.model.PopulateNamespaces;
import dev.cistern.controller.model.Timeline;
import dev.cistern.controller.observe.Observer;
import dev.cistern.controller.observe.RunRecords;
import dev.cistern.controller.world.MemoryView;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.storage.StorageClass;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Each directory below `planner/` is a case: `in-*.yaml` are the cluster's objects, `in-now.yaml` the clock (and whether it is the PVC's turn, how much
/// room there is, and what the API server refused), `out-plan.yaml` the plan for the PVC `team-a/data`. An object that nobody looks at, or a file of
/// another name, fails the case. `-Dgolden.update=true` writes the plans anew, for a person to read before committing.
class PlannerGoldenTest {
    private static final Path CASES = Path.of("src/test/resources/planner");
    private static final Path SHARED = CASES.resolve("shared");
    static final Settings SETTINGS =
            new Settings(
                    new PopulateNamespaces("cistern-populate", "ack-volume-populator"),
                    "cistern/populate:dev",
                    "IfNotPresent",
                    List.of(),
                    65532,
                    Map.of("cpu", new Quantity("100m"), "memory", new Quantity("256Mi")),
                    Map.of("memory", new Quantity("512Mi")),
                    "http://cistern-controller.cistern-system.svc:8082");

    private static final Map<String, Class<? extends HasMetadata>> KINDS =
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
                            StorageBackend.class)
                    .collect(Collectors.toMap(HasMetadata::getKind, type -> type));

    static Stream<String> cases() throws IOException {
        try (Stream<Path> dirs = Files.list(CASES)) {
            return dirs
                    .filter(d -> !d.equals(SHARED))
                    .map(d -> d.getFileName().toString())
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void planIsAsWritten(String name) throws IOException {
        Path dir = CASES.resolve(name);
        MemoryView view = new MemoryView();
        Instant now = Instant.parse("2026-01-01T00:10:00Z");
        Crowd crowd = Crowd.ALONE;
        Optional<String> refusal = Optional.empty();
        List<Path> files;
        try (Stream<Path> list = Files.list(dir)) {
            files = list.sorted().toList();
        }
        for (Path file : files) {
            String fileName = file.getFileName().toString();
            if (fileName.equals("in-now.yaml")) {
                JsonNode clock = Serialization.yamlMapper().readTree(Files.readString(file));
                now = Instant.parse(clock.path("now").asText(now.toString()));
                crowd = new Crowd(1, clock.path("turn").asBoolean(true));
                refusal = Optional.ofNullable(clock.path("refused").textValue());
                if (clock.has("room")) {
                    view.room(clock.get("room").asLong());
                }
            } else if (fileName.startsWith("in-") && fileName.endsWith(".yaml")) {
                load(view, file);
            } else {
                assertThat(fileName).as("file in %s", dir).isEqualTo("out-plan.yaml");
            }
        }

        String uid = view.claim("team-a", "data").orElseThrow().getMetadata().getUid();
        Optional<Observed> seen =
                new Observer(view, SETTINGS.namespaces())
                        .observe("team-a", "data", uid, now, refusal, crowd, Timeline.EMPTY);
        String plan =
                seen.isEmpty() ? "ours: false\n" : render(new Planner(SETTINGS).plan(seen.get()));

        assertThat(view.unused()).as("objects of %s that nobody looked at", dir).isEmpty();
        Path golden = dir.resolve("out-plan.yaml");
        if (Boolean.getBoolean("golden.update")) {
            Files.writeString(golden, plan);
        }
        assertThat(plan).isEqualTo(Files.readString(golden));
    }

    /// A file holds one object, or `from:` the name of a shared one and what is different.
    static void load(MemoryView view, Path file) throws IOException {
        ObjectMapper yaml = Serialization.yamlMapper();
        for (String text : Files.readString(file).split("(?m)^---$", -1)) {
            JsonNode node = yaml.readTree(text);
            if (node.has("from")) {
                ObjectNode base =
                        (ObjectNode)
                                yaml.readTree(
                                        Files.readString(
                                                SHARED.resolve(
                                                        node.get("from").asText() + ".yaml")));
                if (node.has("with")) {
                    merge(base, (ObjectNode) node.get("with"));
                }
                node = base;
            }
            view.put(
                    MemoryView.JSON.convertValue(
                            node,
                            KINDS.getOrDefault(
                                    node.path("kind").asText(), GenericKubernetesResource.class)));
        }
    }

    /// Objects are merged; everything else is replaced, by null too.
    private static void merge(ObjectNode base, ObjectNode change) {
        for (Map.Entry<String, JsonNode> entry : change.properties()) {
            if (base.get(entry.getKey()) instanceof ObjectNode inner
                    && entry.getValue() instanceof ObjectNode with) {
                merge(inner, with);
            } else {
                base.set(entry.getKey(), entry.getValue());
            }
        }
    }

    private static String render(Plan plan) throws IOException {
        ObjectMapper yaml = Serialization.yamlMapper();
        ObjectNode out = yaml.createObjectNode();
        ArrayNode actions = out.putArray("actions");
        for (Action action : plan.actions()) {
            actions.add(render(yaml, action));
        }
        plan.again().ifPresent(again -> out.put("again", again.toString()));
        if (plan.over()) {
            out.put("over", true);
        }
        if (plan.waits()) {
            out.put("waits", true);
        }
        return yaml.writeValueAsString(out).replaceFirst("^---\n", "");
    }

    private static JsonNode render(ObjectMapper yaml, Action action) {
        ObjectNode node = yaml.createObjectNode();
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
            case Action.Announce a ->
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
