package dev.cistern.populate.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.populate.digest.DigestKind;
import dev.cistern.populate.source.ObjectDetails;
import dev.cistern.populate.source.ObjectDigest;
import dev.cistern.populate.source.ObjectSink;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.target.DirectoryTarget;
import dev.cistern.populate.testing.Archives;
import dev.cistern.populate.testing.Archives.Tar;
import dev.cistern.populate.wire.ArchiveFormat;
import dev.cistern.populate.wire.Reason;
import dev.cistern.populate.wire.Verify;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Archives as sources: what is in them arrives whole, or nothing does.
class UnpackTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    private final Meter meter = new Meter();
    private final Shelf shelf = new Shelf();

    /// Objects that may come in bad ways.
    private static final class Shelf implements Source {
        private final Map<String, byte[]> objects = new TreeMap<>();
        private boolean ranges = true;
        private boolean digests = true;
        private int reads;

        /// What becomes of a request for bytes: so many come before it breaks; negative for all of them.
        private java.util.function.IntUnaryOperator breaksAfter = read -> -1;

        private int flipsAt = -1;
        private int flipsUntilRead;

        private SourceObject listed(String name) throws SourceException {
            byte[] bytes = objects.get(name);
            if (bytes == null) {
                throw new SourceException.Changed(name + " is gone", true);
            }
            return new SourceObject(name, bytes.length, "v" + bytes.length, 0);
        }

        @Override
        public void list(String after, Listing listing) throws SourceException, IOException {
            for (String name : objects.keySet()) {
                listing.object(listed(name), name);
            }
        }

        @Override
        public ObjectDetails describe(SourceObject object) throws SourceException {
            return new ObjectDetails(
                    listed(object.id()),
                    digests ? ObjectDigest.whole(DigestKind.SHA256, sha256(bytes(object))) : null,
                    !ranges);
        }

        private byte[] bytes(SourceObject object) {
            return Objects.requireNonNull(objects.get(object.id()));
        }

        @Override
        public void read(SourceObject object, long from, long to, ObjectSink sink)
                throws SourceException, IOException {
            byte[] bytes = bytes(object).clone();
            reads++;
            if (flipsAt >= 0 && reads <= flipsUntilRead) {
                bytes[flipsAt] ^= 1;
            }
            int most = breaksAfter.applyAsInt(reads);
            long end = most < 0 ? to : Math.min(to, from + most);
            sink.begin(null);
            for (long at = from; at < end; at += 10_000) {
                int length = (int) Math.min(10_000, end - at);
                sink.accept(ByteBuffer.allocate(length).put(0, bytes, (int) at, length));
            }
            if (end < to) {
                throw new SourceException.Retryable(
                        Reason.SOURCE_UNAVAILABLE, "cut off at " + end, 0, true, null);
            }
        }

        @Override
        public String name() {
            return "shelf";
        }

        @Override
        public boolean overTls() {
            return false;
        }

        @Override
        public String identity() {
            return "shelf";
        }

        @Override
        public void close() {}
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private void fill(ArchiveFormat format) throws Exception {
        fill(format, List.of(), List.of(), null, 0);
    }

    private Fill.Result fill(
            ArchiveFormat format,
            List<String> include,
            List<String> exclude,
            @Nullable String sha256,
            long capacity)
            throws Exception {
        FillRequest request =
                new FillRequest(
                        new DirectoryTarget(directory),
                        List.of(
                                new FillRequest.Input(
                                        shelf, "into", include, exclude, sha256, format)),
                        capacity,
                        Verify.FULL,
                        0,
                        0,
                        MemoryBudget.of(96 << 20),
                        true,
                        false,
                        new FillRequest.Timing(2000, 1000, 5, 50));
        return new Fill(request, meter, FaultPoints.NONE).run();
    }

    private void refused(Reason reason, ArchiveFormat format, String... words) throws IOException {
        assertThatThrownBy(() -> fill(format))
                .isInstanceOfSatisfying(
                        FillException.class, e -> assertThat(e.reason()).isEqualTo(reason))
                .message()
                .contains(words);
        assertThat(filled()).isEmpty();
    }

    private Map<String, String> filled() throws IOException {
        Map<String, String> all = new TreeMap<>();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                String name = directory.relativize(file).toString();
                if (!name.startsWith(".cistern")) {
                    all.put(name, sha256(Files.readAllBytes(file)));
                }
            }
        }
        return all;
    }

    private static Tar tar() {
        return new Tar()
                .directory("./")
                .directory("./empty")
                .file("./a", random(1000))
                .file("./sub/large", random(3_000_000))
                .file("./sub/nothing", new byte[0]);
    }

    private static Map<String, String> expected() {
        return Map.of(
                "into/a",
                sha256(random(1000)),
                "into/sub/large",
                sha256(random(3_000_000)),
                "into/sub/nothing",
                sha256(new byte[0]));
    }

    @Test
    void whatIsInAnArchiveArrives() throws Exception {
        byte[] tar = tar().bytes();
        for (Map.Entry<ArchiveFormat, byte[]> archive :
                Map.of(
                                ArchiveFormat.TAR,
                                tar,
                                ArchiveFormat.TAR_GZIP,
                                Archives.gzip(tar),
                                ArchiveFormat.TAR_ZSTD,
                                Archives.zstd(tar))
                        .entrySet()) {
            shelf.objects.clear();
            shelf.objects.put("data." + archive.getKey().wireName(), archive.getValue());
            fill(archive.getKey());
            assertThat(filled()).as(archive.getKey().wireName()).isEqualTo(expected());
            assertThat(directory.resolve("into/empty")).isEmptyDirectory();
            assertThat(directory.resolve(".cistern")).doesNotExist();
            assertThat(Files.getLastModifiedTime(directory.resolve("into/a")).toMillis())
                    .isEqualTo(1_760_000_000_000L);
        }
        assertThat(meter.counts().totalsFinal()).isTrue();
        assertThat(meter.unverified()).isZero();
    }

    @Test
    void aZipArrives() throws Exception {
        shelf.objects.put("x.zip", Archives.zip("d/", "", "d/a", "one", "b", "two"));
        fill(ArchiveFormat.ZIP);
        assertThat(filled())
                .isEqualTo(
                        Map.of(
                                "into/d/a",
                                sha256("one".getBytes(StandardCharsets.UTF_8)),
                                "into/b",
                                sha256("two".getBytes(StandardCharsets.UTF_8))));
    }

    @Test
    void eachArchiveOfATreeIsUnpackedWhereItLies() throws Exception {
        shelf.objects.put("one.tar", new Tar().file("a", "1").bytes());
        shelf.objects.put("sub/two.tar", new Tar().file("a", "2").file("b/c", "3").bytes());
        fill(ArchiveFormat.TAR);
        assertThat(filled()).containsOnlyKeys("into/a", "into/sub/a", "into/sub/b/c");
    }

    @Test
    void patternsChooseEntriesAndWhatIsNotChosenMayBeAnything() throws Exception {
        shelf.objects.put(
                "x.tar",
                new Tar()
                        .file("a.json", "1")
                        .file("b.bin", "2")
                        .special("link", TarConstants.LF_SYMLINK, "/etc/passwd")
                        .bytes());
        fill(ArchiveFormat.TAR, List.of("*.json", "*.bin"), List.of("b*"), null, 0);
        assertThat(filled()).containsOnlyKeys("into/a.json");
    }

    @Test
    void linksDevicesAndWaysOutAreRefusedByName() throws Exception {
        Map<byte[], String> bad = new java.util.LinkedHashMap<>();
        bad.put(
                new Tar().file("fine", "1").special("l", TarConstants.LF_SYMLINK, "/etc").bytes(),
                "entry \"l\" is a symbolic link");
        bad.put(
                new Tar().file("fine", "1").special("h", TarConstants.LF_LINK, "fine").bytes(),
                "entry \"h\" is a hard link");
        bad.put(
                new Tar().special("dev/null", TarConstants.LF_CHR, "").bytes(),
                "entry \"dev/null\" is a device");
        bad.put(
                new Tar().file("fine", "1").file("../up", "2").bytes(),
                "entry \"../up\" has a name that leads out");
        bad.put(new Tar().file("a/../../up", "2").bytes(), "entry \"a/../../up\"");
        bad.put(
                new Tar().file("/etc/passwd", "2").bytes(),
                "entry \"/etc/passwd\" has an absolute");
        for (Map.Entry<byte[], String> archive : bad.entrySet()) {
            shelf.objects.put("x.tar", archive.getKey());
            refused(
                    Reason.INVALID_CONFIGURATION,
                    ArchiveFormat.TAR,
                    "archive \"x.tar\" of shelf",
                    archive.getValue());
        }
        shelf.objects.put("x.tar", new Tar().file("a", "1").file("a", "2").bytes());
        refused(Reason.UNSAFE_KEY, ArchiveFormat.TAR, "x.tar!/a");
        shelf.objects.put("x.tar", new Tar().file("a", "1").file("a/b", "2").bytes());
        refused(Reason.UNSAFE_KEY, ArchiveFormat.TAR, "x.tar!/a");
        shelf.objects.put("x.tar", new Tar().file(".cistern/journal", "1").bytes());
        shelf.objects.put("y.tar", new Tar().file("b", "1").bytes());
    }

    @Test
    void whatGrowsOutOfNextToNothingIsRefused() throws Exception {
        byte[] zeros = new byte[300 << 20];
        shelf.objects.put("bomb.tar.gz", Archives.gzip(new Tar().file("zeros", zeros).bytes()));
        refused(Reason.INVALID_CONFIGURATION, ArchiveFormat.TAR_GZIP, "more than 500 times");
    }

    @Test
    void aConnectionThatBreaksIsGoneOnWith() throws Exception {
        byte[] archive = Archives.gzip(tar().bytes());
        shelf.objects.put("x.tar.gz", archive);
        shelf.breaksAfter = read -> read < 5 ? 500_000 : -1;
        fill(ArchiveFormat.TAR_GZIP);
        assertThat(filled()).isEqualTo(expected());
        assertThat(shelf.reads).isEqualTo(5);
    }

    @Test
    void withoutRangesTheArchiveIsReadAgain() throws Exception {
        shelf.objects.put("x.tar", tar().bytes());
        shelf.ranges = false;
        shelf.breaksAfter = read -> read < 3 ? 1_000_000 : -1;
        fill(ArchiveFormat.TAR);
        assertThat(filled()).isEqualTo(expected());
        assertThat(shelf.reads).isEqualTo(3);
        shelf.objects.put("y.tar", new Tar().file("y", "1").bytes());
        shelf.breaksAfter = read -> 1000;
        assertThatThrownBy(() -> fill(ArchiveFormat.TAR))
                .isInstanceOf(FillException.class)
                .hasMessageContaining("was read 4 times");
    }

    @Test
    void bytesThatWereDamagedOnTheWayAreReadAgain() throws Exception {
        byte[] archive = Archives.gzip(tar().bytes());
        shelf.objects.put("x.tar.gz", archive);
        shelf.flipsAt = archive.length / 2;
        shelf.flipsUntilRead = 1;
        fill(ArchiveFormat.TAR_GZIP);
        assertThat(filled()).isEqualTo(expected());
        assertThat(shelf.reads).isEqualTo(2);
    }

    /// No checksum of tar's own shows it: the digest of the whole does, and nothing was to be seen before.
    @Test
    void bytesThatStayDamagedAreNeverTaken() throws Exception {
        shelf.objects.put("x.tar", tar().bytes());
        shelf.flipsAt = 1_000_000;
        shelf.flipsUntilRead = Integer.MAX_VALUE;
        refused(Reason.DIGEST_MISMATCH, ArchiveFormat.TAR, "x.tar", "was read 4 times", "sha256:");
    }

    @Test
    void anArchiveThatIsDamagedInTheStoreIsToldAsSuch() throws Exception {
        byte[] archive = Archives.gzip(tar().bytes());
        shelf.objects.put("x.tar.gz", java.util.Arrays.copyOf(archive, archive.length / 2));
        refused(Reason.INVALID_CONFIGURATION, ArchiveFormat.TAR_GZIP, "cannot be read as");
        assertThat(shelf.reads).isEqualTo(1);
        shelf.objects.put("x.tar.gz", "<html>".getBytes(StandardCharsets.UTF_8));
        refused(Reason.INVALID_CONFIGURATION, ArchiveFormat.TAR_GZIP, "x.tar.gz", "gzip");
    }

    @Test
    void withoutADigestOfTheStoresItIsCounted() throws Exception {
        shelf.objects.put("x.tar", tar().bytes());
        shelf.digests = false;
        fill(ArchiveFormat.TAR);
        assertThat(filled()).isEqualTo(expected());
        assertThat(meter.unverified()).isEqualTo(1);
    }

    @Test
    void aPinIsOfTheArchive() throws Exception {
        byte[] archive = tar().bytes();
        shelf.objects.put("x.tar", archive);
        fill(ArchiveFormat.TAR, List.of(), List.of(), sha256(archive), 0);
        assertThat(filled()).isEqualTo(expected());
        assertThatThrownBy(() -> fill(ArchiveFormat.TAR, List.of(), List.of(), "0".repeat(64), 0))
                .hasMessageContaining("does not have the sha256");
    }

    @Test
    void aVolumeThatIsTooSmallIsTold() throws Exception {
        shelf.objects.put(
                "x.tar.gz",
                Archives.gzip(
                        new Tar().file("a", random(200_000)).file("b", random(900_000)).bytes()));
        assertThatThrownBy(
                        () -> fill(ArchiveFormat.TAR_GZIP, List.of(), List.of(), null, 1_000_000))
                .isInstanceOfSatisfying(
                        FillException.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.INSUFFICIENT_SPACE));
        assertThat(filled()).isEmpty();
    }

    /// What the first attempt left of an archive that it did not finish takes no space of the second, and what it
    /// finished is not written again.
    @Test
    void anotherAttemptBeginsTheArchiveAgain() throws Exception {
        shelf.objects.put("a.tar", new Tar().file("done", random(700_000)).bytes());
        shelf.objects.put("b.tar", tar().bytes());
        shelf.flipsAt = 1_000_000;
        shelf.flipsUntilRead = Integer.MAX_VALUE;
        shelf.objects.put("a.tar", new Tar().file("done", random(1_700_000)).bytes());
        assertThatThrownBy(() -> fill(ArchiveFormat.TAR)).isInstanceOf(FillException.class);
        assertThat(filled()).isEmpty();
        shelf.flipsAt = -1;
        Fill.Result result = fill(ArchiveFormat.TAR, List.of(), List.of(), null, 0);
        assertThat(filled()).containsKeys("into/done", "into/a", "into/sub/large");
        assertThat(directory.resolve(".cistern")).doesNotExist();
        // The same again, on top of what is there.
        assertThat(fill(ArchiveFormat.TAR, List.of(), List.of(), null, 0)).isEqualTo(result);
    }

    private static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /// A process is killed when all files have their names: before that nothing of an archive is finished.
    private void killAtTheEnd(long memoryBytes) {
        FillRequest request = request(ArchiveFormat.TAR, memoryBytes);
        assertThatThrownBy(
                        () ->
                                new Fill(
                                                request,
                                                meter,
                                                point -> {
                                                    if (point == FaultPoints.Point.BEFORE_CLEANUP) {
                                                        throw new Killed();
                                                    }
                                                })
                                        .run())
                .isInstanceOf(Killed.class);
    }

    private FillRequest request(ArchiveFormat format, long memoryBytes) {
        return new FillRequest(
                new DirectoryTarget(directory),
                List.of(new FillRequest.Input(shelf, "into", List.of(), List.of(), null, format)),
                0,
                Verify.FULL,
                0,
                0,
                MemoryBudget.of(memoryBytes),
                true,
                false,
                new FillRequest.Timing(2000, 1000, 5, 50));
    }

    @Test
    void whatAnEarlierAttemptFinishedIsNotWrittenAgain() throws Exception {
        shelf.objects.put("x.tar", tar().bytes());
        killAtTheEnd(96 << 20);
        Meter again = new Meter();
        new Fill(request(ArchiveFormat.TAR, 96 << 20), again, FaultPoints.NONE).run();
        assertThat(filled()).isEqualTo(expected());
        assertThat(again.counts().bytesResumed()).isEqualTo(3_001_000);
        assertThat(again.counts().bytesFetched()).isZero();
        assertThat(again.counts().filesDone()).isEqualTo(3);
    }

    /// With more files of earlier attempts than the memory holds, they are looked up many at a time, and so too late
    /// for an archive.
    @Test
    void moreThanTheMemoryHoldsIsWrittenAgain() throws Exception {
        Tar many = new Tar();
        for (int i = 0; i < 22_000; i++) {
            many.file("d" + i % 7 + "/f" + i, "x" + i);
        }
        shelf.objects.put("x.tar", many.bytes());
        killAtTheEnd(64 << 20);
        new Fill(request(ArchiveFormat.TAR, 64 << 20), new Meter(), FaultPoints.NONE).run();
        assertThat(filled()).hasSize(22_000);
    }

    @Test
    void manyEntriesDoNotStayInMemory() throws Exception {
        Tar many = new Tar();
        for (int i = 0; i < 20_000; i++) {
            many.file("d" + i % 7 + "/f" + i, "x" + i);
        }
        shelf.objects.put("x.tar.gz", Archives.gzip(many.bytes()));
        fill(ArchiveFormat.TAR_GZIP);
        assertThat(filled()).hasSize(20_000);
        assertThat(meter.counts().filesDone()).isEqualTo(20_000);
    }
}
