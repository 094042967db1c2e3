package dev.cistern.controller.resolve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cistern.api.v1alpha1.StorageBackendSpec;
import dev.cistern.api.v1alpha1.volumepopulationspec.Sources;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// All fields of a StorageBackend's store and a populator's sources reach the run, present and future ones.
class CopyOfTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static JsonNode schema(String crd, String pointer) throws IOException {
        try (InputStream in =
                CopyOfTest.class.getResourceAsStream("/crds/cistern.dev_" + crd + ".yaml")) {
            JsonNode root =
                    Serialization.yamlMapper().readTree(Objects.requireNonNull(in).readAllBytes());
            JsonNode schema =
                    root.at("/spec/versions/0/schema/openAPIV3Schema/properties/spec" + pointer);
            assertThat(schema.isMissingNode()).as(crd + pointer).isFalse();
            return schema;
        }
    }

    private static ObjectNode properties(String crd, String pointer) throws IOException {
        return (ObjectNode) schema(crd, pointer).get("properties");
    }

    /// A value with every property of a schema in it.
    private static JsonNode sample(JsonNode schema) {
        JsonNodeFactory values = JsonNodeFactory.instance;
        if (schema.has("enum")) {
            return schema.get("enum").get(0);
        }
        return switch (schema.path("type").asText()) {
            case "" -> values.numberNode(1);
            case "object" -> {
                ObjectNode object = values.objectNode();
                for (Map.Entry<String, JsonNode> property :
                        schema.path("properties").properties()) {
                    object.set(property.getKey(), sample(property.getValue()));
                }
                if (schema.has("additionalProperties")) {
                    object.set("x", sample(schema.get("additionalProperties")));
                }
                yield object;
            }
            case "array" -> {
                ArrayNode array = values.arrayNode();
                yield array.add(sample(schema.get("items")));
            }
            case "string" -> values.textNode("x");
            case "boolean" -> values.booleanNode(true);
            case "integer" -> values.numberNode(1);
            case String other -> throw new AssertionError("a sample of type " + other);
        };
    }

    @Test
    void everyPropertyButThoseOfUseIsKept() throws Exception {
        ObjectNode all = (ObjectNode) sample(schema("storagebackends", ""));
        assertThat(all.size()).isGreaterThan(SharedBackends.NOT_OF_THE_STORE.size());

        StorageBackendSpec kept =
                SharedBackends.store(JSON.treeToValue(all, StorageBackendSpec.class));

        assertThat((JsonNode) JSON.valueToTree(kept))
                .isEqualTo(all.without(SharedBackends.NOT_OF_THE_STORE));
    }

    @ParameterizedTest
    @CsvSource({"objectvolumepopulators", "volumepopulations"})
    void otherKindsHaveTheSameProperties(String crd) throws Exception {
        ObjectNode shared =
                properties("storagebackends", "").without(SharedBackends.NOT_OF_THE_STORE);
        // An object's own type stays; a populator's inline backend may be replaced whole.
        ((ObjectNode) shared.get("type")).remove("x-kubernetes-validations");

        assertThat(properties(crd, "/properties/sources/items/properties/backend"))
                .isEqualTo(shared);
    }

    @Test
    void aSourcesOtherFieldsReachTheRun() throws Exception {
        assertReachTheRun(
                "objectvolumepopulators",
                "/properties/sources/items",
                ObjectPopulatorSnapshot.LOOKED_UP,
                dev.cistern.api.v1alpha1.objectvolumepopulatorspec.Sources.class);
        assertReachTheRun(
                "datasets",
                "/properties/source",
                DatasetSnapshot.LOOKED_UP,
                dev.cistern.api.v1alpha1.datasetspec.Source.class);
    }

    private static void assertReachTheRun(
            String crd, String pointer, List<String> lookedUp, Class<?> type) throws Exception {
        ObjectNode all = (ObjectNode) sample(schema(crd, pointer));

        Sources copied = CopyOf.allBut(lookedUp, JSON.treeToValue(all, type), Sources.class);

        ObjectNode expected = all.without(lookedUp);
        // Fields of the run's own have defaults.
        ObjectNode tree = JSON.valueToTree(copied);
        tree.retain(expected.properties().stream().map(Map.Entry::getKey).toList());
        assertThat(tree).isEqualTo(expected);
        assertThat(properties("volumepopulations", "/properties/sources/items").properties())
                .extracting(Map.Entry::getKey)
                .containsAll(
                        properties(crd, pointer).without(lookedUp).properties().stream()
                                .map(Map.Entry::getKey)
                                .toList());
    }
}
