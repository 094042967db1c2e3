package dev.cistern.populate.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.cistern.populate.digest.DigestKind;
import dev.cistern.populate.target.DirectoryTarget;
import dev.cistern.populate.target.OpenTarget;
import dev.cistern.populate.testing.FaultyS3;
import dev.cistern.populate.testing.FaultyS3.Asked;
import dev.cistern.populate.testing.FaultyS3.Fault;
import dev.cistern.populate.wire.Reason;
import dev.cistern.populate.wire.Verify;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FillTest {
    private static final FillRequest.Timing QUICK = new FillRequest.Timing(4000, 1500, 5, 50);

    @TempDir Path directory;
    private FaultyS3 server = newServer();
    private Meter meter = new Meter();
    private final TreeMap<String, byte[]> expected = new TreeMap<>();

    private static FaultyS3 newServer() {
        try {
            return new FaultyS3();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @BeforeEach
    void quiet() {
        assertThat(directory).isEmptyDirectory();
    }

    @AfterEach
    void stopServer() throws Exception {
        server.close();
    }

    private void put(String path, int size) {
        byte[] bytes = new byte[size];
        new Random(path.hashCode()).nextBytes(bytes);
        server.put("t/" + path, bytes);
        expected.put(path, bytes);
    }

    private FillRequest.Input input(String prefix) {
        return new FillRequest.Input(server.source(prefix), "", List.of(), List.of(), null);
    }

    private FillRequest request(
            List<FillRequest.Input> inputs, long capacity, Verify verify, boolean overlap) {
        return new FillRequest(
                new DirectoryTarget(directory),
                inputs,
                capacity,
                verify,
                0,
                3,
                MemoryBudget.of(96 << 20),
                overlap,
                true,
                QUICK);
    }

    private Fill.Result fill(FillRequest request, FaultPoints faultPoints)
            throws FillException, InterruptedException {
        meter = new Meter();
        try {
            return new Fill(request, meter, faultPoints).run();
        } finally {
            request.inputs().forEach(input -> input.source().close());
        }
    }

    private Fill.Result fill() throws FillException, InterruptedException {
        return fill(request(List.of(input("t/")), 0, Verify.FULL, false), FaultPoints.NONE);
    }

    private void assertFails(Reason reason, String... parts) {
        assertThatThrownBy(this::fill)
                .isInstanceOfSatisfying(
                        FillException.class, e -> assertThat(e.reason()).isEqualTo(reason))
                .satisfies(e -> assertThat(e.getMessage()).contains(parts));
    }

    private void assertFilled() throws Exception {
        TreeMap<String, byte[]> found = new TreeMap<>();
        try (var all = Files.walk(directory)) {
            for (Path path : all.filter(Files::isRegularFile).toList()) {
                found.put(directory.relativize(path).toString(), Files.readAllBytes(path));
            }
        }
        assertThat(found.keySet()).isEqualTo(expected.keySet());
        found.forEach((path, bytes) -> assertThat(bytes).as(path).isEqualTo(expected.get(path)));
        assertThat(directory.resolve(".cistern")).doesNotExist();
    }

    private void putTree() {
        for (int i = 0; i < 150; i++) {
            put("small/d" + i % 7 + "/f" + i, i * 100);
        }
        put("large", 30_000_000);
        put("empty", 0);
    }

    @Test
    void aTreeArrivesWithItsTimes() throws Exception {
        putTree();
        server.put("t/made/", new byte[0]);

        Fill.Result result = fill();

        assertFilled();
        assertThat(directory.resolve("made")).isDirectory();
        assertThat(Files.getLastModifiedTime(directory.resolve("large")).toMillis())
                .isEqualTo(1_767_323_045_678L);
        assertThat(result.manifestDigest()).matches("sha256:[0-9a-f]{64}");
        assertThat(meter.counts().filesDone()).isEqualTo(152);
        assertThat(meter.counts().bytesFetched()).isEqualTo(meter.counts().bytesTotal());
        Meter.Counts counts = meter.counts();
        deleteTree();
        assertThat(fill(request(List.of(input("t/")), 0, Verify.FULL, true), FaultPoints.NONE))
                .isEqualTo(result);
        assertThat(meter.counts()).isEqualTo(counts);
        assertFilled();
    }

    @Test
    void filesWithoutADateKeepTheTimeOfTheCopyAndAreNotFetchedTwice() throws Exception {
        put("a", 1000);
        put("b", 20_000_000);
        StringBuilder listing =
                new StringBuilder("<ListBucketResult><IsTruncated>false</IsTruncated>");
        expected.forEach((path, bytes) -> listing.append(undated("t/" + path, bytes)));
        listing.append("</ListBucketResult>");
        server.faults(
                request ->
                        request.listing()
                                ? new Fault.Document(listing.toString())
                                : new Fault.Headers(Map.of("Last-Modified", "yesterday")));
        long before = System.currentTimeMillis() - 2000;
        AtomicInteger renamed = new AtomicInteger();
        FillRequest request = request(List.of(input("t/")), 0, Verify.FULL, false);
        assertThatThrownBy(
                        () ->
                                fill(
                                        request,
                                        step -> {
                                            if (step == FaultPoints.Point.ALL_RENAMED
                                                    && renamed.incrementAndGet() == 1) {
                                                throw new IllegalStateException("killed");
                                            }
                                        }))
                .hasMessageContaining("killed");
        fill();
        assertFilled();
        assertThat(meter.counts().bytesFetched()).isZero();
        assertThat(Files.getLastModifiedTime(directory.resolve("a")).toMillis())
                .isBetween(before, System.currentTimeMillis() + 2000);
    }

    private static String undated(String key, byte[] bytes) {
        return "<Contents><Key>%s</Key><Size>%d</Size><ETag>\"%s\"</ETag><LastModified>soon</LastModified></Contents>"
                .formatted(key, bytes.length, FaultyS3.md5(bytes));
    }

    private void deleteTree() throws Exception {
        try (var all = Files.walk(directory)) {
            for (Path path : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
                if (!path.equals(directory)) {
                    Files.delete(path);
                }
            }
        }
    }

    @Test
    void everyFaultThatPassesIsSurvived() throws Exception {
        putTree();
        AtomicInteger turn = new AtomicInteger();
        server.pageSize(20);
        server.faults(
                request ->
                        switch (turn.incrementAndGet() % 7) {
                            case 1 -> new Fault.Status(503, "SlowDown", Map.of());
                            case 3 ->
                                    request.method().equals("GET")
                                            ? new Fault.Cut(request.listing() ? 10 : 40_000)
                                            : null;
                            case 5 -> new Fault.Raw("HTTP/1.1 2");
                            default -> null;
                        });

        fill();

        assertFilled();
    }

    @Test
    void aStoreThatIsAwayForAWhileIsWaitedFor() throws Exception {
        put("a", 1000);
        long until = System.nanoTime() + 1_000_000_000L;
        server.faults(
                r ->
                        System.nanoTime() < until
                                ? new Fault.Status(503, "ServiceUnavailable", Map.of())
                                : null);
        fill();
        assertFilled();
    }

    @Test
    void aStoreThatStaysAwayIsGivenUp() {
        put("a", 1000);
        server.faults(request -> new Fault.Status(503, "ServiceUnavailable", Map.of()));
        assertFails(Reason.SOURCE_UNAVAILABLE, "503", "given up after");
    }

    @Test
    void aBodyThatStallsIsFetchedAgainAndThenGivenUp() throws Exception {
        put("a", 1000);
        server.faults(
                request ->
                        !request.listing() && request.number() == 1 ? new Fault.Stall(10) : null);
        fill();
        assertFilled();
        deleteTree();
        server.faults(request -> request.listing() ? null : new Fault.Stall(0));
        assertFails(Reason.SOURCE_STALLED, "t/a");
    }

    /// Far less than a block of each has arrived: the next attempt finds as much as this one counted.
    @Test
    void whatCameBeforeAStoreWentAwayIsKept() throws Exception {
        put("a", 3_000_000);
        put("b", 20_000_000);
        server.faults(
                request ->
                        request.listing() || request.method().equals("HEAD")
                                ? null
                                : request.number() == 1
                                        ? new Fault.Cut(1_500_000)
                                        : new Fault.Status(503, "SlowDown", Map.of()));
        assertFails(Reason.SOURCE_UNAVAILABLE, "given up after");
        long there = meter.counts().bytesDone();
        assertThat(there).isBetween(2_000_000L, 3_000_000L);
        server.faults(request -> null);

        fill();

        assertFilled();
        assertThat(meter.counts().bytesResumed()).isEqualTo(there);
        assertThat(meter.counts().bytesFetched()).isEqualTo(23_000_000 - there);
    }

    @Test
    void aBodyThatComesByteByByteIsFetchedAgainAndThenGivenUp() throws Exception {
        put("a", 100_000);
        server.faults(
                request ->
                        !request.listing() && request.number() == 1 ? new Fault.Trickle(50) : null);
        fill();
        assertFilled();
        deleteTree();
        server.faults(request -> request.listing() ? null : new Fault.Trickle(50));
        assertFails(Reason.SOURCE_STALLED, "t/a", "bytes in");
    }

    @Test
    void connectionsThatBreakAfterAByteEachAreGivenUp() throws Exception {
        put("a", 100_000);
        server.faults(request -> request.listing() ? null : new Fault.Cut(1));
        assertFails(Reason.SOURCE_UNAVAILABLE, "t/a", "attempts in", "which brought", "bytes");
        server.faults(request -> request.listing() ? null : new Fault.Cut(20_000));
        fill();
        assertFilled();
    }

    @Test
    void aWrongByteIsFetchedAgainAndThenAMismatch() throws Exception {
        put("a", 100_000);
        put("large", 20_000_000);
        server.faults(
                request -> !request.listing() && request.number() == 1 ? new Fault.Flip(77) : null);
        fill();
        assertFilled();
        deleteTree();
        server.faults(request -> request.listing() ? null : new Fault.Flip(77));
        assertFails(Reason.DIGEST_MISMATCH, "crc64nvme", "bucket");
    }

    @Test
    void everyDigestThatAStoreGivesIsCompared() throws Exception {
        byte[] small = new byte[40_000];
        byte[] large = new byte[20_000_000];
        new Random(1).nextBytes(small);
        new Random(2).nextBytes(large);
        int part = 6_000_000;
        for (byte[] bytes : List.of(small, large)) {
            int parts = (bytes.length + part - 1) / part;
            byte[] shas = new byte[parts * 32];
            byte[] crcs = new byte[parts * 4];
            byte[] md5s = new byte[parts * 16];
            for (int i = 0; i < parts; i++) {
                byte[] piece =
                        java.util.Arrays.copyOfRange(
                                bytes, i * part, Math.min(bytes.length, (i + 1) * part));
                System.arraycopy(FaultyS3.digest("SHA-256", piece), 0, shas, i * 32, 32);
                System.arraycopy(FaultyS3.digest("MD5", piece), 0, md5s, i * 16, 16);
                System.arraycopy(
                        Base64.getDecoder().decode(FaultyS3.crc(DigestKind.CRC32C, piece)),
                        0,
                        crcs,
                        i * 4,
                        4);
            }
            String size = "-" + parts;
            String name = "t/" + bytes.length + "/";
            server.put(name + "md5", bytes, Map.of());
            server.put(
                    name + "crc32",
                    bytes,
                    Map.of("x-amz-checksum-crc32", FaultyS3.crc(DigestKind.CRC32, bytes)));
            server.put(
                    name + "crc32c",
                    bytes,
                    Map.of("x-amz-checksum-crc32c", FaultyS3.crc(DigestKind.CRC32C, bytes)));
            server.put(
                    name + "sha256",
                    bytes,
                    Map.of("x-amz-checksum-sha256", base64(FaultyS3.digest("SHA-256", bytes))));
            server.put(
                    name + "sha1",
                    bytes,
                    Map.of("x-amz-checksum-sha1", base64(FaultyS3.digest("SHA-1", bytes))));
            server.put(
                    name + "sha256-parts",
                    bytes,
                    Map.of(
                            "x-amz-checksum-sha256",
                            base64(FaultyS3.digest("SHA-256", shas)) + size,
                            "part-size",
                            "" + part));
            server.put(
                    name + "crc32c-parts",
                    bytes,
                    Map.of(
                            "x-amz-checksum-crc32c",
                            FaultyS3.crc(DigestKind.CRC32C, crcs) + size,
                            "part-size",
                            "" + part));
            server.putWithETag(
                    name + "md5-parts",
                    bytes,
                    "\"" + FaultyS3.md5(md5s) + size + "\"",
                    Map.of("part-size", "" + part));
            for (String kind :
                    List.of(
                            "md5",
                            "crc32",
                            "crc32c",
                            "sha256",
                            "sha1",
                            "sha256-parts",
                            "crc32c-parts",
                            "md5-parts")) {
                expected.put(bytes.length + "/" + kind, bytes);
            }
        }
        fill();
        assertFilled();

        for (String path : List.copyOf(expected.keySet())) {
            deleteTree();
            server.faults(
                    request ->
                            request.method().equals("GET") && !request.listing()
                                    ? new Fault.Flip(9)
                                    : null);
            FillRequest one = request(List.of(input("t/" + path)), 0, Verify.FULL, false);
            assertThatThrownBy(() -> fill(one, FaultPoints.NONE))
                    .as(path)
                    .isInstanceOfSatisfying(
                            FillException.class,
                            e -> assertThat(e.reason()).isEqualTo(Reason.DIGEST_MISMATCH));
        }
    }

    /// Sizes are fetched by HEAD for large objects, after a restart, and for multipart digests.
    @ParameterizedTest
    @ValueSource(strings = {"", "0"})
    void aHeadWithoutALengthMakesNoFileEmpty(String length) throws Exception {
        put("large", 16_777_217);
        put("small", 50_000);
        byte[] parts = new byte[20_000_000];
        new Random(5).nextBytes(parts);
        byte[] md5s = new byte[32];
        System.arraycopy(FaultyS3.digest("MD5", Arrays.copyOf(parts, 12_000_000)), 0, md5s, 0, 16);
        byte[] rest = Arrays.copyOfRange(parts, 12_000_000, parts.length);
        System.arraycopy(FaultyS3.digest("MD5", rest), 0, md5s, 16, 16);
        String etag = "\"" + FaultyS3.md5(md5s) + "-2\"";
        server.putWithETag("t/parts", parts, etag, Map.of("part-size", "12000000"));
        expected.put("parts", parts);
        server.faults(
                request ->
                        request.method().equals("HEAD")
                                ? new Fault.Headers(Map.of("Content-Length", length))
                                : null);
        assertThat(endAt(FaultPoints.Point.FILE_VERIFIED, 1, new AtomicInteger(), false))
                .isNotNull();

        fill();

        assertFilled();
        assertThat(meter.counts().bytesTotal()).isEqualTo(16_777_217 + 50_000 + 20_000_000);
        deleteTree();
        fill();
        assertFilled();
    }

    @Test
    void whatIsListedAsEmptyAndIsNotIsFetched() throws Exception {
        for (int size : new int[] {1, 5000, 17_000_000}) {
            put("f" + size, size);
            server.listedSize("t/f" + size, 0);
        }
        put("empty", 0);

        fill();

        assertFilled();
        assertThat(meter.counts().bytesTotal()).isEqualTo(17_005_001);
        assertThat(server.asked()).noneMatch(request -> request.key().equals("t/empty"));
    }

    @Test
    void anAnswerThatSaysNothingIsComparedWithTheListing() throws Exception {
        byte[] bytes = new byte[40_000];
        new Random(7).nextBytes(bytes);
        server.put("t/a", bytes, Map.of());
        expected.put("a", bytes);
        server.faults(request -> new Fault.Headers(Map.of("ETag", "")));
        fill();
        assertFilled();
        deleteTree();
        byte[] flipped = bytes.clone();
        flipped[77] ^= 1;
        server.faults(
                request ->
                        request.listing() ? null : new Fault.Other(200, Map.of(), flipped, true));
        assertFails(Reason.DIGEST_MISMATCH, "t/a");
        server.faults(
                request ->
                        request.listing()
                                ? null
                                : new Fault.Other(
                                        200, Map.of(), "<Error><Code>AccessDenied</Code></Error>"));
        assertFails(Reason.ACCESS_DENIED, "t/a", "AccessDenied");
    }

    private byte[] putWithETag(String path, int size, String etag, int partSize) {
        byte[] bytes = new byte[size];
        new Random(path.hashCode()).nextBytes(bytes);
        server.putWithETag(
                "t/" + path, bytes, '"' + etag + '"', Map.of("part-size", "" + partSize));
        expected.put(path, bytes);
        return bytes;
    }

    private static String random(int number) {
        return FaultyS3.md5(("tag" + number).getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void eTagsThatAreNoDigestsAreNotComparedAndThatIsSaid() throws Exception {
        putWithETag("minio", 100_000, random(1) + "-1", 100_000);
        putWithETag("oss", 20_000_000, random(2) + "-2", 12_000_000);
        putWithETag("unequal", 3_000_005, random(3) + "-3", 1_700_000);
        putWithETag("ignored", 3_000_000, random(4) + "-3", 3_000_000);
        putWithETag("foreign", 5000, "5d-5b6c0ab2f3e10", 5000);
        put("sound", 5000);

        fill();

        assertFilled();
        assertThat(meter.unverified()).isEqualTo(5);
    }

    @Test
    void whatAnEarlierAttemptCouldNotCompareIsSaidInTheEnd() throws Exception {
        putWithETag("foreign", 5000, "5d-5b6c0ab2f3e10", 5000);
        putWithETag("unequal", 3_000_005, random(3) + "-3", 1_700_000);
        put("sound", 5000);
        assertThat(endAt(FaultPoints.Point.ALL_RENAMED, 1, new AtomicInteger(), false)).isNotNull();

        fill();

        assertFilled();
        assertThat(meter.counts().bytesFetched()).isZero();
        assertThat(meter.unverified()).isEqualTo(2);
    }

    @Test
    void eTagsThatOnlyLookLikeDigestsAreFoundOutByEachOther() throws Exception {
        for (int i = 0; i < 12; i++) {
            putWithETag("f" + i, 10_000 + i, random(i), 0);
        }
        FillRequest oneStream =
                new FillRequest(
                        new DirectoryTarget(directory),
                        List.of(input("t/")),
                        0,
                        Verify.FULL,
                        0,
                        1,
                        MemoryBudget.of(96 << 20),
                        false,
                        true,
                        QUICK);

        fill(oneStream, FaultPoints.NONE);

        assertFilled();
        assertThat(meter.unverified()).isEqualTo(12);
        // Three are enough to detect it.
        assertThat(meter.counts().bytesFetched()).isLessThan(12 * 10_000 * 2);
    }

    @Test
    void aDamagedObjectAmongSoundOnesIsStillFound() throws Exception {
        byte[] sound = new byte[10_000];
        server.put("t/sound", sound, Map.of());
        byte[] damaged = new byte[20_000];
        server.putWithETag("t/z", damaged, '"' + random(1) + '"', Map.of());
        assertFails(Reason.DIGEST_MISMATCH, "t/z", "md5");
        server.remove("t/sound");
        assertFails(Reason.DIGEST_MISMATCH, "t/z", "md5");
        // Alone, it may be another kind of ETag as well, which is said.
        deleteTree();
        assertFails(Reason.DIGEST_MISMATCH, "t/z", "the same bytes", "ETags of this store");
    }

    @Test
    void aDamagedObjectIsFoundByOnesThatAnEarlierAttemptFinished() throws Exception {
        byte[] sound = new byte[10_000];
        String parts = FaultyS3.md5(FaultyS3.digest("MD5", sound)) + "-1";
        server.putWithETag("t/sound", sound, '"' + parts + '"', Map.of("part-size", "10000"));
        server.putWithETag(
                "t/z", new byte[20_000], '"' + random(1) + "-1\"", Map.of("part-size", "20000"));
        // The correct one is complete when the other arrives.
        server.faults(
                asked -> {
                    if (asked.key().equals("t/z") && asked.method().equals("GET")) {
                        await().atMost(Duration.ofSeconds(20))
                                .until(() -> Files.exists(directory.resolve("sound")));
                    }
                    return null;
                });
        assertFails(Reason.DIGEST_MISMATCH, "t/z", "md5");
        assertFails(Reason.DIGEST_MISMATCH, "t/z", "md5");
        assertThat(server.asked())
                .filteredOn(asked -> asked.key().equals("t/sound") && asked.method().equals("GET"))
                .hasSize(1);
    }

    @Test
    void bytesThatComeOutDifferentlyAreWrongWhateverTheETagIs() throws Exception {
        putWithETag("oss", 100_000, random(2) + "-1", 0);
        AtomicInteger at = new AtomicInteger();
        server.faults(
                request ->
                        request.listing() || !request.method().equals("GET")
                                ? null
                                : new Fault.Flip(at.incrementAndGet()));
        assertFails(Reason.DIGEST_MISMATCH, "t/oss");
        server.faults(
                request -> !request.listing() && request.number() == 1 ? new Fault.Flip(7) : null);
        fill();
        assertFilled();
    }

    @Test
    void anEmptyObjectThatIsATreeIsADirectory() throws Exception {
        byte[] empty = new byte[0];
        server.put("t/out", empty);
        server.put("t/out!", empty);
        server.put("t/out.txt", empty);
        put("out/part-0", 100);
        server.put("t/out/sub", empty);
        put("out/sub/x", 10);
        server.put("t/hadoop_$folder$", empty);
        server.put("t/zz", empty);
        for (String path : List.of("out!", "out.txt", "zz")) {
            expected.put(path, empty);
        }

        Fill.Result result = fill();

        assertFilled();
        assertThat(directory.resolve("hadoop")).isDirectory();
        for (int page : new int[] {1, 2, 3}) {
            deleteTree();
            server.pageSize(page);
            assertThat(fill(request(List.of(input("t/")), 0, Verify.FULL, true), FaultPoints.NONE))
                    .isEqualTo(result);
            assertFilled();
        }
        deleteTree();
        FillRequest named = request(List.of(input("t/out")), 0, Verify.FULL, false);
        fill(named, FaultPoints.NONE);
        assertThat(directory.resolve("part-0")).hasBinaryContent(bytesOf("out/part-0"));
        assertThat(directory.resolve("sub/x")).exists();
    }

    @Test
    void anObjectWithContentThatIsATreeIsRefused() {
        put("out", 3);
        put("out/part-0", 100);
        assertFails(Reason.UNSAFE_KEY, "t/out/part-0", "\"out\"", "with content");
    }

    @Test
    void aMarkerIsKnownInAListingWithoutOrder() throws Exception {
        byte[] empty = new byte[0];
        server.put("t/out", empty);
        put("out/part-0", 100);
        server.put("t/file", empty);
        expected.put("file", empty);
        put("a", 7);
        // out, file, out/part-0, a
        String listing =
                "<ListBucketResult>"
                        + listed("t/out", 0)
                        + listed("t/file", 0)
                        + listed("t/out/part-0", 100)
                        + listed("t/a", 7)
                        + "<IsTruncated>false</IsTruncated></ListBucketResult>";
        server.faults(
                request -> request.listing() ? new Fault.Other(200, Map.of(), listing) : null);

        fill();

        assertFilled();
    }

    private static String listed(String key, int size) {
        String etag = size == 0 ? "<ETag>\"" + FaultyS3.md5(new byte[0]) + "\"</ETag>" : "";
        return "<Contents><Key>"
                + key
                + "</Key><LastModified>2026-01-02T03:04:05.678Z</LastModified>"
                + etag
                + "<Size>"
                + size
                + "</Size></Contents>";
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    @Test
    void anObjectThatChangesIsBegunAgainAndNeverMixed() throws Exception {
        put("large", 25_000_000);
        byte[] later = new byte[26_000_000];
        new Random(99).nextBytes(later);
        server.faults(
                request -> {
                    if (request.method().equals("GET")
                            && !request.listing()
                            && request.number() == 2) {
                        server.put("t/large", later);
                    }
                    return null;
                });
        fill();
        expected.put("large", later);
        assertFilled();
    }

    @Test
    void anObjectThatKeepsChangingOrGoesIsSaid() throws Exception {
        put("a", 1000);
        AtomicInteger version = new AtomicInteger();
        server.faults(
                request -> {
                    if (request.method().equals("GET") && !request.listing()) {
                        server.put("t/a", new byte[1000 + version.incrementAndGet()]);
                    }
                    return null;
                });
        assertFails(Reason.OBJECT_CHANGED, "t/a");
        server.faults(
                request -> {
                    if (!request.listing()) {
                        server.remove("t/a");
                    }
                    return null;
                });
        assertFails(Reason.OBJECT_CHANGED, "t/a", "gone");
    }

    @Test
    void unsafeKeysAreRefusedBeforeAnythingIsWritten() throws Exception {
        for (String key :
                List.of(
                        "../x",
                        "a/../b",
                        "a//b",
                        "/abs",
                        "a/./b",
                        "nul\u0000",
                        "x".repeat(256),
                        ".cistern/journal",
                        "lost+found/x")) {
            put("fine", 10);
            server.put("t/" + key, new byte[5]);
            assertFails(
                    Reason.UNSAFE_KEY,
                    key.contains("\u0000")
                            ? "\\u0000"
                            : key.substring(0, Math.min(20, key.length())));
            assertThat(directory).as(key).isEmptyDirectory();
            server.remove("t/" + key);
        }
        server.put("t/fine/below", new byte[5]);
        assertFails(Reason.UNSAFE_KEY, "fine");
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void twoSourcesMustNotMeet() throws Exception {
        put("a", 10);
        server.put("u/a", new byte[3]);
        FillRequest meeting = request(List.of(input("t/"), input("u/")), 0, Verify.FULL, false);
        assertThatThrownBy(() -> fill(meeting, FaultPoints.NONE))
                .hasMessageContaining("u/a")
                .hasMessageContaining("into");
        FillRequest apart =
                request(
                        List.of(
                                input("t/"),
                                new FillRequest.Input(
                                        server.source("u/"), "x/y", List.of(), List.of(), null)),
                        0,
                        Verify.FULL,
                        false);
        fill(apart, FaultPoints.NONE);
        expected.put("x/y/a", new byte[3]);
        assertFilled();
    }

    @Test
    void whatDoesNotFitFailsBeforeTheFirstByte() throws Exception {
        put("a", 1_000_000);
        FillRequest small = request(List.of(input("t/")), 900_000, Verify.FULL, false);
        assertThatThrownBy(() -> fill(small, FaultPoints.NONE))
                .isInstanceOfSatisfying(
                        FillException.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.INSUFFICIENT_SPACE));
        assertThat(server.asked()).allMatch(FaultyS3.Asked::listing);
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void copyingBeginsWithTheSecondPageAndStopsWithThePageThatIsTooMuch() throws Exception {
        for (int i = 100; i < 160; i++) {
            put("f" + i, 100_000);
        }
        server.pageSize(10);
        server.faults(
                request ->
                        // The third page waits until an object of the first was requested.
                        request.listing()
                                        && server.asked().stream().filter(Asked::listing).count()
                                                == 3
                                ? awaitObjectRequest()
                                : null);
        FillRequest small = request(List.of(input("t/")), 4_000_000, Verify.FULL, true);

        // 60 files of 25 blocks; what all of them need, although the fifth page was too much.
        assertThatThrownBy(() -> fill(small, FaultPoints.NONE))
                .isInstanceOfSatisfying(
                        FillException.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.INSUFFICIENT_SPACE))
                .hasMessageContaining("need 6144000 bytes")
                .hasMessageContaining("make the claim anew with spec.resources.requests.storage: ");
        assertThat(server.asked().stream().filter(Asked::listing).count()).isEqualTo(6);
        assertThat(server.asked()).anyMatch(request -> !request.listing());
        assertThat(directory.resolve("f159")).doesNotExist();
    }

    private @Nullable Fault awaitObjectRequest() {
        long until = System.nanoTime() + 10_000_000_000L;
        while (server.asked().stream().allMatch(Asked::listing) && System.nanoTime() < until) {
            Thread.onSpinWait();
        }
        return null;
    }

    @Test
    void anUnsafeKeyOnALaterPageEndsACopyThatHasBegun() throws Exception {
        for (int i = 0; i < 30; i++) {
            put("f" + i, 1000);
        }
        server.put("t/z/../etc", new byte[1]);
        server.pageSize(10);

        assertThatThrownBy(
                        () ->
                                fill(
                                        request(List.of(input("t/")), 0, Verify.FULL, true),
                                        FaultPoints.NONE))
                .isInstanceOfSatisfying(
                        FillException.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.UNSAFE_KEY))
                .hasMessageContaining("z/../etc");
    }

    @Test
    void includeAndExcludeChoose() throws Exception {
        for (String path : List.of("a.bin", "a.txt", "d/b.bin", "d/e/c.bin", "d/skip/c.bin")) {
            put(path, 10);
        }
        FillRequest.Input chosen =
                new FillRequest.Input(
                        server.source("t/"), "", List.of("**/*.bin"), List.of("**/skip/**"), null);
        fill(request(List.of(chosen), 0, Verify.FULL, false), FaultPoints.NONE);
        expected.remove("a.txt");
        expected.remove("d/skip/c.bin");
        assertFilled();
        FillRequest.Input none =
                new FillRequest.Input(server.source("t/"), "", List.of("*.none"), List.of(), null);
        assertThatThrownBy(
                        () -> fill(request(List.of(none), 0, Verify.FULL, false), FaultPoints.NONE))
                .hasMessageContaining("leave none of its 5 objects");
    }

    @Test
    void aPinnedDigestIsKept() throws Exception {
        put("one", 20_000_000);
        String sha = java.util.HexFormat.of().formatHex(FaultyS3.digest("SHA-256", bytesOf("one")));
        fill(pinned(sha), FaultPoints.NONE);
        assertFilled();
        assertThatThrownBy(() -> fill(pinned("0".repeat(64)), FaultPoints.NONE))
                .hasMessageContaining(sha);
        put("two", 5);
        assertThatThrownBy(() -> fill(pinned(sha), FaultPoints.NONE))
                .hasMessageContaining("pins one object");
    }

    private byte[] bytesOf(String path) {
        return java.util.Objects.requireNonNull(expected.get(path));
    }

    private FillRequest pinned(String sha256) {
        return request(
                List.of(
                        new FillRequest.Input(
                                server.source("t/"), "", List.of(), List.of(), sha256)),
                0,
                Verify.FULL,
                false);
    }

    @Test
    void linksInTheTargetAreNotFollowed(@TempDir Path outside) throws Exception {
        put("d/a", 10);
        put("f", 10);
        Files.createSymbolicLink(directory.resolve("d"), outside);
        assertFails(Reason.TARGET_IO_ERROR, "in the way");
        assertThat(outside).isEmptyDirectory();
        Files.delete(directory.resolve("d"));
        Path victim = Files.writeString(outside.resolve("victim"), "keep");
        Files.deleteIfExists(directory.resolve("f"));
        Files.createSymbolicLink(directory.resolve("f"), victim);
        fill();
        assertFilled();
        assertThat(Files.readString(victim)).isEqualTo("keep");
        assertThat(Files.isSymbolicLink(directory.resolve("f"))).isFalse();
    }

    @Test
    void anEmptyOrMissingSourceIsSaid() {
        assertFails(Reason.EMPTY_SOURCE, "nothing to copy");
        FillRequest object = request(List.of(input("none")), 0, Verify.FULL, false);
        assertThatThrownBy(() -> fill(object, FaultPoints.NONE))
                .isInstanceOfSatisfying(
                        FillException.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.NO_SUCH_OBJECT));
        assertThat(directory).isEmptyDirectory();
    }

    /// Stops a fill as a kill would.
    private static final class Killed extends Error {
        private static final long serialVersionUID = 1L;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aFillThatIsEndedAtAnyStepGoesOnWhereItWas(boolean overlap) throws Exception {
        putTree();
        server.pageSize(40);
        byte[] text = "text".getBytes(StandardCharsets.UTF_8);
        server.put("t/zz", text);
        expected.put("zz", text);
        for (FaultPoints.Point step : FaultPoints.Point.values()) {
            for (int number : new int[] {1, 100}) {
                deleteTree();
                AtomicInteger reached = new AtomicInteger();
                @Nullable Throwable ended = endAt(step, number, reached, overlap);
                if (ended == null) {
                    assertFilled();
                    continue;
                }
                fill(request(List.of(input("t/")), 0, Verify.FULL, overlap), FaultPoints.NONE);
                assertFilled();
                Meter.Counts counts = meter.counts();
                assertThat(counts.bytesFetched() + counts.bytesResumed())
                        .as("%s %s", step, number)
                        .isEqualTo(counts.bytesTotal());
                if (step == FaultPoints.Point.ALL_RENAMED
                        || step == FaultPoints.Point.BEFORE_CLEANUP) {
                    assertThat(counts.bytesFetched()).as(step.toString()).isZero();
                }
            }
        }
    }

    private @Nullable Throwable endAt(
            FaultPoints.Point step, int number, AtomicInteger reached, boolean overlap) {
        try {
            fill(
                    request(List.of(input("t/")), 0, Verify.FULL, overlap),
                    now -> {
                        if (now == step && reached.incrementAndGet() >= number) {
                            throw new Killed();
                        }
                    });
            return null;
        } catch (FillException | InterruptedException | Killed e) {
            return e;
        }
    }

    @Test
    void aTornOrForgedJournalIsNotBelieved() throws Exception {
        put("large", 40_000_000);
        assertThat(endAt(FaultPoints.Point.FILE_VERIFIED, 1, new AtomicInteger(), false))
                .isNotNull();
        Path partials = directory.resolve(".cistern/partial");
        try (var files = Files.list(partials)) {
            Path partial = files.findFirst().orElseThrow();
            byte[] bytes = Files.readAllBytes(partial);
            bytes[9_000_000] ^= 1;
            Files.write(partial, bytes);
        }
        Path journal = directory.resolve(".cistern/journal");
        byte[] records = Files.readAllBytes(journal);
        Files.write(journal, java.util.Arrays.copyOf(records, records.length + 17));
        fill();
        assertFilled();
        // A block, or its part within the range of the request.
        assertThat(meter.counts().bytesFetched()).isPositive().isLessThanOrEqualTo(8L << 20);
    }

    /// An attempt that fetches nothing, followed by a sync like that of a checkpoint.
    private void attemptInVainAndSync() throws Exception {
        server.faults(
                asked ->
                        !asked.listing() && asked.method().equals("GET")
                                ? new Fault.Status(403, "AccessDenied", Map.of())
                                : null);
        assertThatThrownBy(
                        () ->
                                fill(
                                        request(List.of(input("t/")), 0, Verify.FULL, false),
                                        FaultPoints.NONE))
                .isInstanceOf(FillException.class);
        server.faults(asked -> null);
        try (OpenTarget target = new DirectoryTarget(directory).open(false);
                Journal journal =
                        Journal.open(
                                target::openJournal,
                                true,
                                new DoneRecords(target.workFiles(), 100))) {
            journal.synced(journal.flush());
        }
    }

    @Test
    void noSyncVouchesForAPieceThatTurnedOutNotToBeThere() throws Exception {
        put("large", 40_000_000);
        assertThat(endAt(FaultPoints.Point.FILE_VERIFIED, 1, new AtomicInteger(), false))
                .isNotNull();
        try (var files = Files.list(directory.resolve(".cistern/partial"))) {
            Path partial = files.findFirst().orElseThrow();
            byte[] bytes = Files.readAllBytes(partial);
            bytes[9_000_000] ^= 1;
            Files.write(partial, bytes);
        }
        attemptInVainAndSync();

        fill(request(List.of(input("t/")), 0, Verify.FULL, false), FaultPoints.NONE);

        assertFilled();
    }

    @Test
    void noSyncVouchesForAFileThatTurnedOutToBeAnotherOne() throws Exception {
        put("a", 100_000);
        assertThat(endAt(FaultPoints.Point.AFTER_RENAME, 1, new AtomicInteger(), false))
                .isNotNull();
        Path file = directory.resolve("a");
        var time = Files.getLastModifiedTime(file);
        byte[] bytes = Files.readAllBytes(file);
        bytes[5] ^= 1;
        Files.write(file, bytes);
        Files.setLastModifiedTime(file, time);
        attemptInVainAndSync();

        fill(request(List.of(input("t/")), 0, Verify.FULL, false), FaultPoints.NONE);

        assertFilled();
    }

    @Test
    void aFileThatWasSyncedVouchesForNoOther() throws Exception {
        put("large", 40_000_000);
        put("small", 100);
        server.faults(
                asked ->
                        asked.key().equals("t/small") && asked.method().equals("GET")
                                ? new Fault.Late(2500)
                                : null);
        FillRequest slow =
                new FillRequest(
                        new DirectoryTarget(directory),
                        List.of(input("t/")),
                        0,
                        Verify.SIZE,
                        4_000_000,
                        3,
                        MemoryBudget.of(96 << 20),
                        false,
                        true,
                        new FillRequest.Timing(10_000, 10_000, 5, 50));
        assertThatThrownBy(
                        () ->
                                fill(
                                        slow,
                                        now -> {
                                            if (now == FaultPoints.Point.AFTER_RENAME) {
                                                throw new Killed();
                                            }
                                        }))
                .isInstanceOf(FillException.class);
        server.faults(asked -> null);
        // What a power failure leaves of unsynced data.
        try (var files = Files.list(directory.resolve(".cistern/partial"))) {
            Path partial = files.findFirst().orElseThrow();
            Files.write(partial, new byte[(int) Files.size(partial)]);
        }
        fill(request(List.of(input("t/")), 0, Verify.SIZE, false), FaultPoints.NONE);
        assertFilled();
    }

    @Test
    void theRateLimitIsShared() throws Exception {
        for (int i = 0; i < 6; i++) {
            put("f" + i, 500_000);
        }
        FillRequest limited =
                new FillRequest(
                        new DirectoryTarget(directory),
                        List.of(input("t/")),
                        0,
                        Verify.FULL,
                        2_000_000,
                        3,
                        MemoryBudget.of(96 << 20),
                        false,
                        true,
                        QUICK);
        long start = System.nanoTime();
        fill(limited, FaultPoints.NONE);
        assertThat((System.nanoTime() - start) / 1e9).isBetween(1.1, 4.0);
        assertFilled();
    }

    @Test
    void largeObjectsAreFetchedWholeWhileThereAreOthersAndInRangesAtTheEnd() throws Exception {
        for (int i = 0; i < 9; i++) {
            put("f" + i, 24_000_000);
        }

        fill();

        assertFilled();
        Map<String, Long> gets =
                server.asked().stream()
                        .filter(request -> !request.listing() && request.method().equals("GET"))
                        .collect(Collectors.groupingBy(Asked::key, Collectors.counting()));
        assertThat(gets.get("t/f0")).isEqualTo(1);
        assertThat(gets.get("t/f8")).isGreaterThan(1);
    }

    @Test
    void anInterruptedFillStopsAndGoesOnLater() throws Exception {
        put("large", 120_000_000);
        Thread filling = Thread.currentThread();
        AtomicInteger asked = new AtomicInteger();
        server.faults(
                request -> {
                    if (!request.listing() && asked.incrementAndGet() == 5) {
                        filling.interrupt();
                    }
                    return null;
                });
        assertThatThrownBy(this::fill).isInstanceOf(InterruptedException.class);
        long there = meter.counts().bytesDone();
        fill();
        assertFilled();
        assertThat(meter.counts().bytesResumed()).isEqualTo(there).isPositive();
        assertThat(meter.counts().bytesFetched()).isEqualTo(120_000_000 - there);
    }
}
