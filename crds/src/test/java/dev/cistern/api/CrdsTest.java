package dev.cistern.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Common properties of our CRDs, and consistency between the files.
class CrdsTest {
    static List<CrdFile> crds() {
        return CrdFile.all();
    }

    static List<CrdFile> ours() {
        return CrdFile.all().stream().filter(CrdFile::ours).toList();
    }

    @Test
    void theKindsAreThoseOfTheDesign() {
        assertThat(crds())
                .extracting(CrdFile::kind)
                .containsExactlyInAnyOrder(
                        "StorageBackend",
                        "ObjectVolumePopulator",
                        "OSSVolumePopulator",
                        "VolumePopulation",
                        "Dataset",
                        "DatasetClaim",
                        "NodeDataset",
                        "RefreshDataset",
                        "VolumePopulator");
    }

    @Test
    void theKustomizationsListEveryFile() throws IOException {
        List<Path> listed = new ArrayList<>();
        for (String folder : CrdFile.FOLDERS) {
            JsonNode kustomization =
                    new YAMLMapper().readTree(Path.of(folder, "Kustomization").toFile());
            kustomization
                    .get("resources")
                    .forEach(file -> listed.add(Path.of(folder, file.asText())));
        }
        assertThat(listed).containsExactlyElementsOf(crds().stream().map(CrdFile::path).toList());
    }

    @ParameterizedTest
    @MethodSource("crds")
    void theFileIsNamedAfterGroupAndPlural(CrdFile crd) {
        String plural = crd.document().at("/spec/names/plural").asText();
        assertThat(crd.path().getFileName()).hasToString(crd.group() + "_" + plural + ".yaml");
        assertThat(crd.name()).isEqualTo(plural + "." + crd.group());
    }

    @ParameterizedTest
    @MethodSource("ours")
    void ourKindsHaveShortNameCategoryColumnsStatusAndConditions(CrdFile crd) {
        JsonNode names = crd.document().at("/spec/names");
        assertThat(names.get("shortNames")).as("shortNames").hasSize(1);
        assertThat(names.at("/categories/0").asText()).isEqualTo("cistern");
        assertThat(crd.version().get("additionalPrinterColumns"))
                .as("columns")
                .extracting(column -> column.get("name").asText())
                .hasSizeGreaterThan(2)
                .contains("AGE");
        assertThat(crd.version().at("/subresources/status").isObject())
                .as("status subresource")
                .isTrue();
        JsonNode status = crd.schema().at("/properties/status/properties");
        assertThat(status.at("/observedGeneration/type").asText()).isEqualTo("integer");
        assertThat(status.at("/conditions/x-kubernetes-list-type").asText()).isEqualTo("map");
        assertThat(status.at("/conditions/x-kubernetes-list-map-keys/0").asText())
                .isEqualTo("type");
        assertThat(status.at("/conditions/items/properties").has("observedGeneration")).isTrue();
    }

    @Test
    void shortNamesAreNeitherTwiceNorThoseOfKubernetes() {
        List<String> shortNames =
                ours().stream()
                        .map(c -> c.document().at("/spec/names/shortNames/0").asText())
                        .toList();
        assertThat(shortNames)
                .doesNotHaveDuplicates()
                .doesNotContain("ds", "dc", "cm", "ns", "pv", "pvc", "sc", "vac", "rs");
    }

    @Test
    void aRunShowsClaimPhaseProgressRateEtaReasonAge() {
        assertThat(CrdFile.ofKind("volumepopulation").version().get("additionalPrinterColumns"))
                .filteredOn(column -> !column.has("priority"))
                .extracting(column -> column.get("name").asText())
                .containsExactly("PVC", "PHASE", "PROGRESS", "RATE", "ETA", "REASON", "AGE");
    }

    @ParameterizedTest
    @MethodSource("ours")
    void everyPropertyIsDescribedAndBounded(CrdFile crd) {
        List<String> problems = new ArrayList<>();
        check("spec", crd.schema().at("/properties/spec"), true, problems);
        check("status", crd.schema().at("/properties/status"), true, problems);
        assertThat(problems).isEmpty();
    }

    private static void check(String path, JsonNode schema, boolean named, List<String> problems) {
        if (named && schema.path("description").asText().isBlank()) {
            problems.add(path + " has no description");
        }
        boolean bounded =
                switch (schema.path("type").asText()) {
                    case "string" ->
                            schema.has("maxLength")
                                    || schema.has("enum")
                                    || schema.path("format").asText().equals("date-time");
                    case "array" -> schema.has("maxItems") && schema.has("x-kubernetes-list-type");
                    case "object" ->
                            !schema.has("additionalProperties") || schema.has("maxProperties");
                    default -> true;
                };
        if (!bounded) {
            problems.add(path + " has no bound");
        }
        CrdFile.eachField(
                schema.path("properties"),
                (name, child) -> check(path + "." + name, child, true, problems));
        if (schema.has("items")) {
            check(path + "[]", schema.get("items"), false, problems);
        }
        if (schema.has("additionalProperties")) {
            check(path + "{}", schema.get("additionalProperties"), false, problems);
        }
    }

    @ParameterizedTest
    @MethodSource("ours")
    void whatIsRefusedByItsNameHasARuleThatRefusesIt(CrdFile crd) {
        List<String> problems = new ArrayList<>();
        refused(crd.schema(), problems);
        assertThat(problems).isEmpty();
    }

    private static void refused(JsonNode schema, List<String> problems) {
        CrdFile.eachField(
                schema.path("properties"),
                (name, child) -> {
                    boolean refused = child.path("description").asText().startsWith("Refused: ");
                    if (refused
                            && !schema.path("x-kubernetes-validations")
                                    .toString()
                                    .contains("\"!has(self." + name + ")\"")) {
                        problems.add(name + " is described as refused, and no rule refuses it");
                    }
                    refused(child, problems);
                });
        if (schema.has("items")) {
            refused(schema.get("items"), problems);
        }
    }

    @ParameterizedTest
    @MethodSource("ours")
    void everyRuleHasAMessage(CrdFile crd) {
        List<JsonNode> rules = crd.schema().findValues("x-kubernetes-validations");
        assertThat(rules)
                .allSatisfy(
                        list ->
                                assertThat(list)
                                        .allSatisfy(
                                                rule ->
                                                        assertThat(rule.path("message").asText())
                                                                .isNotBlank()));
    }

    /// In the section of its kind; fields of several kinds are explained in the first one.
    @ParameterizedTest
    @MethodSource("ours")
    void theReferenceExplainsEveryFieldOfTheSpec(CrdFile crd) throws IOException {
        String reference = Files.readString(Path.of("../docs/api.md"));
        int start = reference.indexOf("\n## " + crd.kind() + "\n");
        assertThat(start).as("section " + crd.kind()).isPositive();
        int end = reference.indexOf("\n## ", start + 1);
        String section = reference.substring(start, end < 0 ? reference.length() : end);
        Set<String> fields = new TreeSet<>();
        fields("", crd.schema().at("/properties/spec"), fields);
        fields.removeIf(
                f ->
                        f.matches(
                                "([.]sources\\[\\])?[.]backend[.].+|.+SecretRef[.].+|.+(affinity|resources|tolerations|podSelector|amespaceSelector).+"));
        if (crd.kind().equals("VolumePopulation")) {
            fields.removeIf(f -> f.startsWith(".generic."));
        }
        assertThat(fields)
                .allSatisfy(
                        f ->
                                assertThat(section)
                                        .containsPattern(
                                                "`"
                                                        + Pattern.quote(f.substring(1))
                                                        + "(\\[\\])?`"));
    }

    /// Java has one type for a backend and one for the Job's settings: the copies of their schemas must not drift apart.
    @Test
    void inlineAndFrozenBackendsAreThoseOfAStorageBackend() {
        JsonNode backend =
                withoutWords(CrdFile.ofKind("storagebackend").schema().at("/properties/spec"));
        List<String> ofTheKindAlone =
                List.of("allowedNamespaces", "allowedNamespaceSelector", "allowedPaths", "probe");
        ((ObjectNode) backend.get("properties")).remove(ofTheKindAlone);
        Iterator<JsonNode> rules = backend.get("x-kubernetes-validations").elements();
        while (rules.hasNext()) {
            String field = rules.next().path("fieldPath").asText().split("[.]")[1];
            if (ofTheKindAlone.contains(field)) {
                rules.remove();
            }
        }
        ((ObjectNode) backend.at("/properties/type")).remove("x-kubernetes-validations");
        String sources = "/properties/spec/properties/sources/items/properties/backend";
        assertThat(withoutWords(CrdFile.ofKind("objectvolumepopulator").schema().at(sources)))
                .isEqualTo(backend);
        assertThat(withoutWords(CrdFile.ofKind("volumepopulation").schema().at(sources)))
                .isEqualTo(backend);
    }

    @Test
    void frozenJobSettingsAreThoseOfAPopulator() {
        String generic = "/properties/spec/properties/generic";
        assertThat(withoutWords(CrdFile.ofKind("volumepopulation").schema().at(generic)))
                .isEqualTo(
                        withoutWords(CrdFile.ofKind("objectvolumepopulator").schema().at(generic)));
    }

    private static JsonNode withoutWords(JsonNode schema) {
        ObjectNode copy = schema.deepCopy();
        copy.remove("description");
        return copy;
    }

    @Test
    void eachKindHasSamplesAndEachSampleAKind() {
        Set<String> kinds = new TreeSet<>();
        crds().forEach(crd -> kinds.add(crd.directory()));
        List<Sample> samples = Sample.all();
        assertThat(samples)
                .extracting(Sample::kind)
                .allSatisfy(kind -> assertThat(kinds).contains(kind));
        for (String kind : kinds) {
            assertThat(samples)
                    .filteredOn(s -> s.kind().equals(kind) && s.valid())
                    .as("valid " + kind)
                    .isNotEmpty();
            assertThat(samples)
                    .filteredOn(s -> s.kind().equals(kind) && !s.valid())
                    .as("invalid " + kind)
                    .hasSizeGreaterThanOrEqualTo(4);
        }
    }

    /// The samples are the input of the round trip test and of the real API server: a field that is in none of them is
    /// untested.
    @ParameterizedTest
    @MethodSource("crds")
    void theValidSamplesSetEveryField(CrdFile crd) {
        Set<String> unset = new TreeSet<>();
        fields("", crd.schema(), unset);
        Set<String> set = new HashSet<>();
        Sample.all().stream()
                .filter(s -> s.kind().equals(crd.directory()) && s.valid())
                .forEach(s -> s.states().forEach(state -> values("", state, crd.schema(), set)));
        unset.removeAll(set);
        unset.removeAll(Set.of(".metadata", ".apiVersion", ".kind"));
        assertThat(unset).isEmpty();
    }

    private static void fields(String path, JsonNode schema, Set<String> found) {
        CrdFile.eachField(
                schema.path("properties"),
                (name, child) -> {
                    // A rule refuses it with the name that is meant.
                    if (!child.path("description").asText().startsWith("Refused: ")) {
                        found.add(path + "." + name);
                        fields(path + "." + name, child, found);
                    }
                });
        if (schema.has("items")) {
            fields(path + "[]", schema.get("items"), found);
        }
        if (schema.has("additionalProperties")) {
            fields(path + "{}", schema.get("additionalProperties"), found);
        }
    }

    private static void values(String path, JsonNode value, JsonNode schema, Set<String> found) {
        if (value.isArray()) {
            value.forEach(item -> values(path + "[]", item, schema.path("items"), found));
        } else if (schema.has("additionalProperties")) {
            value.forEach(
                    item -> values(path + "{}", item, schema.get("additionalProperties"), found));
        } else if (value.isObject()) {
            CrdFile.eachField(
                    value,
                    (name, child) -> {
                        found.add(path + "." + name);
                        values(path + "." + name, child, schema.at("/properties/" + name), found);
                    });
        }
    }
}
