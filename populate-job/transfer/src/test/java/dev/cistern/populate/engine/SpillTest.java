package dev.cistern.populate.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.populate.target.DirectoryTarget;
import dev.cistern.populate.testing.CountedSource;
import dev.cistern.populate.wire.Reason;
import dev.cistern.populate.wire.Verify;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Fills with so little memory that all object metadata spills to files.
class SpillTest {
    private static final MemoryBudget TINY = new MemoryBudget(0, 4, 128 * 1024, 4, 4, 4000);
    private static final MemoryBudget AMPLE = MemoryBudget.of(96 << 20);
    private static final int PAGE = 60;

    @TempDir Path directory;
    private Meter meter = new Meter();

    private static List<String> paths(Random random, int count) {
        TreeSet<String> all = new TreeSet<>();
        while (all.size() < count) {
            int number = random.nextInt(1_000_000);
            all.add("d" + number % 13 + "/e" + number % 7 + "/ü" + number);
        }
        return new ArrayList<>(all);
    }

    private FillRequest request(MemoryBudget budget, List<CountedSource> sources) {
        return new FillRequest(
                new DirectoryTarget(directory),
                sources.stream()
                        .map(s -> new FillRequest.Input(s, "", List.of(), List.of(), null))
                        .toList(),
                0,
                Verify.FULL,
                0,
                3,
                budget,
                true,
                true,
                FillRequest.Timing.DEFAULT);
    }

    private Fill.Result fill(MemoryBudget budget, FaultPoints faultPoints, CountedSource... sources)
            throws FillException, InterruptedException {
        meter = new Meter();
        return new Fill(request(budget, List.of(sources)), meter, faultPoints).run();
    }

    private void assertFilled(List<String> paths) throws IOException {
        TreeMap<String, byte[]> found = new TreeMap<>();
        try (var all = Files.walk(directory)) {
            for (Path path : all.filter(Files::isRegularFile).toList()) {
                found.put(directory.relativize(path).toString(), Files.readAllBytes(path));
            }
        }
        List<String> files = paths.stream().filter(path -> !path.endsWith("/")).toList();
        assertThat(found.keySet()).isEqualTo(new TreeSet<>(files));
        found.forEach(
                (path, bytes) -> assertThat(bytes).as(path).isEqualTo(CountedSource.bytes(path)));
        assertThat(directory.resolve(".cistern")).doesNotExist();
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

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theResultIsTheSameWithAnyMemoryAndInAnyOrder(boolean shuffled) throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<String> paths = paths(random, 2000);
        paths.add("zz/empty/");
        Fill.Result expected = fill(AMPLE, FaultPoints.NONE, new CountedSource("t/", paths, PAGE));
        assertFilled(paths);
        deleteTree();
        if (shuffled) {
            Collections.shuffle(paths, random);
        }

        Fill.Result result = fill(TINY, FaultPoints.NONE, new CountedSource("t/", paths, PAGE));

        assertThat(result).as("seed %s", seed).isEqualTo(expected);
        assertFilled(paths);
        assertThat(directory.resolve("zz/empty")).isDirectory();
        assertThat(meter.counts().filesDone()).isEqualTo(2000);
    }

    @Test
    void severalSourcesAreOneTree() throws Exception {
        long seed = System.nanoTime();
        List<String> paths = paths(new Random(seed), 1200);
        CountedSource[] sources = new CountedSource[3];
        for (int i = 0; i < 3; i++) {
            int which = i;
            List<String> some = paths.stream().filter(p -> p.hashCode() % 3 + 2 >= 0).toList();
            some = some.stream().filter(p -> Math.floorMod(p.hashCode(), 3) == which).toList();
            sources[i] = new CountedSource("s" + i + "/", some, PAGE);
        }
        Fill.Result result = fill(TINY, FaultPoints.NONE, sources);
        assertFilled(paths);
        deleteTree();
        // Times and versions follow from the path alone.
        assertThat(fill(AMPLE, FaultPoints.NONE, new CountedSource("t/", paths, PAGE)))
                .as("seed %s", seed)
                .isEqualTo(result);
    }

    /// Empty objects among too many paths for hashes, some of which are trees, and trees of empty objects alone.
    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void anEmptyObjectThatIsATreeIsADirectoryInAnyOrder(int sources) throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        TreeSet<String> files = new TreeSet<>(paths(random, 900));
        TreeSet<String> markers = new TreeSet<>();
        for (int i = 0; i < 60; i++) {
            String empty = "d" + i % 13 + "/e" + i % 7 + "/empty" + i;
            if (i % 3 == 0) {
                files.add(empty);
            } else {
                markers.add(empty);
                files.add(empty + (i % 3 == 1 ? "/x" : "/empty/empty/empty"));
                if (i % 3 == 2) {
                    markers.add(empty + "/empty");
                }
                files.add(empty + "-");
            }
        }
        List<String> all = new ArrayList<>(files);
        all.addAll(markers);
        Collections.shuffle(all, random);
        CountedSource[] parts = new CountedSource[sources];
        for (int i = 0; i < sources; i++) {
            List<String> some =
                    all.subList(all.size() * i / sources, all.size() * (i + 1) / sources);
            parts[i] = new CountedSource("s" + i + "/", some, PAGE);
        }

        fill(TINY, FaultPoints.NONE, parts);

        assertFilled(new ArrayList<>(files));
        assertThat(meter.counts().filesDone()).as("seed %s", seed).isEqualTo(files.size());
    }

    @ParameterizedTest
    @CsvSource({
        "zz/empty, zz/empty, same path",
        "zz, zz/empty, lies below \"zz\"",
        "zz/empty/, zz/empty, ''",
        "zz/empty/x, zz/empty, ''"
    })
    void whatMayBeAMarkerMeetsOthers(String one, String empty, String part) throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<String> paths = paths(random, 800);
        Collections.shuffle(paths, random);
        List<String> first = new ArrayList<>(paths.subList(0, 400));
        first.add(one);
        List<String> second = new ArrayList<>(paths.subList(400, 800));
        second.add(empty);
        CountedSource[] sources = {
            new CountedSource("u/", first, PAGE), new CountedSource("t/", second, PAGE)
        };
        if (!part.isEmpty()) {
            assertRefused(seed, part, sources);
            assertRefused(seed, part, sources[1], sources[0]);
            return;
        }
        fill(TINY, FaultPoints.NONE, sources);
        assertThat(directory.resolve("zz/empty")).isDirectory();
        deleteTree();
        fill(TINY, FaultPoints.NONE, sources[1], sources[0]);
        assertThat(directory.resolve("zz/empty")).isDirectory();
    }

    /// In order, the second is found at once; in another order or from two sources, when all is listed.
    @ParameterizedTest
    @CsvSource({
        "d5/x, d5/x/y, lies below \"d5/x\"",
        "d5/e, d5/e/y, lies below \"d5/e\"",
        "d5/x/, d5/x, d5/x",
        "zz, zz, zz"
    })
    void aPathThatTwoKeysWantIsRefused(String one, String other, String part) throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<String> paths = new ArrayList<>(paths(random, 800));
        paths.removeIf(path -> path.startsWith("d5/e"));
        paths.add(one);
        paths.add(other);
        Collections.sort(paths);
        assertRefused(seed, part, new CountedSource("t/", paths, PAGE));
        Collections.shuffle(paths, random);
        assertRefused(seed, part, new CountedSource("t/", paths, PAGE));
        List<String> rest = new ArrayList<>(paths);
        rest.remove(one);
        assertRefused(
                seed,
                part,
                new CountedSource("u/", rest, PAGE),
                new CountedSource("t/", List.of(one), PAGE));
    }

    private void assertRefused(long seed, String part, CountedSource... sources) throws Exception {
        assertThatThrownBy(() -> fill(TINY, FaultPoints.NONE, sources))
                .as("seed %s", seed)
                .isInstanceOfSatisfying(
                        FillException.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.UNSAFE_KEY))
                .hasMessageContaining(part)
                .hasMessageContaining("counted");
        deleteTree();
    }

    /// Stops a fill as a kill would.
    private static final class Killed extends Error {
        private static final long serialVersionUID = 1L;
    }

    private @Nullable Throwable endAt(FaultPoints.Point step, int number, CountedSource source) {
        AtomicInteger reached = new AtomicInteger();
        try {
            fill(
                    TINY,
                    now -> {
                        if (now == step && reached.incrementAndGet() >= number) {
                            throw new Killed();
                        }
                    },
                    source);
            return null;
        } catch (FillException | InterruptedException | Killed e) {
            return e;
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aFillThatIsEndedAtAnyStepGoesOnWhereItWas(boolean shuffled) throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<String> paths = paths(random, 500);
        if (shuffled) {
            Collections.shuffle(paths, random);
        }
        Fill.Result expected = fill(AMPLE, FaultPoints.NONE, new CountedSource("t/", paths, PAGE));
        for (FaultPoints.Point step : FaultPoints.Point.values()) {
            for (int number : new int[] {1, 400}) {
                deleteTree();
                CountedSource source = new CountedSource("t/", paths, PAGE);
                if (endAt(step, number, source) != null) {
                    String which = "seed " + seed + ", " + step + " " + number;
                    int before = source.reads();
                    assertThat(fill(TINY, FaultPoints.NONE, source)).as(which).isEqualTo(expected);
                    Meter.Counts counts = meter.counts();
                    assertThat(counts.bytesFetched() + counts.bytesResumed())
                            .as(which)
                            .isEqualTo(counts.bytesTotal());
                    if (step == FaultPoints.Point.ALL_RENAMED
                            || step == FaultPoints.Point.BEFORE_CLEANUP) {
                        assertThat(source.reads()).as(which).isEqualTo(before);
                    }
                }
                assertFilled(paths);
            }
        }
    }

    @Test
    void whatAKilledProcessLeftOfItsOwnFilesIsRemoved() throws Exception {
        List<String> paths = paths(new Random(1), 300);
        CountedSource source = new CountedSource("t/", paths, PAGE);
        assertThat(endAt(FaultPoints.Point.AFTER_RENAME, 1, source)).isNotNull();
        Path spill = Files.createDirectories(directory.resolve(".cistern/spill"));
        assertThat(spill).isEmptyDirectory();
        Files.writeString(spill.resolve("0"), "left between open and unlink");
        fill(TINY, FaultPoints.NONE, source);
        assertFilled(paths);
    }
}
