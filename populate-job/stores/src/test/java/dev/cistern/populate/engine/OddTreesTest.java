package dev.cistern.populate.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.populate.target.DirectoryTarget;
import dev.cistern.populate.testing.FaultyS3;
import dev.cistern.populate.testing.FaultyS3.Asked;
import dev.cistern.populate.testing.FaultyS3.Fault;
import dev.cistern.populate.wire.Reason;
import dev.cistern.populate.wire.Verify;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Names that are both objects and prefixes, within one source and across several.
class OddTreesTest {
    private static final FillRequest.Timing QUICK = new FillRequest.Timing(4000, 1500, 5, 50);

    @TempDir Path directory;
    private FaultyS3 server;
    private final Meter meter = new Meter();

    @BeforeEach
    void startServer() throws IOException {
        server = new FaultyS3();
    }

    @AfterEach
    void stopServer() throws IOException {
        server.close();
    }

    private void put(String key, String text) {
        server.put(key, text.getBytes(StandardCharsets.UTF_8), Map.of());
    }

    /// An object that is empty in the listing, with the ETag of its content.
    private void putListedAsEmpty(String key, String text) {
        put(key, text);
        server.listedSize(key, 0);
    }

    private FillRequest.Input input(String prefix, String into) {
        return new FillRequest.Input(server.source(prefix), into, List.of(), List.of(), null);
    }

    private void fill(FillRequest.Input... inputs) throws FillException, InterruptedException {
        FillRequest request =
                new FillRequest(
                        new DirectoryTarget(directory),
                        List.of(inputs),
                        0,
                        Verify.FULL,
                        0,
                        3,
                        MemoryBudget.of(96 << 20),
                        true,
                        true,
                        QUICK);
        try {
            new Fill(request, meter, FaultPoints.NONE).run();
        } finally {
            request.inputs().forEach(input -> input.source().close());
        }
    }

    private void assertRefused(String... parts) throws IOException {
        assertThatThrownBy(() -> fill(input("t/", "")))
                .isInstanceOfSatisfying(
                        FillException.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.UNSAFE_KEY))
                .satisfies(e -> assertThat(e.getMessage()).contains(parts));
        deleteTree();
    }

    private void deleteTree() throws IOException {
        try (var all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                if (!path.equals(directory)) {
                    Files.delete(path);
                }
            }
        }
    }

    /// Paths with their content; empty directories end with a slash.
    private void assertHolds(Map<String, String> expected) throws IOException {
        TreeMap<String, String> found = new TreeMap<>();
        try (var all = Files.walk(directory)) {
            for (Path path : all.toList()) {
                String name = directory.relativize(path).toString();
                if (Files.isRegularFile(path)) {
                    found.put(name, Files.readString(path));
                } else if (isEmpty(path)) {
                    found.put(name + "/", "");
                }
            }
        }
        assertThat(found).isEqualTo(new TreeMap<>(expected));
    }

    private static boolean isEmpty(Path path) throws IOException {
        try (var children = Files.list(path)) {
            return children.findAny().isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 1000})
    void whatIsListedAsEmptyAndIsATreeIsAskedFor(int page) throws Exception {
        server.pageSize(page);
        put("t/a/x", "file");
        put("t/a!", "between");
        putListedAsEmpty("t/a", "1");
        assertRefused("\"t/a\"", "1 bytes", "\"t/a/x\" lies below it");
        server.remove("t/a");
        putListedAsEmpty("t/a/", "22");
        assertRefused("\"t/a/\"", "2 bytes");
        server.remove("t/a/");
        putListedAsEmpty("t/a_$folder$", "333");
        assertRefused("\"t/a_$folder$\"", "3 bytes");
        server.remove("t/a_$folder$");
        putListedAsEmpty("t/", "4444");
        assertRefused("\"t/\"", "4 bytes");
        server.remove("t/");

        server.putWithETag("t/a", new byte[0], "\"5d-5b6c0ab2f3e10\"", Map.of());
        server.putWithETag("t/b/", new byte[0], "", Map.of());
        server.putWithETag("t/", new byte[0], "\"0-0\"", Map.of());
        fill(input("t/", ""));
        assertHolds(Map.of("a/x", "file", "a!", "between", "b/", ""));
        deleteTree();
        fill(input("t/", "in/to"));
        assertHolds(Map.of("in/to/a/x", "file", "in/to/a!", "between", "in/to/b/", ""));
    }

    @Test
    void aMarkerOfNothingIsNotAskedAbout() throws Exception {
        put("t/a", "");
        put("t/a/x", "file");
        put("t/b/", "");
        fill(input("t/", ""));
        assertThat(server.asked()).filteredOn(asked -> !asked.listing()).hasSize(1);
    }

    @Test
    void aFolderThatCannotBeReadIsAFolder() throws Exception {
        server.putWithETag("t/a/", new byte[0], "\"dir\"", Map.of());
        for (int status : new int[] {404, 400, 405, 501}) {
            String code = status == 404 ? "NoSuchKey" : "InvalidRequest";
            server.faults(
                    asked -> isFolder(asked) ? new Fault.Status(status, code, Map.of()) : null);
            fill(input("t/", ""));
            assertHolds(Map.of("a/", ""));
            deleteTree();
        }
        server.faults(
                asked -> isFolder(asked) ? new Fault.Status(403, "AccessDenied", Map.of()) : null);
        assertThatThrownBy(() -> fill(input("t/", ""))).hasMessageContaining("t/a/");
    }

    private static boolean isFolder(Asked asked) {
        return asked.key().equals("t/a/");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anEmptyObjectIsADirectoryForTheTreeOfAnotherSource(boolean markerFirst) throws Exception {
        put("a/out/x", "file");
        put("a/both", "");
        put("a/both/a", "1");
        put("b/out", "");
        put("b/both", "");
        put("b/both/b/c", "22");
        put("b/both/b", "");
        put("b/lonely", "");
        FillRequest.Input one = input("a/", "");
        FillRequest.Input other = input("b/", "");
        if (markerFirst) {
            fill(other, one);
        } else {
            fill(one, other);
        }
        assertHolds(Map.of("out/x", "file", "both/a", "1", "both/b/c", "22", "lonely", ""));
        assertThat(meter.counts().filesDone()).isEqualTo(4);
    }

    @Test
    void whatIsNoTreeIsStillOneFileOfOneSource() throws Exception {
        put("a/e", "");
        put("b/e", "");
        assertThatThrownBy(() -> fill(input("a/", ""), input("b/", "")))
                .hasMessageContaining("same path");
        server.remove("a/e");
        put("a/e", "full");
        assertThatThrownBy(() -> fill(input("a/", ""), input("b/", "")))
                .hasMessageContaining("same path");
        server.remove("b/e");
        put("b/e/x", "");
        assertThatThrownBy(() -> fill(input("a/", ""), input("b/", "")))
                .isInstanceOfSatisfying(
                        FillException.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.UNSAFE_KEY));
        server.remove("b/e/x");
        putListedAsEmpty("b/e/x/y", "1");
        putListedAsEmpty("b/out", "22");
        server.remove("a/e");
        put("a/out/x", "1");
        assertThatThrownBy(() -> fill(input("a/", ""), input("b/", "")))
                .hasMessageContainingAll("\"b/out\"", "2 bytes", "\"a/out/x\" lies below it");
    }
}
