package dev.cistern.controller.status;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cistern.api.oss.v1beta1.OSSVolumePopulator;
import dev.cistern.api.v1alpha1.Dataset;
import dev.cistern.api.v1alpha1.DatasetClaim;
import dev.cistern.api.v1alpha1.NodeDataset;
import dev.cistern.api.v1alpha1.ObjectVolumePopulator;
import dev.cistern.api.v1alpha1.RefreshDataset;
import dev.cistern.api.v1alpha1.StorageBackend;
import dev.cistern.api.v1alpha1.VolumePopulation;
import dev.cistern.controller.model.FeatureGates;
import dev.cistern.controller.model.PopulateNamespaces;
import dev.cistern.controller.model.Subject;
import dev.cistern.controller.resolve.ProbeTarget;
import dev.cistern.controller.resolve.Resolver;
import dev.cistern.controller.world.GoldenCase;
import dev.cistern.controller.world.MemoryView;
import dev.cistern.controller.world.StatusMemory;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Each file in `status/` is a [GoldenCase] of the first object in it: its status, and what is told by an event.
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
                            StorageBackend.class,
                            Namespace.class)
                    .collect(Collectors.toMap(HasMetadata::getKind, type -> type));

    static Stream<String> cases() throws IOException {
        return GoldenCase.names(CASES);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void statusIsAsWritten(String name) throws IOException {
        GoldenCase golden = GoldenCase.read(CASES, name, Set.of("gates"));
        List<HasMetadata> objects =
                golden.cluster(KINDS).stream().map(StatusGoldenTest::fingerprinted).toList();
        MemoryView view = new MemoryView();
        objects.forEach(view::put);
        Resolver resolver =
                new Resolver(
                        new PopulateNamespaces("cistern-populate", "ack-volume-populator"),
                        FeatureGates.of(golden.given().path("gates").asText("")));

        StatusView seen =
                new StatusObserver(view, new StatusMemory(view), resolver)
                        .observe(subject(objects.getFirst()), objects.getFirst());

        golden.expect(render(StatusPlanner.plan(seen, NOW)));
    }

    /// `FINGERPRINT` stands for that of a StorageBackend's probe.
    private static HasMetadata fingerprinted(HasMetadata object) {
        return object instanceof StorageBackend backend
                ? MemoryView.JSON.unmarshal(
                        MemoryView.JSON
                                .asJson(object)
                                .replace("FINGERPRINT", ProbeTarget.fingerprint(backend)),
                        StorageBackend.class)
                : object;
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

    private static JsonNode render(StatusPlan plan) {
        ObjectNode out = Serialization.yamlMapper().createObjectNode();
        out.set("status", MemoryView.tree(plan.fields()));
        plan.warning()
                .ifPresent(
                        w -> out.put("event", "Warning " + w.getReason() + ": " + w.getMessage()));
        return out;
    }
}
