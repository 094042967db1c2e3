package dev.cistern.populate.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.populate.target.DirectoryTarget;
import dev.cistern.populate.testing.CountedSource;
import dev.cistern.populate.testing.FaultyS3;
import dev.cistern.populate.wire.Reason;
import dev.cistern.populate.wire.Verify;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A bucket that changes before the second attempt.
class LeftoversTest {
    private static final MemoryBudget AMPLE = MemoryBudget.of(96 << 20);
    private static final MemoryBudget TINY = new MemoryBudget(0, 4, 128 * 1024, 4, 4, 4000);

    @TempDir Path directory;
    private FaultyS3 server;

    @BeforeEach
    void startServer() throws IOException {
        server = new FaultyS3();
    }

    @AfterEach
    void stopServer() throws IOException {
        server.close();
    }

    private static final class Killed extends Error {
        private static final long serialVersionUID = 1L;
    }

    private void put(String key, String text) {
        server.put(key, text.getBytes(StandardCharsets.UTF_8), Map.of());
    }

    private void fill(MemoryBudget budget, FaultPoints faultPoints, FillRequest.Input... inputs)
            throws FillException, InterruptedException {
        FillRequest request =
                new FillRequest(
                        new DirectoryTarget(directory),
                        List.of(inputs),
                        0,
                        Verify.FULL,
                        0,
                        3,
                        budget,
                        true,
                        true,
                        FillRequest.Timing.DEFAULT);
        try {
            new Fill(request, new Meter(), faultPoints).run();
        } finally {
            request.inputs().forEach(input -> input.source().close());
        }
    }

    private FillRequest.Input input(String prefix) {
        return new FillRequest.Input(server.source(prefix), "", List.of(), List.of(), null);
    }

    private static FillRequest.Input input(List<String> paths) {
        return new FillRequest.Input(
                new CountedSource("t/", paths, 40), "", List.of(), List.of(), null);
    }

    /// An attempt that is killed.
    private void endAt(MemoryBudget budget, FaultPoints.Point step, FillRequest.Input input) {
        assertThatThrownBy(
                        () ->
                                fill(
                                        budget,
                                        now -> {
                                            if (now == step) {
                                                throw new Killed();
                                            }
                                        },
                                        input))
                .isInstanceOfAny(Killed.class, FillException.class);
    }

    private void assertHolds(Map<String, String> expected) throws IOException {
        TreeMap<String, String> found = new TreeMap<>();
        try (var all = Files.walk(directory)) {
            for (Path path : all.toList()) {
                String name = directory.relativize(path).toString();
                if (Files.isRegularFile(path)) {
                    found.put(name, Files.readString(path));
                } else if (!name.isEmpty() && isEmpty(path)) {
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
    @EnumSource(
            value = FaultPoints.Point.class,
            names = {"BEFORE_RENAME", "AFTER_RENAME", "ALL_RENAMED", "BEFORE_CLEANUP"})
    void whatWasDeletedInTheBucketIsRemovedAndNothingElse(FaultPoints.Point step) throws Exception {
        Files.writeString(directory.resolve("users"), "mine");
        Files.createDirectories(directory.resolve("users-directory/deep/b"));
        put("t/a", "1");
        put("t/d/e/f", "22");
        put("t/users-directory/deep/b/c", "333");
        put("t/made/", "");
        endAt(AMPLE, step, input("t/"));
        for (String key : List.of("t/a", "t/d/e/f", "t/users-directory/deep/b/c", "t/made/")) {
            server.remove(key);
        }
        put("t/z/z", "4");

        fill(AMPLE, FaultPoints.NONE, input("t/"));

        assertHolds(Map.of("users", "mine", "users-directory/deep/b/", "", "z/z", "4"));
    }

    @Test
    void whatSomebodyChangedSinceStays() throws Exception {
        put("t/a", "1");
        put("t/d/b", "22");
        put("t/d/c", "333");
        endAt(AMPLE, FaultPoints.Point.ALL_RENAMED, input("t/"));
        Files.writeString(directory.resolve("d/b"), "changed");
        server.remove("t/d/b");
        server.remove("t/d/c");

        fill(AMPLE, FaultPoints.NONE, input("t/"));

        assertHolds(Map.of("a", "1", "d/b", "changed"));
    }

    @Test
    void whatAFillOfOtherSourcesMadeStays() throws Exception {
        put("t/a", "1");
        put("u/b", "2");
        endAt(AMPLE, FaultPoints.Point.ALL_RENAMED, input("t/"));
        fill(AMPLE, FaultPoints.NONE, input("u/"));
        assertHolds(Map.of("a", "1", "b", "2"));
    }

    @Test
    void whatAnAttemptWithOtherPatternsMadeStays() throws Exception {
        put("t/a/x", "1");
        put("t/b/y", "2");
        endAt(
                AMPLE,
                FaultPoints.Point.ALL_RENAMED,
                new FillRequest.Input(server.source("t/"), "", List.of("a/**"), List.of(), null));
        fill(
                AMPLE,
                FaultPoints.NONE,
                new FillRequest.Input(server.source("t/"), "", List.of(), List.of("a/**"), null));
        assertHolds(Map.of("a/x", "1", "b/y", "2"));
    }

    /// Of batches of 31 paths, one has the files and another one their directory.
    @Test
    void aDirectoryThatGoesLaterThanItsFilesNeedNotBeMadeDurable() throws Exception {
        List<String> paths = new ArrayList<>();
        for (int i = 0; i < 36; i++) {
            paths.add("d" + i % 4 + "/f" + i);
        }
        Collections.sort(paths);
        endAt(TINY, FaultPoints.Point.ALL_RENAMED, input(paths));
        fill(TINY, FaultPoints.NONE, input(List.of("last")));
        try (var left = Files.list(directory)) {
            assertThat(left).containsExactly(directory.resolve("last"));
        }
    }

    @Test
    void whatASuccessfulFillMadeStays() throws Exception {
        put("t/a", "1");
        fill(AMPLE, FaultPoints.NONE, input("t/"));
        server.remove("t/a");
        put("t/b", "2");
        fill(AMPLE, FaultPoints.NONE, input("t/"));
        assertHolds(Map.of("a", "1", "b", "2"));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 1000})
    void aFileThatIsATreeNowGivesWayAndTheOtherWayRound(int page) throws Exception {
        server.pageSize(page);
        put("t/file", "1");
        put("t/tree/x/y", "22");
        put("t/tree/z", "22");
        put("t/zz", "3");
        endAt(AMPLE, FaultPoints.Point.ALL_RENAMED, input("t/"));
        for (String key : List.of("t/file", "t/tree/x/y", "t/tree/z")) {
            server.remove(key);
        }
        put("t/file/x/y", "44");
        put("t/file/z/", "");
        put("t/tree", "5");

        fill(AMPLE, FaultPoints.NONE, input("t/"));

        assertHolds(Map.of("file/x/y", "44", "file/z/", "", "tree", "5", "zz", "3"));
    }

    @Test
    void aSingleObjectThatIsATreeNow() throws Exception {
        put("out", "1");
        endAt(AMPLE, FaultPoints.Point.ALL_RENAMED, input("out"));
        server.remove("out");
        put("out/out/x", "22");
        fill(AMPLE, FaultPoints.NONE, input("out"));
        assertHolds(Map.of("out/x", "22"));
    }

    @ParameterizedTest
    @CsvSource({"a, tree", "a/x, file"})
    void whatTheUserHasStaysInTheWay(String path, String kind) throws Exception {
        put("t/b", "1");
        endAt(AMPLE, FaultPoints.Point.ALL_RENAMED, input("t/"));
        Path users = directory.resolve(path);
        Files.createDirectories(users.getParent());
        Files.writeString(users, "mine");
        put(kind.equals("tree") ? "t/a/y" : "t/a", "2");

        assertThatThrownBy(() -> fill(AMPLE, FaultPoints.NONE, input("t/")))
                .isInstanceOfSatisfying(
                        FillException.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.TARGET_IO_ERROR))
                .hasMessageContaining("in the way");
        assertThat(users).hasContent("mine");
    }

    /// Batches of 31 paths; the listing in order and not.
    @ParameterizedTest
    @CsvSource({"false, 0.02", "false, 0.9", "true, 0.02", "true, 0.9"})
    void howeverManyThereAre(boolean shuffled, double deleted) throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        TreeSet<String> all = new TreeSet<>();
        while (all.size() < 600) {
            int number = random.nextInt(1_000_000);
            all.add("d" + number % 13 + "/e" + number % 7 + "/ü" + number);
        }
        List<String> paths = new ArrayList<>(all);
        if (shuffled) {
            Collections.shuffle(paths, random);
        }
        endAt(TINY, FaultPoints.Point.ALL_RENAMED, input(paths));
        List<String> rest =
                new ArrayList<>(paths.stream().filter(p -> random.nextDouble() > deleted).toList());
        rest.add("last");

        fill(TINY, FaultPoints.NONE, input(rest));

        TreeMap<String, String> expected = new TreeMap<>();
        rest.forEach(
                path ->
                        expected.put(
                                path,
                                new String(
                                        CountedSource.bytes(path), StandardCharsets.ISO_8859_1)));
        TreeMap<String, String> found = new TreeMap<>();
        try (var files = Files.walk(directory)) {
            for (Path path : files.toList()) {
                String name = directory.relativize(path).toString();
                if (Files.isRegularFile(path)) {
                    found.put(name, Files.readString(path, StandardCharsets.ISO_8859_1));
                } else {
                    assertThat(isEmpty(path)).as("seed %s, %s", seed, path).isFalse();
                }
            }
        }
        assertThat(found).as("seed %s", seed).isEqualTo(expected);
    }
}
