package dev.cistern.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.cistern.api.ApiServer.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/// Sends every sample manifest to a real API server: valid ones are stored completely, invalid ones are rejected with a
/// message that names the field.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ManifestsIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    @SuppressWarnings("NullAway.Init")
    private ApiServer server;

    @BeforeAll
    void openServer() throws Exception {
        server = ApiServer.open();
    }

    @AfterAll
    void closeServer() throws IOException {
        if (server != null) {
            server.close();
        }
    }

    @TestFactory
    Stream<DynamicContainer> manifests() {
        return Sample.all().stream()
                .collect(Collectors.groupingBy(Sample::kind))
                .entrySet()
                .stream()
                .map(
                        kind ->
                                DynamicContainer.dynamicContainer(
                                        kind.getKey(), tests(kind.getValue())));
    }

    /// Dry run only: a stored claim would wait for a controller to remove its finalizer.
    @TestFactory
    Stream<DynamicTest> claims() {
        return Sample.claims().stream()
                .map(s -> DynamicTest.dynamicTest(s.name(), () -> checkClaim(s)));
    }

    /// Those of users, of our kinds; what else is in them is Kubernetes' own.
    @TestFactory
    Stream<DynamicTest> examplesOfStores() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        try (Stream<Path> files = Files.list(Path.of("../examples/stores"))) {
            for (Path file : files.sorted().toList()) {
                tests.add(
                        DynamicTest.dynamicTest(
                                file.getFileName().toString(), () -> checkExample(file)));
            }
        }
        assertThat(tests).isNotEmpty();
        return tests.stream();
    }

    private void checkExample(Path file) throws IOException {
        int ours = 0;
        try (var documents =
                new YAMLMapper()
                        .readerFor(JsonNode.class)
                        .<JsonNode>readValues(Files.readString(file))) {
            while (documents.hasNext()) {
                ObjectNode object = (ObjectNode) documents.next();
                if (object.path("apiVersion").asText().startsWith("cistern.dev/")) {
                    String kind = object.path("kind").asText().toLowerCase(Locale.ROOT);
                    String collection = CrdFile.ofKind(kind).collection(object);
                    assertHolds(accepted(server.tryCreate(collection, object)), object);
                    ours++;
                }
            }
        }
        assertThat(ours).as(file.toString()).isPositive();
    }

    /// An API server without the feature gate drops the reference: such a claim must not be accepted as if it had none.
    @Test
    void aClaimThatNamesAnotherNamespaceKeepsTheReferenceOrIsRefused() {
        ObjectNode claim = JSON.createObjectNode();
        claim.put("apiVersion", "v1").put("kind", "PersistentVolumeClaim");
        claim.putObject("metadata").put("name", "data");
        ObjectNode spec = claim.putObject("spec");
        spec.putArray("accessModes").add("ReadWriteOnce");
        spec.putObject("resources").putObject("requests").put("storage", "1Gi");
        ObjectNode reference = spec.putObject("dataSourceRef").put("apiGroup", "cistern.dev");
        reference.put("kind", "ObjectVolumePopulator").put("name", "x").put("namespace", "team-b");

        switch (server.tryCreate(PolicyFile.CLAIMS, claim)) {
            case Answer.Accepted(ObjectNode kept) ->
                    assertThat(kept.at("/spec/dataSourceRef/namespace").asText())
                            .isEqualTo("team-b");
            case Answer.Refused(int _, String message) ->
                    assertThat(message)
                            .contains(
                                    "spec.dataSourceRef.namespace: this cluster ignores references"
                                            + " to other namespaces");
        }
    }

    /// Copies and backups keep the annotation; on a claim that keeps its source, or has none by intention, it would be
    /// wrong, and the latter would be rejected for it.
    @Test
    void aNoteOfADroppedSourceThatDoesNotFitIsTakenOff() throws InterruptedException {
        for (String source : List.of("dataSourceRef", "none")) {
            ObjectNode claim = JSON.createObjectNode();
            claim.put("apiVersion", "v1").put("kind", "PersistentVolumeClaim");
            ObjectNode metadata = claim.putObject("metadata").put("name", "data");
            metadata.putObject("annotations")
                    .put("cistern.dev/dropped-source", "dataSource")
                    .put("other", "stays");
            ObjectNode spec = claim.putObject("spec");
            spec.putArray("accessModes").add("ReadWriteOnce");
            spec.putObject("resources").putObject("requests").put("storage", "1Gi");
            if (source.equals("dataSourceRef")) {
                ObjectNode reference = spec.putObject(source).put("apiGroup", "cistern.dev");
                reference.put("kind", "ObjectVolumePopulator").put("name", "x");
            }
            // Nothing else shows that the policy is in effect.
            Instant end = Instant.now().plus(Duration.ofSeconds(30));
            while (Instant.now().isBefore(end) && !taken(claim)) {
                Thread.sleep(100);
            }
            ObjectNode kept = accepted(server.tryCreate(PolicyFile.CLAIMS, claim));
            assertThat(kept.at("/metadata/annotations").toString())
                    .as(source)
                    .contains("stays")
                    .doesNotContain("dropped-source");
        }
    }

    private boolean taken(ObjectNode claim) {
        return server.tryCreate(PolicyFile.CLAIMS, claim) instanceof Answer.Accepted(ObjectNode o)
                && !o.at("/metadata/annotations").has("cistern.dev/dropped-source");
    }

    private void checkClaim(Sample sample) {
        Answer answer = server.tryCreate(PolicyFile.CLAIMS, sample.first());
        if (sample.valid()) {
            accepted(answer);
        } else {
            refused(sample, answer);
        }
    }

    private List<DynamicTest> tests(List<Sample> samples) {
        return samples.stream()
                .map(s -> DynamicTest.dynamicTest(s.name(), () -> check(s)))
                .toList();
    }

    private void check(Sample sample) {
        String collection = CrdFile.ofKind(sample.kind()).collection(sample.first());
        Answer created = server.create(collection, sample.first());
        try {
            if (sample.valid()) {
                acceptedWhole(sample, collection, accepted(created));
            } else {
                refused(sample, lastWrite(sample, collection, created));
            }
        } finally {
            deleteWhatWasMade(collection, created);
        }
    }

    private void acceptedWhole(Sample sample, String collection, ObjectNode kept) {
        assertHolds(kept, withoutStatus(sample.first()));
        if (sample.subject() == Sample.Subject.UPDATE) {
            assertHolds(accepted(server.replace(collection, sample.last())), sample.last());
        }
        if (sample.last().has("status")) {
            assertHolds(accepted(server.replaceStatus(collection, sample.last())), sample.last());
        }
    }

    private Answer lastWrite(Sample sample, String collection, Answer created) {
        return switch (sample.subject()) {
            case OBJECT -> created;
            case UPDATE -> {
                accepted(created);
                yield server.replace(collection, sample.last());
            }
            case STATUS -> {
                accepted(created);
                yield server.replaceStatus(collection, sample.last());
            }
        };
    }

    /// And no earlier object of the same name.
    private void deleteWhatWasMade(String collection, Answer created) {
        if (created instanceof Answer.Accepted(ObjectNode object)) {
            server.delete(collection, object);
        }
    }

    private static void refused(Sample sample, Answer answer) {
        switch (answer) {
            case Answer.Accepted _ ->
                    fail("accepted, but should be refused with: " + sample.expect());
            case Answer.Refused(int code, String message) -> {
                assertThat(message).as(sample.toString()).contains(sample.expect());
                assertThat(code).as(message).isIn(400, 422);
            }
        }
    }

    private static ObjectNode accepted(Answer answer) {
        return switch (answer) {
            case Answer.Accepted(ObjectNode object) -> object;
            case Answer.Refused(int code, String message) ->
                    fail("refused with " + code + ": " + message);
        };
    }

    /// All that was sent is stored; the server may add defaults and metadata.
    private static void assertHolds(JsonNode kept, JsonNode sent) {
        if (sent.isObject()) {
            CrdFile.eachField(
                    sent,
                    (name, value) -> {
                        assertThat(kept.has(name)).as(name + " is kept").isTrue();
                        assertHolds(kept.get(name), value);
                    });
        } else if (sent.isArray()) {
            assertThat(kept).hasSameSizeAs(sent);
            for (int i = 0; i < sent.size(); i++) {
                assertHolds(kept.get(i), sent.get(i));
            }
        } else {
            assertThat(kept).isEqualTo(sent);
        }
    }

    private static ObjectNode withoutStatus(ObjectNode object) {
        ObjectNode copy = object.deepCopy();
        copy.remove("status");
        return copy;
    }

    /// The rules' cost is bounded when the CRD is created, by estimate, and again for each object, as measured.
    @Test
    void thePopulatorThatIsAsLargeAsAllowedIsAccepted() {
        ObjectNode populator =
                JSON.createObjectNode()
                        .put("apiVersion", "cistern.dev/v1alpha1")
                        .put("kind", "ObjectVolumePopulator");
        populator.putObject("metadata").put("name", "largest").put("namespace", "team-a");
        ArrayNode sources = populator.putObject("spec").putArray("sources");
        for (int i = 0; i < 16; i++) {
            ObjectNode source = sources.addObject();
            source.put("path", "s3://bucket/" + "é".repeat(1288));
            source.put("into", "a/".repeat(512));
            source.putObject("backendRef").put("name", "b".repeat(253));
            ArrayNode include = source.putArray("include");
            ArrayNode exclude = source.putArray("exclude");
            for (int j = 0; j < 32; j++) {
                include.add("i".repeat(256));
                exclude.add("e".repeat(256));
            }
        }
        String collection = CrdFile.ofKind("objectvolumepopulator").collection(populator);
        Answer created = server.create(collection, populator);
        try {
            assertHolds(accepted(created), populator);
        } finally {
            deleteWhatWasMade(collection, created);
        }
    }
}
