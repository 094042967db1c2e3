package dev.cistern.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A manifest of `src/test/resources/manifests/KIND/`: `valid-*.yaml` is accepted, `invalid-*.yaml` is refused with a message
/// that contains what its first line expects. `*-update-*` holds two states of one object, of which the second is the
/// one to accept or refuse; in `invalid-status-*` it is the status.
///
/// @param kind the directory, which is the kind in lower case
/// @param expect a part of the API server's message; empty when valid
/// @param states one state of the object, or two for an update
record Sample(
        String kind,
        String name,
        Subject subject,
        boolean valid,
        String expect,
        List<ObjectNode> states) {
    /// The part of the manifest that is accepted or rejected.
    enum Subject {
        OBJECT,
        UPDATE,
        STATUS
    }

    static final Path ROOT = Path.of("src/test/resources/manifests");
    private static final Path CLAIMS = Path.of("src/test/resources/claims");
    private static final String EXPECT = "# expect: ";
    private static final Pattern NAME =
            Pattern.compile("(valid|invalid)-((update|status)-)?[a-z0-9-]+[.]yaml");
    private static final YAMLMapper YAML = new YAMLMapper();

    /// Every file below the root. A file that no test would use is an error.
    static List<Sample> all() {
        return below(ROOT);
    }

    /// Manifests of Kubernetes' own PersistentVolumeClaim, which `deploy/policies` decides about.
    static List<Sample> claims() {
        return below(CLAIMS);
    }

    private static List<Sample> below(Path root) {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(Files::isRegularFile)
                    .sorted()
                    .map(file -> read(root, file))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    ObjectNode first() {
        return states.getFirst();
    }

    ObjectNode last() {
        return states.getLast();
    }

    @Override
    public String toString() {
        return kind + "/" + name;
    }

    private static Sample read(Path root, Path file) {
        Path relative = root.relativize(file);
        Matcher name = NAME.matcher(relative.getFileName().toString());
        if (relative.getNameCount() != (root.equals(ROOT) ? 2 : 1) || !name.matches()) {
            throw new AssertionError(file + " is used by no test: name it KIND/" + NAME);
        }
        boolean valid = name.group(1).equals("valid");
        Subject subject =
                name.group(3) == null
                        ? Subject.OBJECT
                        : name.group(3).equals("update") ? Subject.UPDATE : Subject.STATUS;
        try {
            String text = Files.readString(file);
            String firstLine = text.lines().findFirst().orElse("");
            String expect =
                    firstLine.startsWith(EXPECT) ? firstLine.substring(EXPECT.length()) : "";
            if (valid != expect.isBlank()) {
                throw new AssertionError(
                        file
                                + ": the first line must be '"
                                + EXPECT
                                + "…' in an invalid manifest, and in no other");
            }
            List<ObjectNode> states = new ArrayList<>();
            try (var documents = YAML.readerFor(JsonNode.class).<JsonNode>readValues(text)) {
                while (documents.hasNext()) {
                    states.add((ObjectNode) documents.next());
                }
            }
            if (states.size() != (subject == Subject.UPDATE ? 2 : 1)) {
                throw new AssertionError(file + " holds " + states.size() + " documents");
            }
            if (subject == Subject.STATUS && !states.getFirst().has("status")) {
                throw new AssertionError(file + " has no status");
            }
            return new Sample(
                    file.getName(file.getNameCount() - 2).toString(),
                    relative.getFileName().toString(),
                    subject,
                    valid,
                    expect,
                    states);
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }
}
