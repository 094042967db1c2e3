package dev.cistern.controller.probe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cistern.api.v1alpha1.Dataset;
import dev.cistern.api.v1alpha1.ObjectVolumePopulator;
import dev.cistern.api.v1alpha1.StorageBackend;
import dev.cistern.controller.model.JobProxy;
import dev.cistern.controller.probe.plan.ProbePlan;
import dev.cistern.controller.probe.plan.ProbePlan.Action;
import dev.cistern.controller.probe.plan.ProbePlanner;
import dev.cistern.controller.probe.plan.ProbeSettings;
import dev.cistern.controller.world.GoldenCase;
import dev.cistern.controller.world.MemoryView;
import dev.cistern.controller.world.ProbeMemory;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Each file in `probe/` is a [GoldenCase] of the StorageBackend `lake`. Besides the cluster's objects it may give the time (`now`) and how many probes
/// of other backends run (`running`). `FINGERPRINT` stands for that of the backend.
class ProbeGoldenTest {
    private static final Path CASES = Path.of("src/test/resources/probe");
    private static final Set<String> KEYS = Set.of("now", "running");

    private static final Map<String, Class<? extends HasMetadata>> KINDS =
            Stream.of(
                            StorageBackend.class,
                            ObjectVolumePopulator.class,
                            Dataset.class,
                            Namespace.class,
                            Job.class,
                            Pod.class,
                            Event.class)
                    .collect(Collectors.toMap(HasMetadata::getKind, type -> type));

    private static final ProbeSettings SETTINGS =
            new ProbeSettings(
                    "cistern-populate",
                    "cistern/populate:dev",
                    "IfNotPresent",
                    List.of("registry"),
                    65532,
                    new ResourceRequirementsBuilder()
                            .addToRequests("memory", new Quantity("256Mi"))
                            .addToLimits("memory", new Quantity("512Mi"))
                            .build(),
                    JobProxy.NONE,
                    Duration.ofHours(6),
                    Duration.ofMinutes(10),
                    4);

    static Stream<String> cases() throws IOException {
        return GoldenCase.names(CASES);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void planIsAsWritten(String name) throws IOException {
        GoldenCase golden = GoldenCase.read(CASES, name, KEYS);
        MemoryView view = new MemoryView();
        golden.cluster(KINDS).forEach(view::put);
        StorageBackend backend = view.get(StorageBackend.class, null, "lake").orElseThrow();
        ProbeObserver observer =
                new ProbeObserver(view, new ProbeMemory(view), SETTINGS.namespace());
        String fingerprint = dev.cistern.controller.resolve.ProbeTarget.fingerprint(backend);
        for (HasMetadata object : view.all()) {
            view.put(
                    MemoryView.JSON.unmarshal(
                            MemoryView.JSON.asJson(object).replace("FINGERPRINT", fingerprint),
                            object.getClass()));
        }

        ProbePlan plan =
                new ProbePlanner(SETTINGS)
                        .plan(
                                observer.observe(
                                        view.get(StorageBackend.class, null, "lake").orElseThrow(),
                                        Instant.parse(
                                                golden.given()
                                                        .path("now")
                                                        .asText("2026-01-01T00:10:00Z")),
                                        golden.given().path("running").asInt(0)));

        golden.expect(render(plan, fingerprint));
    }

    private static JsonNode render(ProbePlan plan, String fingerprint) throws IOException {
        ObjectNode out = Serialization.yamlMapper().createObjectNode();
        ArrayNode actions = out.putArray("actions");
        for (Action action : plan.actions()) {
            ObjectNode node = actions.addObject();
            String name = action.getClass().getSimpleName();
            switch (action) {
                case Action.CreateJob(Job job) -> node.set(name, MemoryView.tree(job));
                case Action.DeleteJob(String namespace, String job, String _) ->
                        node.put(name, namespace + "/" + job);
                case Action.Write(var record) ->
                        node.putObject(name)
                                .put("number", record.number())
                                .put("outcome", record.outcome().name())
                                .put("reason", record.reason())
                                .put("message", record.message())
                                .put("path", record.path())
                                .put("fingerprint", record.fingerprint())
                                .put("finished", record.finished().toString());
            }
        }
        plan.requeueAfter().ifPresent(delay -> out.put("requeueAfter", delay.toString()));
        return Serialization.yamlMapper()
                .readTree(out.toString().replace(fingerprint, "FINGERPRINT"));
    }
}
