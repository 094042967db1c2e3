package dev.cistern.populate.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.populate.engine.FillRequest.ManifestRequest;
import dev.cistern.populate.engine.ManifestSink.ManifestFile;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.target.DirectoryTarget;
import dev.cistern.populate.target.Target;
import dev.cistern.populate.testing.MemorySource;
import dev.cistern.populate.testing.MemoryTarget;
import dev.cistern.populate.wire.Reason;
import dev.cistern.populate.wire.Verify;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The engine with neither a store nor a directory tree: an in-memory source and content-addressed target.
class LibraryTest {
    @TempDir Path directory;

    private final MemoryTarget memory = new MemoryTarget();
    private final List<ManifestFile> manifest = new ArrayList<>();

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    private FillRequest request(Target target, Source source, int streams, boolean sha256) {
        return new FillRequest(
                target,
                List.of(new FillRequest.Input(source, "into", List.of(), List.of(), null)),
                0,
                Verify.FULL,
                0,
                streams,
                MemoryBudget.of(96 << 20),
                true,
                true,
                new FillRequest.Timing(2000, 1000, 5, 50),
                new ManifestRequest(sha256, manifest::add));
    }

    private Fill.Result fill(Target target, Source source, int streams, boolean sha256)
            throws Exception {
        return new Fill(request(target, source, streams, sha256), new Meter(), FaultPoints.NONE)
                .run();
    }

    private static MemorySource source() {
        return new MemorySource(7)
                .put("a/small", random(1000))
                .put("a/twin", random(1000))
                .put("b/empty", new byte[0])
                .put("b/large", random(50_000_000))
                .put("c", random(20_000_000));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void aStoreByContentIsFilled(int streams) throws Exception {
        MemorySource source = source();

        fill(memory, source, streams, false);

        assertThat(memory.names().keySet())
                .containsExactly(
                        "into/a/small", "into/a/twin", "into/b/empty", "into/b/large", "into/c");
        assertThat(memory.contents()).isEqualTo(4);
        for (String path : List.of("a/small", "a/twin", "b/empty", "b/large", "c")) {
            assertThat(memory.content("into/" + path)).as(path).isEqualTo(source.bytes(path));
            assertThat(memory.names().get("into/" + path))
                    .isEqualTo(sha256(Objects.requireNonNull(source.bytes(path))));
        }
        assertThat(memory.clean()).isTrue();
        assertThat(memory.syncs()).isPositive();
    }

    @Test
    void theManifestIsAResult() throws Exception {
        MemorySource source = source();

        Fill.Result inMemory = fill(memory, source, 4, true);
        List<ManifestFile> first = List.copyOf(manifest);
        manifest.clear();
        Fill.Result onDisk = fill(new DirectoryTarget(directory), source, 4, true);

        assertThat(manifest).isEqualTo(first);
        assertThat(onDisk).isEqualTo(inMemory);
        assertThat(manifest)
                .extracting(ManifestFile::path)
                .containsExactly(
                        "into/a/small", "into/a/twin", "into/b/empty", "into/b/large", "into/c");
        for (ManifestFile file : manifest) {
            byte[] bytes = Files.readAllBytes(directory.resolve(file.path()));
            assertThat(file.sha256()).isEqualTo(sha256(bytes));
            assertThat(file.size()).isEqualTo(bytes.length);
            assertThat(file.digest()).startsWith("crc32c:");
        }
    }

    @Test
    void whereNobodyAsksNoSha256IsComputed() throws Exception {
        fill(new DirectoryTarget(directory), source(), 4, false);

        assertThat(manifest).hasSize(5).allMatch(file -> file.sha256() == null);
    }

    @Test
    void anAttemptThatGoesOnKnowsEveryDigest() throws Exception {
        MemorySource source = source();
        FillRequest request = request(memory, source, 2, true);
        FaultPoints third =
                new FaultPoints() {
                    private int files;

                    @Override
                    public void reached(Point point) {
                        if (point == Point.AFTER_RENAME && ++files == 3) {
                            throw new IllegalStateException("killed");
                        }
                    }
                };
        assertThatThrownBy(() -> new Fill(request, new Meter(), third).run())
                .isInstanceOf(FillException.class);

        fill(memory, source, 2, true);

        assertThat(memory.clean()).isTrue();
        assertThat(manifest).hasSize(5);
        for (ManifestFile file : manifest) {
            assertThat(file.sha256())
                    .isEqualTo(sha256(Objects.requireNonNull(memory.content(file.path()))));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void anObjectThatChangesIsDigestedAnew(int streams) throws Exception {
        MemorySource source = source();
        byte[] changed = random(40_000_000);
        AtomicInteger pieces = new AtomicInteger();
        source.beforeEachPiece(
                () -> {
                    // The other streams wait: otherwise they could read all of it.
                    synchronized (pieces) {
                        if (pieces.incrementAndGet() == 30) {
                            source.put("b/large", changed);
                        }
                    }
                });

        fill(memory, source, streams, true);

        assertThat(memory.content("into/b/large")).isEqualTo(changed);
        assertThat(memory.names().get("into/b/large")).isEqualTo(sha256(changed));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void aSha256OfTheSourcesIsCompared(int streams) throws Exception {
        MemorySource source = source();
        source.says("b/large", sha256(random(50_000_000)));
        source.says("c", sha256(random(20_000_000)));
        Target target = new DirectoryTarget(directory);

        fill(target, source, streams, false);
        fill(memory, source, streams, false);

        source.says("b/large", sha256(random(7)));
        assertThatThrownBy(() -> fill(new MemoryTarget(), source, streams, false))
                .isInstanceOfSatisfying(
                        FillException.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.DIGEST_MISMATCH));
    }

    @Test
    void nothingOfTheEngineIsLeftOnADirectory() throws Exception {
        fill(new DirectoryTarget(directory), source(), 4, true);

        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).containsExactly(directory.resolve("into"));
        }
    }
}
