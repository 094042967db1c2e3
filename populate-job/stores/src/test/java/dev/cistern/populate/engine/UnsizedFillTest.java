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
import dev.cistern.populate.testing.OddWeb;
import dev.cistern.populate.wire.Reason;
import dev.cistern.populate.wire.Stage;
import dev.cistern.populate.wire.Verify;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Objects of unknown size, and stores without range requests.
class UnsizedFillTest {
    private static final FillRequest.Timing QUICK = new FillRequest.Timing(3000, 3000, 10, 50);

    @TempDir Path target;
    private final Meter meter = new Meter();
    private final Odd source = new Odd();

    /// A source without sizes in its listing, optionally also later, and with or without range requests.
    private static final class Odd implements Source {
        private final Map<String, byte[]> files = new TreeMap<>();
        private final Map<String, Long> listedSizes = new TreeMap<>();
        private final List<String> reads = new CopyOnWriteArrayList<>();
        private final AtomicInteger cuts = new AtomicInteger();
        private final AtomicInteger wrong = new AtomicInteger();
        private boolean tellsSizes;
        private boolean whole;
        private boolean digests;
        private Runnable whileReading = () -> {};

        @Override
        public void list(String after, Listing listing) throws IOException {
            for (String path : files.keySet()) {
                listing.object(
                        new SourceObject(
                                "k/" + path,
                                listedSizes.getOrDefault(path, SourceObject.UNKNOWN_SIZE),
                                "v1",
                                0),
                        path);
            }
        }

        private byte[] bytes(SourceObject object) {
            return Objects.requireNonNull(files.get(object.id().substring(2)));
        }

        private @Nullable ObjectDigest digest(SourceObject object) {
            return digests
                    ? ObjectDigest.whole(DigestKind.SHA256, OddWeb.sha256(bytes(object)))
                    : null;
        }

        @Override
        public ObjectDetails describe(SourceObject object) {
            long size = tellsSizes ? bytes(object).length : SourceObject.UNKNOWN_SIZE;
            return new ObjectDetails(object.withSize(size), digest(object), whole);
        }

        @Override
        public void read(SourceObject object, long from, long to, ObjectSink sink)
                throws SourceException, IOException {
            reads.add(object.id() + " " + from + "-" + to);
            whileReading.run();
            byte[] bytes = bytes(object).clone();
            int end = to == SourceObject.UNKNOWN_SIZE ? bytes.length : (int) to;
            sink.begin(from == 0 && end == bytes.length ? digest(object) : null);
            if (cuts.getAndDecrement() > 0) {
                sink.accept(ByteBuffer.wrap(bytes, (int) from, 10));
                throw new SourceException.Retryable(
                        Reason.SOURCE_UNAVAILABLE, "cut off", 0, true, null);
            }
            if (wrong.getAndDecrement() > 0) {
                bytes[0] ^= 1;
            }
            for (int at = (int) from; at < end; at += 10_000) {
                sink.accept(ByteBuffer.wrap(bytes, at, Math.min(10_000, end - at)));
            }
        }

        @Override
        public String name() {
            return "odd";
        }

        @Override
        public boolean overTls() {
            return false;
        }

        @Override
        public String identity() {
            return "odd";
        }

        @Override
        public void close() {}
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private FillRequest request(long capacity, int connections) {
        return new FillRequest(
                new DirectoryTarget(target),
                List.of(new FillRequest.Input(source, "", List.of(), List.of(), null)),
                capacity,
                Verify.FULL,
                0,
                connections,
                MemoryBudget.of(256 << 20),
                true,
                false,
                QUICK);
    }

    private void fill() throws Exception {
        new Fill(request(0, 0), meter, FaultPoints.NONE).run();
    }

    private void assertFilled() throws IOException {
        for (Map.Entry<String, byte[]> file : source.files.entrySet()) {
            assertThat(target.resolve(file.getKey())).hasBinaryContent(file.getValue());
        }
        assertThat(target.resolve(".cistern")).doesNotExist();
        Meter.Counts counts = meter.counts();
        long sum = source.files.values().stream().mapToLong(f -> f.length).sum();
        assertThat(counts.totalsFinal()).isTrue();
        assertThat(counts.bytesTotal()).isEqualTo(sum);
        assertThat(counts.bytesDone()).isEqualTo(sum);
        assertThat(counts.filesDone()).isEqualTo(source.files.size());
    }

    @Test
    void whatTellsNoSizeAtAllIsReadToItsEnd() throws Exception {
        source.files.put("a", random(70_000));
        source.files.put("empty", new byte[0]);
        source.files.put("z", random(3));
        List<Meter.Counts> seen = new CopyOnWriteArrayList<>();
        source.whileReading = () -> seen.add(meter.counts());
        fill();
        assertFilled();
        assertThat(source.reads).containsExactlyInAnyOrder("k/a 0--1", "k/empty 0--1", "k/z 0--1");
        // Until the end the progress does not claim to be complete.
        assertThat(seen)
                .hasSize(3)
                .allSatisfy(
                        counts -> {
                            assertThat(counts.totalsFinal()).isFalse();
                            assertThat(counts.stage()).isEqualTo(Stage.COPYING);
                            assertThat(counts.filesTotal()).isEqualTo(3);
                        });
        assertThat(meter.unverified()).isEqualTo(2);
    }

    @Test
    void aSizeThatIsToldLaterIsUsed() throws Exception {
        source.tellsSizes = true;
        source.files.put("large", random(100 << 20));
        source.files.put("small", random(5));
        fill();
        assertFilled();
        assertThat(source.reads).contains("k/small 0-5").doesNotContain("k/large 0--1");
        assertThat(source.reads).filteredOn(r -> r.startsWith("k/large")).hasSizeGreaterThan(1);
    }

    @Test
    void whatIsHadOnlyWholeIsNeverDivided() throws Exception {
        source.tellsSizes = true;
        source.whole = true;
        source.digests = true;
        source.files.put("large", random(100 << 20));
        fill();
        assertFilled();
        assertThat(source.reads).containsExactly("k/large 0-" + (100 << 20));
        assertThat(meter.unverified()).isZero();
    }

    @Test
    void aCutBeginsItAgain() throws Exception {
        source.cuts.set(3);
        source.files.put("a", random(70_000));
        fill();
        assertFilled();
        assertThat(source.reads).hasSize(4).containsOnly("k/a 0--1");
    }

    @Test
    void aCutEachTimeIsTold() {
        source.cuts.set(99);
        source.files.put("a", random(70_000));
        assertThatThrownBy(this::fill)
                .isInstanceOf(FillException.class)
                .hasMessage(
                        "cut off, 4 times; the store sends this object only from its first byte on,"
                                + " so each cut begins it again")
                .satisfies(
                        e ->
                                assertThat(((FillException) e).reason())
                                        .isEqualTo(Reason.SOURCE_UNAVAILABLE));
    }

    @Test
    void wrongBytesAreFetchedAgain() throws Exception {
        source.digests = true;
        source.wrong.set(2);
        source.files.put("a", random(70_000));
        fill();
        assertFilled();
        assertThat(source.reads).hasSize(3);
        assertThat(meter.unverified()).isZero();
    }

    /// An unknown size is not taken for zero.
    @Test
    void aVolumeThatIsTooSmallForWhatIsKnownIsTooSmallAtLeast() {
        source.files.put("a", random(5));
        source.files.put("b", random(6));
        source.listedSizes.put("b", 10L << 20);
        assertThatThrownBy(() -> new Fill(request(1 << 20, 0), meter, FaultPoints.NONE).run())
                .isInstanceOf(FillException.class)
                .hasMessageContaining("the sources need at least 10485760 bytes");
    }

    /// Partial data of an object is of no use to the next attempt; complete files are.
    @Test
    void anAttemptGoesOnWithWhatAnotherFinished() throws Exception {
        source.files.put("a", random(70_000));
        source.files.put("b", random(50_000));
        source.whileReading =
                () -> {
                    if (source.reads.size() > 1) {
                        awaitFile(target.resolve("a"));
                        throw new IllegalStateException("killed");
                    }
                };
        assertThatThrownBy(() -> new Fill(request(0, 1), new Meter(), FaultPoints.NONE).run())
                .hasMessageContaining("killed");
        source.whileReading = () -> {};
        source.reads.clear();
        fill();
        assertFilled();
        assertThat(source.reads).containsExactly("k/b 0--1");
        assertThat(meter.counts().bytesResumed()).isEqualTo(70_000);
    }

    private static void awaitFile(Path file) {
        try {
            for (int i = 0; i < 500 && Files.notExists(file); i++) {
                Thread.sleep(20);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
