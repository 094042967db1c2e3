package dev.cistern.csi.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.csi.volume.Volume;
import dev.cistern.csi.volume.VolumeFailure;
import dev.cistern.csi.volume.VolumeId;
import dev.cistern.csi.volume.VolumeSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LocalPoolTest {

    private static final long MIB = 1L << 20;
    private static final VolumeId A = new VolumeId("a");
    private static final InstantSource CLOCK =
            InstantSource.fixed(Instant.parse("2026-01-02T03:04:05Z"));

    @TempDir Path root;
    FaultyBacking backing;
    LocalPool pool;

    @BeforeEach
    void open() throws IOException {
        backing = new FaultyBacking(root);
        pool = LocalPool.open(root, backing, 100, CLOCK);
    }

    private static VolumeSize mib(long count) {
        return new VolumeSize(count * MIB, 0);
    }

    private List<String> in(String directory) throws IOException {
        try (Stream<Path> files = Files.list(root.resolve(directory))) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void aVolumeIsFoundAgainAfterARestart() throws IOException {
        Volume made = pool.create("a", mib(10));
        Files.writeString(pool.path(A).resolve("file"), "data");

        open();

        assertThat(pool.find(A)).contains(made);
        assertThat(pool.path(A).resolve("file")).hasContent("data");
        assertThat(pool.create("a", mib(10))).isEqualTo(made);
        assertThat(pool.capacity().available()).isEqualTo(90 * MIB);
    }

    @Test
    void anyoneMayWriteToANewVolume() throws IOException {
        pool.create("a", mib(10));

        assertThat(Files.getPosixFilePermissions(pool.path(A))).hasSize(9);
        assertThat(Files.getPosixFilePermissions(root)).hasSize(3);
    }

    @Test
    void theSameNameWithAnotherSizeIsRefused() {
        pool.create("a", mib(10));

        assertThatThrownBy(() -> pool.create("a", mib(11)))
                .isInstanceOf(VolumeFailure.AlreadyExists.class)
                .hasMessageContaining("10485760");
        assertThatThrownBy(() -> pool.create("a", new VolumeSize(0, 9 * MIB)))
                .isInstanceOf(VolumeFailure.AlreadyExists.class);
        pool.create("a", new VolumeSize(0, 10 * MIB));
    }

    @Test
    void nothingIsPromisedTwice() {
        pool.create("a", mib(60));

        assertThatThrownBy(() -> pool.create("b", mib(60)))
                .isInstanceOf(VolumeFailure.NoSpace.class)
                .hasMessageContaining("b needs 62914560 bytes");
        pool.delete(A);
        pool.create("b", mib(60));
    }

    @Test
    void callsAtOnceDoNotPromiseTheSameSpace() throws InterruptedException {
        AtomicInteger made = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            String name = "v" + i;
            threads.add(
                    Thread.ofVirtual()
                            .start(
                                    () -> {
                                        try {
                                            pool.create(name, mib(10));
                                            made.incrementAndGet();
                                        } catch (VolumeFailure.NoSpace e) {
                                            assertThat(e).hasMessageContaining(name);
                                        }
                                    }));
        }
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(made).hasValue(10);
        assertThat(pool.list()).hasSize(10);
    }

    @Test
    void aDiskThatOthersHaveFilledPromisesNothing() {
        backing.unclaimedBytes = 5 * MIB;

        assertThatThrownBy(() -> pool.create("a", mib(10)))
                .isInstanceOf(VolumeFailure.NoSpace.class);
        pool.create("a", mib(5));
        backing.unclaimedBytes = -1;
        assertThat(pool.capacity().available()).isZero();
    }

    @Test
    void overcommitPromisesMoreThanThereIs() throws IOException {
        LocalPool generous = LocalPool.open(root, backing, 200, CLOCK);
        backing.unclaimedBytes = 0;

        generous.create("a", mib(150));

        assertThatThrownBy(() -> generous.create("b", mib(60)))
                .isInstanceOf(VolumeFailure.NoSpace.class);
    }

    @Test
    void whatCouldNotBeMadeLeavesNothing() throws IOException {
        backing.failMake = true;

        assertThatThrownBy(() -> pool.create("a", mib(10)))
                .isInstanceOf(VolumeFailure.Broken.class)
                .hasMessageContaining("no limit could be set");

        assertThat(pool.list()).isEmpty();
        assertThat(in("records")).isEmpty();
        assertThat(in("volumes")).isEmpty();
        pool.tidy();
        assertThat(in("staging")).isEmpty();
        backing.failMake = false;
        pool.create("a", mib(10));
    }

    @Test
    void aRemovedVolumeIsGoneAtOnceAndClearedAwayLater() throws IOException {
        pool.create("a", mib(10));
        Files.writeString(pool.path(A).resolve("file"), "data");

        pool.delete(A);
        pool.delete(A);

        assertThat(pool.find(A)).isEmpty();
        assertThat(in("trash")).hasSize(1);
        pool.create("a", mib(10));
        assertThat(pool.path(A)).isEmptyDirectory();
        pool.tidy();
        assertThat(in("trash")).isEmpty();
        assertThat(in("volumes")).containsExactly("a");
    }

    @Test
    void oneThatCannotBeClearedAwayStaysInTheTrashIsToldAndStopsNothing() throws IOException {
        pool.create("a", mib(10));
        pool.delete(A);
        backing.failDestroy = true;

        pool.tidy();

        assertThat(in("trash")).hasSize(1);
        assertThat(pool.leftovers()).hasSize(1);
        assertThat(pool.leftovers().values()).allMatch(reason -> reason.contains("still in use"));
        pool = LocalPool.open(root, backing, 100, CLOCK);
        pool.tidy();
        pool.create("a", mib(10));
        backing.failDestroy = false;
        pool.tidy();
        assertThat(in("trash")).isEmpty();
        assertThat(pool.leftovers()).isEmpty();
    }

    /// 1,500 directories, one within the other: 6,000 bytes of path, and more than a stack of calls or of open files
    /// should hold.
    @Test
    void aTreeDeeperThanAPathMayBeLongGoes() throws IOException {
        pool.create("a", mib(10));
        Path top = pool.path(A);
        for (int level = 0; level < 1500; level++) {
            // Built bottom-up, so that no path here is too long.
            Path next = root.resolve("next");
            Files.createDirectory(next);
            Files.writeString(next.resolve("file"), "data");
            if (level > 0) {
                Files.move(root.resolve("tree"), next.resolve("abc"));
            }
            Files.move(next, root.resolve("tree"));
        }
        Files.move(root.resolve("tree"), top.resolve("tree"));

        pool.delete(A);
        pool.tidy();

        assertThat(pool.leftovers()).isEmpty();
        assertThat(in("trash")).isEmpty();
    }

    /// What a crash leaves after each step of creation and deletion.
    @ParameterizedTest
    @ValueSource(strings = {"temp", "record", "staged", "renamed-to-trash", "record-deleted"})
    void theNextStartClearsAwayWhatACrashLeft(String step) throws IOException {
        Volume volume = new Volume(A, "a", 10 * MIB, CLOCK.instant());
        VolumeRecords records = new VolumeRecords(root.resolve("records"));
        switch (step) {
            case "temp" -> Files.writeString(root.resolve("records/a.json.new"), "{\"ver");
            case "record" -> records.write(volume);
            case "staged" -> {
                records.write(volume);
                Files.createDirectory(root.resolve("staging/a"));
            }
            case "renamed-to-trash" -> {
                records.write(volume);
                Files.createDirectories(root.resolve("trash/a.1/dir"));
            }
            case "record-deleted" -> Files.createDirectories(root.resolve("trash/a.1/dir"));
            default -> throw new AssertionError(step);
        }

        open();
        pool.tidy();

        assertThat(pool.list()).isEmpty();
        for (String directory : List.of("records", "volumes", "staging", "trash")) {
            assertThat(in(directory)).as(directory).isEmpty();
        }
        pool.create("a", mib(99));
    }

    @Test
    void contentThatNoRecordTellsOfIsNeverTouched() throws IOException {
        Files.createDirectories(root.resolve("volumes/a"));
        Files.writeString(root.resolve("volumes/a/file"), "precious");

        open();

        assertThat(root.resolve("volumes/a/file")).hasContent("precious");
        assertThatThrownBy(() -> pool.create("a", mib(10)))
                .isInstanceOf(VolumeFailure.AlreadyExists.class)
                .hasMessageContaining("no volume's record");
        assertThat(root.resolve("volumes/a/file")).hasContent("precious");
    }

    private static final String LATER_VERSION =
            "{\"version\":2,\"id\":\"a\",\"name\":\"a\",\"bytes\":1,\"created\":\"2026-01-01T00:00:00Z\"}";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                LATER_VERSION,
                "{\"version\":1,\"id\":\"a\",\"name\":\"a\",\"bytes\":1}",
                "{\"version\":1,\"id\":\"b\",\"name\":\"b\",\"bytes\":1,\"created\":\"2026-01-01T00:00:00Z\"}",
                "{\"version\":1,\"id\":\"../a\",\"name\":\"a\",\"bytes\":1,\"created\":\"2026-01-01T00:00:00Z\"}"
            })
    void aRecordThatCannotBeReadIsThatVolumesTroubleAlone(String content) throws IOException {
        pool.create("a", mib(10));
        Files.writeString(pool.path(A).resolve("file"), "precious");
        Volume other = pool.create("b", mib(10));
        Files.writeString(root.resolve("records/a.json"), content);

        open();

        assertThat(pool.list()).containsExactly(other);
        assertThatThrownBy(() -> pool.find(A))
                .isInstanceOf(VolumeFailure.Broken.class)
                .hasMessageContaining("a.json");
        assertThatThrownBy(() -> pool.create("a", mib(10)))
                .isInstanceOf(VolumeFailure.Broken.class);
        assertThat(pool.path(A).resolve("file")).hasContent("precious");
        pool.create("c", mib(10));

        pool.delete(A);
        pool.create("a", mib(10));
        assertThat(pool.path(A)).isEmptyDirectory();
    }

    @Test
    void aDamagedRecordIsMadeAnewWhereTheContentTellsTheSize() throws IOException {
        pool.create("a", mib(10));
        Files.writeString(pool.path(A).resolve("file"), "precious");
        Files.writeString(root.resolve("records/a.json"), "{");
        backing.size = OptionalLong.of(10 * MIB);

        pool = LocalPool.open(root, backing, 100, CLOCK);

        assertThat(pool.find(A)).get().extracting(Volume::bytes).isEqualTo(10 * MIB);
        assertThat(pool.path(A).resolve("file")).hasContent("precious");
        open();
        assertThat(pool.find(A)).isPresent();
        assertThat(pool.create("a", mib(10)).bytes()).isEqualTo(10 * MIB);
    }

    @Test
    void aRecordOfALaterVersionIsNotOverwritten() throws IOException {
        pool.create("a", mib(10));
        Files.writeString(root.resolve("records/a.json"), LATER_VERSION);
        backing.size = OptionalLong.of(10 * MIB);

        pool = LocalPool.open(root, backing, 100, CLOCK);

        assertThat(root.resolve("records/a.json")).hasContent(LATER_VERSION);
        assertThatThrownBy(() -> pool.find(A)).hasMessageContaining("version 2");
    }

    @Test
    void whatIsNoRecordIsLeftAlone() throws IOException {
        Files.writeString(root.resolve("records/NOTES"), "by hand");
        Files.createDirectories(root.resolve("records/backup/old"));

        open();

        assertThat(in("records")).containsExactly("NOTES", "backup");
    }

    @Test
    void symbolicLinksInAVolumeAreNotFollowedWhenItGoes(@TempDir Path elsewhere)
            throws IOException {
        Files.writeString(elsewhere.resolve("file"), "precious");
        pool.create("a", mib(10));
        Files.createSymbolicLink(pool.path(A).resolve("link"), elsewhere);

        pool.delete(A);
        pool.tidy();

        assertThat(in("trash")).isEmpty();
        assertThat(elsewhere.resolve("file")).hasContent("precious");
    }

    @Test
    void aRootThatCannotBeWrittenToIsBroken() throws IOException {
        pool.check();
        Files.createDirectories(root.resolve(".probe/in-the-way"));

        assertThatThrownBy(() -> pool.check()).isInstanceOf(VolumeFailure.Broken.class);
    }
}
