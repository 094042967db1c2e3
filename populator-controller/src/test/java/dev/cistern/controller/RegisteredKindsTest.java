package dev.cistern.controller;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cistern.controller.model.SourceKind;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RegisteredKindsTest {
    private static final Path REGISTRATIONS = Path.of("../deploy/populators/volumepopulators.yaml");

    /// Otherwise the data source validator warns about each PVC that names the kind.
    @Test
    void everyKindIsRegisteredAsAVolumePopulator() throws Exception {
        List<String> registered = new ArrayList<>();
        for (String document : Files.readString(REGISTRATIONS).split("(?m)^---$")) {
            JsonNode object = Serialization.yamlMapper().readTree(document);
            assertThat(object.path("kind").asText()).isEqualTo("VolumePopulator");
            registered.add(
                    object.at("/sourceKind/group").asText()
                            + " "
                            + object.at("/sourceKind/kind").asText());
        }
        assertThat(registered)
                .containsExactlyInAnyOrderElementsOf(
                        SourceKind.known().stream()
                                .map(kind -> kind.group() + " " + kind.kind())
                                .toList());
    }
}
