package dev.cistern.populate.source.oci;

import static dev.cistern.populate.source.oci.Registry.REPOSITORY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.doubles.oci.Artifact;
import dev.cistern.doubles.oci.Fault;
import dev.cistern.doubles.oci.StrictRegistry;
import dev.cistern.populate.engine.FaultPoints;
import dev.cistern.populate.engine.Fill;
import dev.cistern.populate.engine.FillException;
import dev.cistern.populate.engine.FillRequest;
import dev.cistern.populate.engine.MemoryBudget;
import dev.cistern.populate.engine.Meter;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.target.DirectoryTarget;
import dev.cistern.populate.wire.Reason;
import dev.cistern.populate.wire.Verify;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whole fills from a registry, and what goes wrong on the way.
class OciFillTest {
    private static final FillRequest.Timing QUICK = new FillRequest.Timing(4000, 2000, 10, 50);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path work;

    private final StrictRegistry registry = new StrictRegistry();
    private final Meter meter = new Meter();

    OciFillTest() throws IOException {}

    @AfterEach
    void stop() {
        registry.close();
    }

    private void fill() throws Exception {
        fill(REPOSITORY + ":v1");
    }

    private void fill(String artifact) throws Exception {
        Path target = Files.createDirectories(work.resolve("target"));
        try (Source source = Registry.openAsReader(registry, artifact)) {
            FillRequest request =
                    new FillRequest(
                            new DirectoryTarget(target),
                            List.of(new FillRequest.Input(source, "", List.of(), List.of(), null)),
                            0,
                            Verify.FULL,
                            0,
                            0,
                            MemoryBudget.of(256 << 20),
                            true,
                            false,
                            QUICK);
            new Fill(request, meter, FaultPoints.NONE).run();
        }
    }

    private Map<String, String> filled() throws IOException {
        Map<String, String> digests = new TreeMap<>();
        Path root = work.resolve("target");
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                if (!root.relativize(file).startsWith(".cistern")) {
                    digests.put(
                            root.relativize(file).toString(),
                            StrictRegistry.digest("sha256", Files.readAllBytes(file)));
                }
            }
        }
        return digests;
    }

    private Artifact artifact() {
        return new Artifact(registry, REPOSITORY);
    }

    private static String digest(byte[] bytes) {
        return StrictRegistry.digest("sha256", bytes);
    }

    @Test
    void filesLargeSmallAndEmptyArriveWhole() throws Exception {
        byte[] large = Registry.random(40 << 20);
        byte[] small = Registry.random(3000);
        registry.access(StrictRegistry.Access.TOKEN);
        registry.redirects(true);
        registry.user("reader", "s3cret");
        artifact()
                .file("weights/large.bin", large)
                .file("small.json", small)
                .file("empty", new byte[0])
                .push("v1");
        fill();
        assertThat(filled())
                .containsOnly(
                        Map.entry("weights/large.bin", digest(large)),
                        Map.entry("small.json", digest(small)),
                        Map.entry("empty", digest(new byte[0])));
        assertThat(meter.unverified()).isZero();
        assertThat(registry.asked("blobs"))
                .filteredOn(a -> a.host().equals("cdn") && a.header("range") != null)
                .hasSizeGreaterThan(1);
    }

    @Test
    void aRegistryWithoutRangesIsReadByOneStreamABlob() throws Exception {
        byte[] large = Registry.random(40 << 20);
        registry.ranges(false);
        artifact().file("large.bin", large).push("v1");
        fill();
        assertThat(filled()).containsOnly(Map.entry("large.bin", digest(large)));
        // One that finds it out, and one that reads.
        assertThat(registry.asked("blobs")).hasSize(2);
    }

    @Test
    void withoutRangesACutBeginsAgain() throws Exception {
        byte[] large = Registry.random(20 << 20);
        registry.ranges(false);
        artifact().file("large.bin", large).push("v1");
        registry.faults(
                asked ->
                        asked.kind().equals("blobs") && asked.number() == 2
                                ? new Fault.Cut(5 << 20)
                                : null);
        fill();
        assertThat(filled()).containsOnly(Map.entry("large.bin", digest(large)));
    }

    @Test
    void withRangesACutGoesOnWhereItWas() throws Exception {
        byte[] bytes = Registry.random(1 << 20);
        artifact().file("a", bytes).push("v1");
        registry.faults(
                asked ->
                        asked.kind().equals("blobs") && asked.number() == 1
                                ? new Fault.Cut(300_000)
                                : null);
        fill();
        assertThat(filled()).containsOnly(Map.entry("a", digest(bytes)));
        assertThat(registry.asked("blobs").getLast().header("range")).isNotNull();
    }

    @Test
    void otherBytesAreFetchedAgainAndNeverTaken() throws Exception {
        byte[] bytes = Registry.random(100_000);
        artifact().file("a", bytes).push("v1");
        registry.faults(
                asked ->
                        asked.kind().equals("blobs") && asked.number() == 1
                                ? new Fault.Flip(77)
                                : null);
        fill();
        assertThat(filled()).containsOnly(Map.entry("a", digest(bytes)));
        artifact().file("b", bytes).push("v1");
        registry.faults(asked -> asked.kind().equals("blobs") ? new Fault.Flip(77) : null);
        refused(Reason.DIGEST_MISMATCH, "object \"b\"", digest(bytes).substring(7));
        assertThat(filled()).doesNotContainKey("b");
    }

    private void refused(Reason reason, String... words) {
        assertThatThrownBy(this::fill)
                .isInstanceOfSatisfying(
                        FillException.class, e -> assertThat(e.reason()).isEqualTo(reason))
                .message()
                .contains(words);
    }

    @Test
    void aBlobOfAnotherLengthIsNeverTaken() throws Exception {
        byte[] bytes = Registry.random(100_000);
        artifact().file("a", bytes).push("v1");
        registry.faults(asked -> asked.kind().equals("blobs") ? new Fault.Short(99_999) : null);
        assertThatThrownBy(this::fill).isInstanceOf(FillException.class);
        assertThat(filled()).isEmpty();
        // The manifest says less than there is.
        registry.faults(asked -> null);
        artifact()
                .described(
                        "x/y", digest(bytes), 99_999, Map.of("org.opencontainers.image.title", "a"))
                .push("v1");
        assertThatThrownBy(this::fill).isInstanceOf(FillException.class);
        assertThat(filled()).isEmpty();
    }

    @Test
    void aBlobThatIsNotThereEndsTheRun() throws Exception {
        artifact()
                .described(
                        "x/y",
                        digest(new byte[5]),
                        5,
                        Map.of("org.opencontainers.image.title", "lost"))
                .push("v1");
        refused(Reason.OBJECT_CHANGED, "lost", "push it again");
    }

    @Test
    void aBusyRegistryIsLeftAloneForAsLongAsItAsks() throws Exception {
        byte[] bytes = Registry.random(1000);
        artifact().file("a", bytes).push("v1");
        registry.faults(
                asked ->
                        asked.number() == 1
                                ? new Fault.Error(
                                        429,
                                        "TOOMANYREQUESTS",
                                        "slow down",
                                        Map.of("Retry-After", "1"))
                                : null);
        long before = System.nanoTime();
        fill();
        assertThat(System.nanoTime() - before).isGreaterThan(2_000_000_000L);
        assertThat(filled()).containsOnly(Map.entry("a", digest(bytes)));
    }

    /// The next attempt takes what is there, and what the tag stands for then.
    @Test
    void anotherAttemptGoesOnAndFollowsTheTag() throws Exception {
        byte[] kept = Registry.random(500_000);
        byte[] lost = Registry.random(400_000);
        artifact().file("kept", kept).file("old", lost).push("v1");
        registry.faults(
                asked ->
                        asked.reference().equals(digest(lost))
                                ? new Fault.Error(404, "BLOB_UNKNOWN", "blob unknown")
                                : null);
        refused(Reason.OBJECT_CHANGED, "old");
        byte[] added = Registry.random(1234);
        artifact().file("kept", kept).file("new", added).push("v1");
        int asked = registry.asked("blobs").size();
        fill();
        assertThat(filled())
                .containsOnly(Map.entry("kept", digest(kept)), Map.entry("new", digest(added)));
        assertThat(registry.asked("blobs").subList(asked, registry.asked("blobs").size()))
                .filteredOn(a -> a.reference().equals(digest(kept)))
                .hasSizeLessThanOrEqualTo(1);
    }
}
