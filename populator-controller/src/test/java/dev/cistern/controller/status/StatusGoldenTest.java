package dev.cistern.controller.status;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cistern.api.oss.v1beta1.OSSVolumePopulator;
import dev.cistern.api.v1alpha1.Dataset;
import dev.cistern.api.v1alpha1.DatasetClaim;
import dev.cistern.api.v1alpha1.NodeDataset;
import dev.cistern.api.v1alpha1.ObjectVolumePopulator;
import dev.cistern.api.v1alpha1.RefreshDataset;
import dev.cistern.api.v1alpha1.StorageBackend;
import dev.cistern.api.v1alpha1.VolumePopulation;
import dev.cistern.controller.model.PopulateNamespaces;
import dev.cistern.controller.model.Subject;
import dev.cistern.controller.observe.Resolver;
import dev.cistern.controller.world.MemoryView;
import dev.cistern.controller.world.StatusMemory;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Each directory below `status/` is a case: `in-cluster.yaml` holds the cluster's objects, `out-status.yaml` the status of the
/// first of them, and what is told by an event. `-Dgolden.update=true` writes the latter anew, for a person to read.
class StatusGoldenTest {
    private static final Path CASES = Path.of("src/test/resources/status");
    private static final Instant NOW = Instant.parse("2026-01-01T00:10:00Z");

    private static final Map<String, Class<? extends HasMetadata>> KINDS =
            Stream.of(
                            PersistentVolumeClaim.class,
                            VolumePopulation.class,
                            ObjectVolumePopulator.class,
                            OSSVolumePopulator.class,
                            Dataset.class,
                            DatasetClaim.class,
                            NodeDataset.class,
                            RefreshDataset.class,
                            StorageBackend.class)
                    .collect(Collectors.toMap(HasMetadata::getKind, type -> type));

    static Stream<String> cases() throws IOException {
        try (Stream<Path> dirs = Files.list(CASES)) {
            return dirs.map(d -> d.getFileName().toString()).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void statusIsAsWritten(String name) throws IOException {
        Path dir = CASES.resolve(name);
        try (Stream<Path> files = Files.list(dir)) {
            assertThat(files.map(f -> f.getFileName().toString()))
                    .isSubsetOf("in-cluster.yaml", "out-status.yaml");
        }
        List<HasMetadata> objects = read(dir.resolve("in-cluster.yaml"));
        MemoryView view = new MemoryView();
        objects.forEach(view::put);
        Resolver resolver =
                new Resolver(new PopulateNamespaces("cistern-populate", "ack-volume-populator"));

        StatusView seen =
                new StatusObserver(view, new StatusMemory(view), resolver)
                        .observe(subject(objects.getFirst()))
                        .orElseThrow();
        String status = render(StatusPlanner.plan(seen, NOW));

        Path golden = dir.resolve("out-status.yaml");
        if (Boolean.getBoolean("golden.update")) {
            Files.writeString(golden, status);
        }
        assertThat(status).isEqualTo(Files.readString(golden));
    }

    private static List<HasMetadata> read(Path file) throws IOException {
        ObjectMapper yaml = Serialization.yamlMapper();
        try (var documents =
                yaml.readerFor(JsonNode.class).<JsonNode>readValues(Files.readString(file))) {
            return documents.readAll().stream()
                    .<HasMetadata>map(
                            node ->
                                    MemoryView.JSON.convertValue(
                                            node,
                                            Objects.requireNonNull(
                                                    KINDS.get(node.path("kind").asText()))))
                    .toList();
        }
    }

    private static Subject subject(HasMetadata object) {
        Subject.Kind kind =
                Arrays.stream(Subject.Kind.values())
                        .filter(k -> k.kind().equals(object.getKind()))
                        .findFirst()
                        .orElseThrow();
        return new Subject(
                kind, object.getMetadata().getNamespace(), object.getMetadata().getName());
    }

    private static String render(StatusPlan plan) throws IOException {
        ObjectMapper yaml = Serialization.yamlMapper();
        ObjectNode out = yaml.createObjectNode();
        out.set("status", MemoryView.tree(plan.fields()));
        plan.warning()
                .ifPresent(
                        w -> out.put("event", "Warning " + w.getReason() + ": " + w.getMessage()));
        return yaml.writeValueAsString(out).replaceFirst("^---\n", "");
    }
}
