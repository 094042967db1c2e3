package dev.cistern.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/// One CRD file of this module, unchanged.
///
/// @param path the file, relative to the module
/// @param document the whole CustomResourceDefinition
record CrdFile(Path path, JsonNode document) {
    private static final YAMLMapper YAML = new YAMLMapper();

    /// The folders that hold CRDs, each with a kustomization that lists them.
    static final List<String> FOLDERS = List.of(".", "oss", "populator");

    /// Every CRD file of the folders.
    static List<CrdFile> all() {
        return FOLDERS.stream()
                .flatMap(folder -> yamlFiles(Path.of(folder)).stream())
                .map(path -> new CrdFile(path, read(path)))
                .toList();
    }

    private static List<Path> yamlFiles(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> f.getFileName().toString().matches(".+_.+[.]yaml"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode read(Path path) {
        try {
            return YAML.readTree(Files.readString(path));
        } catch (IOException e) {
            throw new UncheckedIOException(path.toString(), e);
        }
    }

    static CrdFile ofKind(String lowerCaseKind) {
        return all().stream()
                .filter(crd -> crd.directory().equals(lowerCaseKind))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no CRD has the kind " + lowerCaseKind));
    }

    static void eachField(JsonNode object, BiConsumer<String, JsonNode> action) {
        object.properties().forEach(field -> action.accept(field.getKey(), field.getValue()));
    }

    @Override
    public String toString() {
        return path.toString();
    }

    String kind() {
        return document.at("/spec/names/kind").asText();
    }

    /// The directory of this kind's sample manifests.
    String directory() {
        return kind().toLowerCase(Locale.ROOT);
    }

    String group() {
        return document.at("/spec/group").asText();
    }

    String name() {
        return document.at("/metadata/name").asText();
    }

    boolean ours() {
        return !group().equals("populator.storage.k8s.io");
    }

    /// The only version of each of our CRDs.
    JsonNode version() {
        return document.at("/spec/versions/0");
    }

    JsonNode schema() {
        return version().at("/schema/openAPIV3Schema");
    }

    /// The REST path of the collection that holds such objects.
    String collection(JsonNode object) {
        String base = "/apis/" + group() + "/" + version().get("name").asText();
        String plural = "/" + document.at("/spec/names/plural").asText();
        if (document.at("/spec/scope").asText().equals("Namespaced")) {
            return base + "/namespaces/" + object.at("/metadata/namespace").asText() + plural;
        }
        return base + plural;
    }
}
