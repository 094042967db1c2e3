package dev.cistern.csi.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.cistern.csi.NeedsMounts;
import dev.cistern.csi.PrivateMounts;
import dev.cistern.csi.linux.Btrfs;
import dev.cistern.csi.linux.LoopDevices;
import dev.cistern.csi.volume.Volume;
import dev.cistern.csi.volume.VolumeFailure;
import dev.cistern.csi.volume.VolumeId;
import dev.cistern.csi.volume.VolumeSize;
import dev.cistern.csi.volume.VolumeUsage;
import dev.cistern.linux.LinuxException;
import dev.cistern.linux.MountTable;
import dev.cistern.linux.Mounts;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A real btrfs in a real image.
@NeedsMounts
class BtrfsPoolIT {

    private static final long MIB = 1L << 20;
    private static final VolumeId A = new VolumeId("a");

    @TempDir Path directory;
    private PoolOpener.Opened opened;

    @BeforeEach
    void open() throws Exception {
        opened = open(PoolSettings.Kind.AUTO, 1024 * MIB);
    }

    @AfterEach
    void close() throws Exception {
        opened.close();
        PrivateMounts.clear(directory);
    }

    private PoolOpener.Opened open(PoolSettings.Kind kind, long bytes) throws Exception {
        PoolSettings settings =
                new PoolSettings(directory, kind, new PoolSettings.ImageSize.Exactly(bytes), 100);
        return PoolOpener.open(settings, InstantSource.system());
    }

    private LocalPool pool() {
        return opened.pool();
    }

    private static VolumeSize mib(long count) {
        return new VolumeSize(count * MIB, 0);
    }

    /// Writes until the disk is full.
    ///
    /// @return bytes written
    private static long fill(Path file, long atMost) throws IOException {
        long written = 0;
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            ByteBuffer buffer = ByteBuffer.allocate((int) MIB);
            while (written < atMost) {
                buffer.clear().limit((int) Math.min(MIB, atMost - written));
                try {
                    written += channel.write(buffer);
                } catch (IOException e) {
                    assertThat(e).hasMessageMatching("Disk quota exceeded|No space left on device");
                    return written;
                }
            }
            channel.force(true);
        }
        return written;
    }

    @Test
    void aVolumeHoldsItsSizeAndNotMuchMore() throws IOException {
        Volume volume = pool().create("a", mib(100));

        assertThat(fill(pool().path(A).resolve("fits"), 100 * MIB)).isEqualTo(100 * MIB);
        long beyond = fill(pool().path(A).resolve("more"), 100 * MIB);

        assertThat(beyond).isLessThan(6 * MIB);
        VolumeUsage usage = pool().usage(volume);
        assertThat(usage.total()).isEqualTo(100 * MIB);
        assertThat(usage.used()).isBetween(99 * MIB, 106 * MIB);
        assertThat(usage.available()).isLessThan(MIB);
    }

    @Test
    void aFullVolumeTakesNothingFromAnother() throws IOException {
        pool().create("a", mib(100));
        Volume b = pool().create("b", mib(100));
        fill(pool().path(A).resolve("f"), 200 * MIB);

        assertThat(pool().usage(b).used()).isLessThan(MIB);
        assertThat(fill(pool().path(b.id()).resolve("f"), 100 * MIB)).isEqualTo(100 * MIB);
    }

    @Test
    void spaceThatIsFreedCanBeWrittenAgain() throws IOException {
        pool().create("a", mib(50));
        fill(pool().path(A).resolve("f"), 100 * MIB);

        Files.delete(pool().path(A).resolve("f"));

        assertThat(fill(pool().path(A).resolve("g"), 50 * MIB)).isEqualTo(50 * MIB);
    }

    @Test
    void subvolumesThatAPodMakesInItsVolumeDoNotEscapeItsSize()
            throws IOException, InterruptedException {
        pool().create("a", mib(50));
        Path nested = pool().path(A).resolve("nested");
        run("btrfs", "-q", "subvolume", "create", nested.toString());

        assertThat(fill(nested.resolve("f"), 200 * MIB)).isLessThan(56 * MIB);

        pool().delete(A);
        pool().tidy();
        assertThat(directory.resolve("pool/trash")).isEmptyDirectory();
    }

    private static void run(String... command) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }

    private static void run(Path directory, String script)
            throws IOException, InterruptedException {
        Process shell =
                new ProcessBuilder("bash", "-euc", script)
                        .directory(directory.toFile())
                        .inheritIO()
                        .start();
        assertThat(shell.waitFor()).isZero();
    }

    /// None needs a privilege in the pod except the last three, which need `CAP_LINUX_IMMUTABLE`.
    @ParameterizedTest
    @ValueSource(
            strings = {
                // A nested subvolume is read-only, and so is one within it, and what holds it.
                "btrfs -q subvolume create n; mkdir n/d; btrfs -q subvolume create n/d/m; touch"
                    + " n/d/m/f; btrfs property set -ts n/d/m ro true; btrfs property set -ts n ro"
                    + " true",
                // The volume itself is.
                "touch f; btrfs property set -ts . ro true",
                // A snapshot of the volume within itself.
                "echo x > f; btrfs -q subvolume snapshot -r . s; btrfs -q subvolume snapshot s s2",
                // Two subvolumes below 40 directories with names of 200 bytes: no path leads there.
                "name=$(printf 'n%.0s' {1..200}); for i in {1..40}; do mkdir $name; cd $name; done;"
                    + " btrfs -q subvolume create deep; cd deep; btrfs -q subvolume create deeper;"
                    + " btrfs property set -ts deeper ro true",
                // Five hundred subvolumes.
                "for i in {1..200}; do btrfs -q subvolume create s$i; done;"
                        + " for i in {1..300}; do btrfs -q subvolume create s7/$i; done",
                // Subvolumes in subvolumes, forty deep.
                "for i in {1..40}; do btrfs -q subvolume create d; cd d; done",
                // A name that is not UTF-8.
                "btrfs -q subvolume create $'\\xff\\xfe'; btrfs property set -ts $'\\xff\\xfe' ro"
                        + " true",
                // A full volume.
                "btrfs -q subvolume create n; dd if=/dev/zero of=n/f bs=1M 2>/dev/null || true;"
                        + " btrfs property set -ts n ro true || true",
                "btrfs -q subvolume create n; touch n/f; chattr +i n/f n",
                "mkdir d; btrfs -q subvolume create d/n; chattr +a d",
                "touch f; chattr +i f; chattr +i ."
            })
    void whateverAPodDidToItsVolumeItGoes(String script) throws Exception {
        pool().create("a", mib(50));
        run(pool().path(A), script);

        pool().delete(A);
        pool().tidy();

        assertThat(pool().leftovers()).isEmpty();
        assertThat(directory.resolve("pool/trash")).isEmptyDirectory();
        opened.close();
        opened = open(PoolSettings.Kind.AUTO, 1024 * MIB);
        assertThat(pool().list()).isEmpty();
        pool().create("a", mib(50));
    }

    @Test
    void aDamagedRecordIsMadeAnewFromTheLimit() throws Exception {
        pool().create("a", mib(50));
        Files.writeString(pool().path(A).resolve("f"), "data");
        Files.writeString(directory.resolve("pool/records/a.json"), "{");
        opened.close();

        opened = open(PoolSettings.Kind.AUTO, 1024 * MIB);

        assertThat(pool().find(A)).get().extracting(Volume::bytes).isEqualTo(50 * MIB);
        assertThat(pool().path(A).resolve("f")).hasContent("data");
    }

    @Test
    void aRestartFindsEverythingAndMountsNothingTwice() throws Exception {
        Volume volume = pool().create("a", mib(100));
        Files.writeString(pool().path(A).resolve("f"), "data");
        long mounts = mounts();
        opened.close();

        opened = open(PoolSettings.Kind.AUTO, 1024 * MIB);

        assertThat(mounts()).isEqualTo(mounts);
        assertThat(pool().find(A)).contains(volume);
        assertThat(pool().path(A).resolve("f")).hasContent("data");
        assertThat(fill(pool().path(A).resolve("g"), 200 * MIB)).isLessThan(106 * MIB);
    }

    private long mounts() throws IOException {
        Path image = directory.toRealPath();
        return MountTable.read().entries().stream()
                .filter(e -> e.target().startsWith(image))
                .count();
    }

    @Test
    void afterAPowerCutTheImageIsMountedAgain() throws Exception {
        Volume volume = pool().create("a", mib(100));
        close();
        assertThat(LoopDevices.find(directory.resolve("pool.img"))).isEmpty();

        opened = open(PoolSettings.Kind.BTRFS, 1024 * MIB);

        assertThat(pool().find(A)).contains(volume);
        assertThat(fill(pool().path(A).resolve("g"), 200 * MIB)).isLessThan(106 * MIB);
    }

    @Test
    void aDeviceThatIsStillAttachedIsUsedAgain() throws Exception {
        Path image = directory.resolve("pool.img");
        Path device = LoopDevices.find(image).orElseThrow();

        try (LoopDevices.Attached attached = LoopDevices.attach(image)) {
            assertThat(attached.device()).isEqualTo(device);
        }
    }

    @Test
    void whatACrashLeftIsClearedAway() throws Exception {
        Path root = directory.resolve("pool");
        Btrfs btrfs = Btrfs.at(root);
        btrfs.createSubvolume(root.resolve("staging/half-made"), 10 * MIB);
        new VolumeRecords(root.resolve("records"))
                .write(
                        new Volume(
                                new VolumeId("half-made"),
                                "half-made",
                                10 * MIB,
                                java.time.Instant.EPOCH));
        btrfs.createSubvolume(root.resolve("trash/half-removed.1"), 10 * MIB);
        Files.writeString(root.resolve("trash/half-removed.1/f"), "x");
        Files.writeString(directory.resolve("pool.img.new"), "half a file system");
        opened.close();

        opened = open(PoolSettings.Kind.AUTO, 1024 * MIB);
        pool().tidy();

        assertThat(pool().list()).isEmpty();
        for (String name : List.of("records", "staging", "trash", "volumes")) {
            assertThat(root.resolve(name)).isEmptyDirectory();
        }
        assertThat(directory.resolve("pool.img.new")).doesNotExist();
    }

    @Test
    void theLimitsOfRemovedVolumesGo() throws IOException {
        pool().create("a", mib(100));
        pool().delete(A);
        Btrfs btrfs = Btrfs.at(directory.resolve("pool"));

        pool().tidy();

        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(200))
                .untilAsserted(
                        () -> {
                            btrfs.startCommit();
                            pool().tidy();
                            assertThat(limits()).isEmpty();
                        });
    }

    private static List<String> limits() throws IOException {
        try (var systems = Files.walk(Path.of("/sys/fs/btrfs"), 3)) {
            // Other pools on the host may have some; this one's volume was its first.
            return systems.filter(p -> p.endsWith("qgroups/1_256"))
                    .filter(BtrfsPoolIT::isOurs)
                    .map(Path::toString)
                    .toList();
        }
    }

    private static boolean isOurs(Path limit) {
        try {
            return Files.readString(limit.resolve("max_referenced"))
                    .strip()
                    .equals(String.valueOf(100 * MIB + 100 * MIB / 128 + 4 * MIB));
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void deletedDataGoesBackToTheHost() throws IOException {
        pool().create("a", mib(200));
        fill(pool().path(A).resolve("f"), 200 * MIB);
        long full = allocated();
        assertThat(full).isGreaterThan(200 * MIB);

        pool().delete(A);
        pool().tidy();

        await().atMost(Duration.ofSeconds(120))
                .pollInterval(Duration.ofSeconds(1))
                .untilAsserted(() -> assertThat(allocated()).isLessThan(full - 150 * MIB));
    }

    private long allocated() throws IOException {
        Process du =
                new ProcessBuilder("stat", "-c", "%b", directory.resolve("pool.img").toString())
                        .start();
        return Long.parseLong(
                        new String(
                                        du.getInputStream().readAllBytes(),
                                        java.nio.charset.StandardCharsets.UTF_8)
                                .strip())
                * 512;
    }

    @Test
    void theImageGrowsButNeverShrinks() throws Exception {
        pool().create("a", mib(500));
        assertThatThrownBy(() -> pool().create("b", mib(500)))
                .isInstanceOf(VolumeFailure.NoSpace.class);
        opened.close();

        opened = open(PoolSettings.Kind.AUTO, 2048 * MIB);
        pool().create("b", mib(500));
        opened.close();
        opened = open(PoolSettings.Kind.AUTO, 512 * MIB);

        assertThat(Files.size(directory.resolve("pool.img"))).isEqualTo(2048 * MIB);
        assertThat(pool().list()).hasSize(2);
    }

    @Test
    void asMuchAsIsPromisedCanBeWritten() throws IOException {
        long size = pool().capacity().largestVolume();
        pool().create("a", new VolumeSize(size, 0));

        assertThat(pool().capacity().available()).isLessThan(8 * MIB);
        assertThat(fill(pool().path(A).resolve("f"), size)).isEqualTo(size);
    }

    @Test
    void anotherKindThanTheOneThatIsThereIsRefused() throws Exception {
        pool().create("a", mib(10));
        opened.close();

        assertThatThrownBy(() -> open(PoolSettings.Kind.DIRECTORY, 1024 * MIB))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("pool.img");

        opened = open(PoolSettings.Kind.AUTO, 1024 * MIB);
        assertThat(pool().find(A)).isPresent();
    }

    @Test
    void aPoolOnABtrfsNeedsNoImage() throws Exception {
        PoolSettings within =
                new PoolSettings(
                        directory.resolve("pool/inner"),
                        PoolSettings.Kind.AUTO,
                        new PoolSettings.ImageSize.OfFreeSpace(80),
                        100);

        try (PoolOpener.Opened inner = PoolOpener.open(within, InstantSource.system())) {
            inner.pool().create("a", mib(20));

            assertThat(directory.resolve("pool/inner/pool.img")).doesNotExist();
            assertThat(inner.pool().enforcesSizes()).isTrue();
            assertThat(fill(inner.pool().path(A).resolve("f"), 100 * MIB)).isLessThan(26 * MIB);
        }
    }

    @Test
    void failuresNameTheCallAndWhatIsWrong() {
        assertThatThrownBy(() -> Btrfs.at(Path.of("/proc")))
                .isInstanceOf(LinuxException.class)
                .hasMessageContaining("BTRFS_IOC_FS_INFO /proc: ENOTTY");
        assertThatThrownBy(() -> Mounts.unmount(directory))
                .isInstanceOfSatisfying(
                        LinuxException.class,
                        e -> assertThat(e.errno()).isEqualTo(LinuxException.EINVAL));
    }
}
