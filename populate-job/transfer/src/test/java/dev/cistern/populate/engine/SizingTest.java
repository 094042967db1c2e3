package dev.cistern.populate.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.populate.source.EntryNames;
import dev.cistern.populate.source.ObjectDetails;
import dev.cistern.populate.source.ObjectSink;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.target.DirectoryTarget;
import dev.cistern.populate.testing.CountedSource;
import dev.cistern.populate.testing.MemorySource;
import dev.cistern.populate.wire.ArchiveFormat;
import dev.cistern.populate.wire.Reason;
import dev.cistern.populate.wire.SourceSize;
import dev.cistern.populate.wire.Verify;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SizingTest {
    private static final long MIB = 1 << 20;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    private final Meter meter = new Meter();

    @AfterEach
    void nothingIsLeft() {
        assertThat(directory).isEmptyDirectory();
    }

    private SourceSize size(Source source, String... exclude)
            throws FillException, InterruptedException {
        return size(MemoryBudget.of(256 * MIB), source, exclude);
    }

    private SourceSize size(MemoryBudget budget, Source source, String... exclude)
            throws FillException, InterruptedException {
        return new Sizing(
                        new FillRequest(
                                new DirectoryTarget(directory),
                                List.of(
                                        new FillRequest.Input(
                                                source, "", List.of(), List.of(exclude), null)),
                                0,
                                Verify.SIZE,
                                0,
                                0,
                                budget,
                                false,
                                false,
                                new FillRequest.Timing(1000, 1000, 1, 10)),
                        meter)
                .run();
    }

    @Test
    void objectsAreCountedOverPagesAndNothingIsRead() throws Exception {
        MemorySource source = new MemorySource(2);
        source.put("a", new byte[5000]);
        source.put("b/c", new byte[9000]);
        source.put("b/d", new byte[0]);
        source.put("e", new byte[9000]);
        source.put("f", new byte[1]);
        assertThat(size(source))
                .isEqualTo(
                        new SourceSize(
                                5,
                                23_001,
                                0,
                                new SourceSize.Largest("b/c", 9000),
                                // Blocks of 8 + 12 + 0 + 12 + 4 KiB.
                                new SpaceNeeds(36 << 10, 5, 1, 5).newVolumeMebibytes()));
        assertThat(source.reads()).isZero();
        assertThat(meter.counts().filesTotal()).isEqualTo(5);
        assertThat(meter.counts().bytesFetched()).isZero();
    }

    @Test
    void whatIsExcludedIsNotCountedAndFolderMarkersAreNoFiles() throws Exception {
        MemorySource source = new MemorySource(100);
        source.put("tree", new byte[0]);
        source.put("tree/x", new byte[10]);
        source.put("tmp/y", new byte[50_000]);
        source.put("z/", new byte[0]);
        SourceSize size = size(source, "tmp/**");
        assertThat(size.objects()).isEqualTo(1);
        assertThat(size.bytes()).isEqualTo(10);
        assertThat(size.largest()).isEqualTo(new SourceSize.Largest("tree/x", 10));
    }

    @Test
    void aListingThatAFillWouldRefuseIsRefused() {
        assertThatThrownBy(() -> size(new MemorySource(10)))
                .isInstanceOfSatisfying(
                        FillException.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.EMPTY_SOURCE));
        MemorySource unsafe = new MemorySource(10);
        unsafe.put("a/../b", new byte[1]);
        assertThatThrownBy(() -> size(unsafe))
                .isInstanceOfSatisfying(
                        FillException.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.UNSAFE_KEY));
        MemorySource both = new MemorySource(10);
        both.put("a", new byte[1]);
        both.put("a/b", new byte[1]);
        assertThatThrownBy(() -> size(both))
                .isInstanceOfSatisfying(
                        FillException.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.UNSAFE_KEY));
    }

    @Test
    void anInterruptionEndsIt() {
        Unsized source = new Unsized();
        source.fails = true;
        source.interrupts = true;
        assertThatThrownBy(() -> size(source)).isInstanceOf(InterruptedException.class);
    }

    @Test
    void aStoreThatIsAwayIsGivenUp() {
        Unsized source = new Unsized();
        source.fails = true;
        assertThatThrownBy(() -> size(source))
                .isInstanceOfSatisfying(
                        FillException.class,
                        e -> {
                            assertThat(e.reason()).isEqualTo(Reason.SOURCE_UNAVAILABLE);
                            assertThat(e).hasMessageContaining("given up after");
                        });
    }

    @Test
    void objectsAreAskedForSizesThatTheListingLacks() throws Exception {
        Unsized source = new Unsized();
        source.sizes.put("a", 4096L);
        source.sizes.put("b", SourceObject.UNKNOWN_SIZE);
        source.sizes.put("c", 10_000L);
        SourceSize size = size(source);
        assertThat(size.objects()).isEqualTo(3);
        assertThat(size.bytes()).isEqualTo(14_096);
        assertThat(size.unsized()).isEqualTo(1);
        assertThat(size.largest()).isEqualTo(new SourceSize.Largest("c", 10_000));
        assertThat(size.toJson())
                .contains("\"unknownSizes\":1", "\"storageRequest\":null", "\"storageAtLeast\":\"");
        assertThat(meter.counts().bytesTotal()).isEqualTo(14_096);
        assertThat(meter.unsized()).isEqualTo(1);
    }

    @Test
    void whereNoSizeIsKnownThereIsNoLargest() throws Exception {
        Unsized source = new Unsized();
        source.sizes.put("a", SourceObject.UNKNOWN_SIZE);
        SourceSize size = size(source);
        assertThat(size.largest()).isNull();
        assertThat(size.complete()).isFalse();
        assertThat(size.toJson()).contains("\"bytes\":0", "\"largest\":null");
    }

    @Test
    void noMoreThanAThousandAreAsked() throws Exception {
        Unsized source = new Unsized();
        IntStream.range(0, Sizing.MAX_ASKED + 3).forEach(i -> source.sizes.put("object-" + i, 2L));
        SourceSize size = size(source);
        assertThat(source.asked).hasSize(Sizing.MAX_ASKED);
        assertThat(size.bytes()).isEqualTo(2L * Sizing.MAX_ASKED);
        assertThat(size.unsized()).isEqualTo(3);
    }

    @Test
    void archivesAreRefused() {
        Unsized source = new Unsized();
        source.packed = true;
        assertThatThrownBy(() -> size(source))
                .isInstanceOfSatisfying(
                        FillException.class,
                        e -> {
                            assertThat(e.reason()).isEqualTo(Reason.INVALID_CONFIGURATION);
                            assertThat(e).hasMessageContaining("\"layer\" of 77 bytes");
                        });
    }

    /// With the least memory, most of the catalog is in files.
    @Test
    void whatDoesNotFitInMemoryIsCountedAllTheSame() throws Exception {
        List<String> paths = new ArrayList<>();
        for (int i = 0; i < 30_000; i++) {
            paths.add("directory-" + i % 7 + "/" + Integer.toHexString(i * 31 % 30_000) + "-" + i);
        }
        MemoryBudget small = new MemoryBudget(1, 1, 1 << 16, 4, 4, 400_000);
        SourceSize size = size(small, new CountedSource("p/", paths, 1000));
        long bytes = paths.stream().mapToLong(path -> CountedSource.bytes(path).length).sum();
        assertThat(size.objects()).isEqualTo(30_000);
        assertThat(size.bytes()).isEqualTo(bytes);
    }

    /// A source whose listing has no sizes.
    private static final class Unsized implements Source {
        private final Map<String, Long> sizes = new TreeMap<>();
        private final List<String> asked = new ArrayList<>();
        private boolean fails;
        private boolean interrupts;
        private boolean packed;

        @Override
        public void list(String after, Listing listing) throws SourceException, IOException {
            if (fails) {
                if (interrupts) {
                    Thread.currentThread().interrupt();
                }
                throw new SourceException.Retryable(
                        Reason.SOURCE_UNAVAILABLE, "no answer", 0, false, null);
            }
            if (packed) {
                SourceObject layer = new SourceObject("layer", 77, "v1", 0);
                listing.archive(layer, "", ArchiveFormat.TAR, EntryNames.AS_THEY_ARE);
            }
            for (String name : sizes.keySet()) {
                listing.object(new SourceObject(name, SourceObject.UNKNOWN_SIZE, "v1", 0), name);
            }
        }

        @Override
        public ObjectDetails describe(SourceObject object) {
            asked.add(object.id());
            return new ObjectDetails(
                    object.withSize(Objects.requireNonNull(sizes.get(object.id()))), null);
        }

        @Override
        public void read(SourceObject object, long from, long to, ObjectSink sink) {
            throw new AssertionError("nothing is read: " + object);
        }

        @Override
        public String name() {
            return "unsized";
        }

        @Override
        public boolean overTls() {
            return false;
        }

        @Override
        public String identity() {
            return "unsized";
        }

        @Override
        public void close() {}
    }
}
