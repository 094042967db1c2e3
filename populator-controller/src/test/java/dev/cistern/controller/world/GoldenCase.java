package dev.cistern.controller.world;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A case in one file: its input, and under `expect:` its result.
///
/// `cluster:` is a list of objects; one is given in full, or by `from:` the name of a file in `shared/`, and `with:`
/// what is different. With `-Dgolden.update=true` what comes of a case is written into its file, for a person to read
/// before committing.
public final class GoldenCase {
    private static final String EXPECT = "expect:\n";
    private static final String SHARED = "shared";

    private final Path file;
    private final String givenText;
    private final String expected;
    private final ObjectNode given;

    private GoldenCase(Path file, String givenText, String expected) throws IOException {
        this.file = file;
        this.givenText = givenText;
        this.expected = expected;
        this.given = (ObjectNode) Serialization.yamlMapper().readTree(givenText);
    }

    /// The names of the cases in a directory. Everything in it except `shared/` must be a case.
    public static Stream<String> names(Path directory) throws IOException {
        Set<String> names = new TreeSet<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                if (!name.equals(SHARED)) {
                    assertThat(name).as("file in %s", directory).endsWith(".yaml");
                    names.add(name.substring(0, name.length() - ".yaml".length()));
                }
            }
        }
        return names.stream();
    }

    /// Reads a case.
    ///
    /// @param keys permitted besides `cluster`
    public static GoldenCase read(Path directory, String name, Set<String> keys)
            throws IOException {
        Path file = directory.resolve(name + ".yaml");
        String text = Files.readString(file);
        int at = text.indexOf("\n" + EXPECT) + 1;
        assertThat(at).as("start of expect: in %s", file).isPositive();
        GoldenCase read =
                new GoldenCase(file, text.substring(0, at), text.substring(at + EXPECT.length()));
        for (Map.Entry<String, JsonNode> entry : read.given.properties()) {
            assertThat(entry.getKey())
                    .as("key in %s", file)
                    .matches(key -> key.equals("cluster") || keys.contains(key));
        }
        return read;
    }

    /// The input besides the cluster's objects.
    public JsonNode given() {
        return given;
    }

    /// The cluster's objects, in the file's order.
    ///
    /// @param kinds classes by kind; objects of others are generic
    public List<HasMetadata> cluster(Map<String, Class<? extends HasMetadata>> kinds)
            throws IOException {
        List<HasMetadata> objects = new ArrayList<>();
        for (JsonNode item : given.path("cluster")) {
            objects.add(object(item.has("from") ? shared((ObjectNode) item) : item, kinds));
        }
        return objects;
    }

    /// The object of a shared file.
    public static HasMetadata shared(
            Path directory, String name, Map<String, Class<? extends HasMetadata>> kinds)
            throws IOException {
        Path file = directory.resolve(SHARED).resolve(name + ".yaml");
        return object(Serialization.yamlMapper().readTree(Files.readString(file)), kinds);
    }

    private static HasMetadata object(
            JsonNode node, Map<String, Class<? extends HasMetadata>> kinds) {
        return MemoryView.JSON.convertValue(
                node,
                kinds.getOrDefault(node.path("kind").asText(), GenericKubernetesResource.class));
    }

    /// The names of the shared files that objects derive from.
    public Set<String> sharedFiles() {
        Set<String> names = new TreeSet<>();
        for (JsonNode item : given.path("cluster")) {
            if (item.has("from")) {
                names.add(item.get("from").asText());
            }
        }
        return names;
    }

    private ObjectNode shared(ObjectNode item) throws IOException {
        Path shared = file.resolveSibling(SHARED).resolve(item.get("from").asText() + ".yaml");
        ObjectNode base =
                (ObjectNode) Serialization.yamlMapper().readTree(Files.readString(shared));
        if (item.has("with")) {
            merge(base, (ObjectNode) item.get("with"));
        }
        return base;
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

    private static JsonNode read(String yaml) throws IOException {
        return Serialization.yamlMapper().readTree(yaml);
    }

    /// Compares the result of the case.
    public void expect(JsonNode actual) throws IOException {
        String text =
                Serialization.yamlMapper()
                        .writeValueAsString(actual)
                        .replaceFirst("^---\n", "")
                        .lines()
                        .map(line -> line.isEmpty() ? "\n" : "  " + line + "\n")
                        .collect(Collectors.joining());
        if (Boolean.getBoolean("golden.update")) {
            Files.writeString(file, givenText + EXPECT + text);
        } else {
            // Line breaks in long texts are ignored.
            boolean equal = read(text).equals(read(expected));
            assertThat(equal ? expected : text).as("%s", file).isEqualTo(expected);
        }
    }
}
