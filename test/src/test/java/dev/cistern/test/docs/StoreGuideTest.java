package dev.cistern.test.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// "How to add a store" in `docs/ARCHITECTURE.md`: each place that it lists exists for each store.
class StoreGuideTest {
    private static final Path STORE_SPEC =
            Path.of("populate-job/protocol/src/main/java/dev/cistern/populate/wire/StoreSpec.java");

    private Project project;
    private Page guide;

    @BeforeEach
    void read() throws IOException {
        project = Project.here();
        guide =
                Page.of(project.read(Path.of("docs/ARCHITECTURE.md")))
                        .section("How to add a store");
    }

    /// The stores by the names of their specifications: `Gcs` for `GcsSpec`.
    static List<String> stores() throws IOException {
        List<String> permitted =
                new Page(Project.here().read(STORE_SPEC)).find("permits ([^{]*)\\{");
        return Stream.of(permitted.getFirst().split(","))
                .map(name -> name.strip().replaceFirst("Spec$", ""))
                .toList();
    }

    /// Paths in the guide's code spans; leading directories may be omitted.
    private List<String> places() {
        return guide.spans().stream().filter(span -> span.matches("[^ ]+/[^ ]*")).toList();
    }

    private static String of(String store, String text) {
        return text.replace("<Store>", store).replace("<store>", store.toLowerCase(Locale.ROOT));
    }

    /// Whether such a file, or a directory with files, exists.
    private boolean exists(String place) {
        String file = place.replaceFirst("/$", "");
        PathMatcher matcher =
                FileSystems.getDefault()
                        .getPathMatcher(
                                "glob:{" + file + "," + file + "/**,**/" + file + ",**/" + file
                                        + "/**}");
        return project.files().stream().anyMatch(matcher::matches);
    }

    @Test
    void theGuideListsPlaces() {
        assertThat(places())
                .contains(
                        "wire/<Store>Spec.java",
                        "source/<store>/<Store>Provider.java",
                        "backend/<Store>Backend.java",
                        "wire/StoreSpec.java",
                        "backend/Backends.java");
    }

    @ParameterizedTest
    @MethodSource("stores")
    void everyPlaceOfTheGuideIsThereForEachStore(String store) {
        assertThat(places()).map(place -> of(store, place)).allMatch(this::exists);
    }

    /// Each store has a subclass of the contract test.
    @ParameterizedTest
    @MethodSource("stores")
    void everyStoreIsHeldToTheContract(String store) throws IOException {
        assertThat(
                        in(
                                of(
                                        store,
                                        "populate-job/stores/src/test/java/dev/cistern/populate/source/<store>/")))
                .anyMatch(text -> text.contains("extends SourceContract"));
    }

    @ParameterizedTest
    @MethodSource("stores")
    void everyStoreHasAGoldenCase(String store) throws IOException {
        // A type of two words is written in camel case: `azureBlob`.
        Pattern type = Pattern.compile(of(store, "\\btype: <store>\\b"), Pattern.CASE_INSENSITIVE);
        assertThat(in("populator-controller/src/test/resources/planner/"))
                .anyMatch(text -> type.matcher(text).find());
    }

    /// Lists that the compiler does not check against the stores.
    @ParameterizedTest
    @MethodSource("stores")
    void everyStoreIsWhereNoSwitchNamesIt(String store) throws IOException {
        assertThat(one("wire/StoreType.java")).contains(of(store, "<Store>Spec::read"));
        assertThat(one("populate/Stores.java")).contains(of(store, "new <Store>CommandLine()"));
        assertThat(one("backend/Backends.java")).contains(of(store, "new <Store>Backend()"));
    }

    private String one(String place) throws IOException {
        List<Path> found =
                project.files().stream().filter(file -> file.endsWith(Path.of(place))).toList();
        assertThat(found).as(place).hasSize(1);
        return project.read(found.getFirst());
    }

    private List<String> in(String directory) throws IOException {
        List<String> texts = new ArrayList<>();
        for (Path file : project.files()) {
            if (file.startsWith(Path.of(directory))) {
                texts.add(project.read(file));
            }
        }
        return texts;
    }
}
