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
import java.util.stream.Stream;

/// One file of `deploy/policies`: admission policies and their bindings, as they are installed.
record PolicyFile(Path path, List<ObjectNode> documents) {
    static final Path FOLDER = Path.of("../deploy/policies");
    static final String CLAIMS = "/api/v1/namespaces/team-a/persistentvolumeclaims";
    private static final YAMLMapper YAML = new YAMLMapper();

    /// An object that only one policy rejects.
    record Probe(String collection, ObjectNode object) {}

    static final List<Probe> PROBES =
            List.of(
                    new Probe(
                            CLAIMS,
                            object(
                                    """
                                    apiVersion: v1
                                    kind: PersistentVolumeClaim
                                    metadata: {name: probe}
                                    spec:
                                      accessModes: [ReadWriteOnce]
                                      resources: {requests: {storage: 1Gi}}
                                      dataSourceRef: {apiGroup: cistern.dev, kind: Probe, name: x}
                                    """)),
                    new Probe(
                            CLAIMS,
                            object(
                                    """
                                    apiVersion: v1
                                    kind: PersistentVolumeClaim
                                    metadata: {name: probe}
                                    spec:
                                      accessModes: [ReadWriteOnce]
                                      resources: {requests: {storage: 1Gi}}
                                      dataSource: {apiGroup: cistern.dev, kind: Dataset, name: x}
                                    """)),
                    new Probe(
                            "/apis/cistern.dev/v1alpha1/datasets",
                            object(
                                    """
                                    apiVersion: cistern.dev/v1alpha1
                                    kind: Dataset
                                    metadata: {name: probe, annotations: {cistern.dev/ttl: probe}}
                                    spec: {source: {storageBackendRef: x, path: x/}}
                                    """)));

    static List<PolicyFile> all() {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.filter(
                            f ->
                                    f.toString().endsWith(".yaml")
                                            && !f.endsWith("kustomization.yaml"))
                    .sorted()
                    .map(PolicyFile::read)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The REST path of the collection that holds a policy or a binding.
    static String collection(JsonNode document) {
        String plural =
                switch (document.at("/kind").asText()) {
                    case "ValidatingAdmissionPolicy" -> "validatingadmissionpolicies";
                    case "ValidatingAdmissionPolicyBinding" -> "validatingadmissionpolicybindings";
                    case "MutatingAdmissionPolicy" -> "mutatingadmissionpolicies";
                    case "MutatingAdmissionPolicyBinding" -> "mutatingadmissionpolicybindings";
                    case String kind -> throw new AssertionError("no policy: " + kind);
                };
        return "/apis/" + document.at("/apiVersion").asText() + "/" + plural;
    }

    private static PolicyFile read(Path path) {
        List<ObjectNode> documents = new ArrayList<>();
        try (var values =
                YAML.readerFor(JsonNode.class).<JsonNode>readValues(Files.readString(path))) {
            while (values.hasNext()) {
                documents.add((ObjectNode) values.next());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(path.toString(), e);
        }
        return new PolicyFile(path, documents);
    }

    private static ObjectNode object(String yaml) {
        try {
            return (ObjectNode) YAML.readTree(yaml);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
