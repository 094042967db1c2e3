package dev.cistern.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NumericNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.cistern.api.oss.v1beta1.OSSVolumePopulator;
import dev.cistern.api.populator.v1beta1.VolumePopulator;
import dev.cistern.api.v1alpha1.Dataset;
import dev.cistern.api.v1alpha1.DatasetClaim;
import dev.cistern.api.v1alpha1.NodeDataset;
import dev.cistern.api.v1alpha1.ObjectVolumePopulator;
import dev.cistern.api.v1alpha1.RefreshDataset;
import dev.cistern.api.v1alpha1.StorageBackend;
import dev.cistern.api.v1alpha1.VolumePopulation;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The Java types have every field of the CRDs, and their names.
class GeneratedTypesTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final KubernetesSerialization SERIALIZATION = new KubernetesSerialization();
    private static final Map<String, Class<? extends HasMetadata>> TYPES =
            Map.of(
                    "storagebackend", StorageBackend.class,
                    "objectvolumepopulator", ObjectVolumePopulator.class,
                    "ossvolumepopulator", OSSVolumePopulator.class,
                    "volumepopulation", VolumePopulation.class,
                    "dataset", Dataset.class,
                    "datasetclaim", DatasetClaim.class,
                    "nodedataset", NodeDataset.class,
                    "refreshdataset", RefreshDataset.class,
                    "volumepopulator", VolumePopulator.class);

    static List<CrdFile> crds() {
        return CrdFile.all();
    }

    static List<Sample> validSamples() {
        return Sample.all().stream().filter(Sample::valid).toList();
    }

    @ParameterizedTest
    @MethodSource("crds")
    void theTypeNamesItselfAsTheCrdDoes(CrdFile crd) {
        Class<? extends HasMetadata> type = typeOf(crd.directory());
        assertThat(HasMetadata.getKind(type)).isEqualTo(crd.kind());
        assertThat(HasMetadata.getGroup(type)).isEqualTo(crd.group());
        assertThat(HasMetadata.getVersion(type)).isEqualTo(crd.version().get("name").asText());
        assertThat(HasMetadata.getPlural(type))
                .isEqualTo(crd.document().at("/spec/names/plural").asText());
        assertThat(Namespaced.class.isAssignableFrom(type))
                .isEqualTo(crd.document().at("/spec/scope").asText().equals("Namespaced"));
    }

    /// The output is the input plus the schema's defaults: the API server's and the Java types' are the same.
    @ParameterizedTest
    @MethodSource("validSamples")
    void aManifestSurvivesTheRoundTrip(Sample sample) throws Exception {
        JsonNode schema = CrdFile.ofKind(sample.kind()).schema();
        for (ObjectNode state : sample.states()) {
            HasMetadata object =
                    SERIALIZATION.unmarshal(JSON.writeValueAsString(state), typeOf(sample.kind()));
            JsonNode back = JSON.readTree(SERIALIZATION.asJson(object));
            assertThat(back).isEqualTo(asServed(state.deepCopy(), schema));
        }
    }

    private static Class<? extends HasMetadata> typeOf(String kind) {
        Class<? extends HasMetadata> type = TYPES.get(kind);
        return Objects.requireNonNull(type, () -> kind + " has no Java type here: add it to TYPES");
    }

    /// With the schema's defaults, and a quantity as text even where the manifest has a number.
    private static JsonNode asServed(JsonNode value, JsonNode schema) {
        return switch (value) {
            case ObjectNode object -> {
                CrdFile.eachField(
                        schema.path("properties"),
                        (name, child) -> {
                            if (!object.has(name) && child.has("default")) {
                                object.set(name, child.get("default").deepCopy());
                            }
                        });
                JsonNode values = schema.path("additionalProperties");
                CrdFile.eachField(
                        object.deepCopy(),
                        (name, child) ->
                                object.set(
                                        name,
                                        asServed(
                                                object.get(name),
                                                schema.path("properties").path(name).isMissingNode()
                                                        ? values
                                                        : schema.path("properties").path(name))));
                yield object;
            }
            case ArrayNode array -> {
                for (int i = 0; i < array.size(); i++) {
                    array.set(i, asServed(array.get(i), schema.path("items")));
                }
                yield array;
            }
            case NumericNode number when schema.has("x-kubernetes-int-or-string") ->
                    new TextNode(number.asText());
            default -> value;
        };
    }
}
