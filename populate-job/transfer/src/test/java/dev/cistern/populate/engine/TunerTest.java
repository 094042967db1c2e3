package dev.cistern.populate.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.populate.engine.Tuner.Load;
import dev.cistern.populate.source.ObjectDetails;
import dev.cistern.populate.source.ObjectSink;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.target.DirectoryTarget;
import dev.cistern.populate.wire.Verify;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TunerTest {
    private static final long LARGE = 1L << 30;
    private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

    private final BlockingQueue<Integer> streams = new LinkedBlockingQueue<>();
    private final BlockingQueue<Ranges.Speed> speeds = new LinkedBlockingQueue<>();
    private final Meter meter = new Meter();
    private final Traffic traffic = new Traffic();
    private final StoreLimit limit = new StoreLimit();
    private volatile double idle;
    private final List<Tuner> tuners = new ArrayList<>();

    private record NoSource(boolean overTls) implements Source {
        @Override
        public void list(String after, Listing listing) {
            throw new UnsupportedOperationException();
        }

        @Override
        public ObjectDetails describe(SourceObject object) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void read(SourceObject object, long from, long to, ObjectSink sink) {
            throw new UnsupportedOperationException();
        }

        @Override
        public String name() {
            return "none";
        }

        @Override
        public String identity() {
            return "none";
        }

        @Override
        public void close() {}
    }

    private int begin(
            int objects,
            long size,
            boolean throughCache,
            boolean tls,
            int connections,
            long bytesPerSecond)
            throws InterruptedException {
        for (int i = 0; i < objects; i++) {
            meter.listed(size);
        }
        FillRequest request =
                new FillRequest(
                        new DirectoryTarget(Path.of("/")),
                        List.of(
                                new FillRequest.Input(
                                        new NoSource(tls), "", List.of(), List.of(), null)),
                        0,
                        Verify.FULL,
                        bytesPerSecond,
                        connections,
                        MemoryBudget.of(256L << 20),
                        true,
                        true,
                        FillRequest.Timing.DEFAULT);
        Tuner tuner =
                new Tuner(
                        request,
                        meter,
                        throughCache,
                        traffic,
                        limit,
                        streams::add,
                        speeds::add,
                        () -> new CpuPressure.Reading(idle, 0));
        tuners.add(tuner);
        tuner.start();
        return next();
    }

    private int next() throws InterruptedException {
        Integer count = streams.poll(30, TimeUnit.SECONDS);
        assertThat(count).as("a number of streams").isNotNull();
        return count;
    }

    @AfterEach
    void stop() {
        tuners.forEach(Tuner::stop);
    }

    @ParameterizedTest
    @CsvSource({
        "SMALL_OBJECTS,1,4",
        "SMALL_OBJECTS,64,4",
        "LARGE_OBJECTS_PAST_CACHE,1,4",
        "LARGE_OBJECTS_PAST_CACHE,64,4",
        "LARGE_OBJECTS,1,2",
        "LARGE_OBJECTS,2,3",
        "LARGE_OBJECTS,64,4",
        "FEW_LARGE_OBJECTS_COPIED,1,1",
        "FEW_LARGE_OBJECTS_COPIED,2,1",
        "FEW_LARGE_OBJECTS_COPIED,4,2",
        "FEW_LARGE_OBJECTS_COPIED,64,4"
    })
    void beginsWithWhatTheProcessorsCanDo(Load load, int processors, int first) {
        assertThat(Tuner.first(load, processors)).isEqualTo(first);
    }

    @Test
    void oneObjectInTheCacheBeginsWithFewAndStaysSoWhileTheMachineIsBusy() throws Exception {
        idle = 0.2;
        int first = begin(1, LARGE, true, false, 0, 0);
        assertThat(first).isEqualTo(Tuner.first(Load.FEW_LARGE_OBJECTS_COPIED, PROCESSORS));
        assertThat(streams.poll(3, TimeUnit.SECONDS)).as("another number").isNull();
    }

    @Test
    void oneObjectFromFarAwaySoonGetsMore() throws Exception {
        idle = 0.9;
        int first = begin(1, LARGE, true, false, 0, 0);
        Traffic.Stopwatch stopwatch = traffic.new Stopwatch();
        stopwatch.answered();
        // A stream that waits ten times as long as it works.
        for (int i = 0; i < 5; i++) {
            Thread.sleep(10);
            stopwatch.received(256 << 10);
            Thread.sleep(1);
            stopwatch.worked();
        }
        assertThat(next()).isGreaterThan(2 * first);
        assertThat(speeds.poll(30, TimeUnit.SECONDS)).isNotNull().matches(Ranges.Speed::known);
    }

    @Test
    void whatTheStoreRefusesIsAskedForLess() throws Exception {
        assertThat(begin(100, 1000, true, false, 32, 0)).isEqualTo(32);
        limit.refused(0);
        assertThat(next()).as("nothing was served").isEqualTo(1);
    }

    @Test
    void tlsTheDiskAndManyObjectsBeginWithMore() throws Exception {
        int usual = Tuner.first(Load.LARGE_OBJECTS, PROCESSORS);
        assertThat(begin(1, LARGE, true, true, 0, 0)).isEqualTo(usual);
        stop();
        streams.clear();
        assertThat(begin(0, 0, false, false, 0, 0)).as("disk").isEqualTo(Tuner.FIRST);
        stop();
        streams.clear();
        assertThat(begin(0, 0, false, true, 0, 0)).as("disk, TLS").isEqualTo(usual);
        stop();
        streams.clear();
        assertThat(begin(Tuner.FIRST, LARGE, true, false, 0, 0)).isEqualTo(usual);
    }

    @Test
    void aFillWithALimitBeginsWithMoreForNobodyAddsAny() throws Exception {
        assertThat(begin(1, LARGE, true, false, 0, 1 << 20))
                .isEqualTo(Tuner.first(Load.LARGE_OBJECTS, PROCESSORS));
    }

    @Test
    void aNumberThatIsGivenStays() throws Exception {
        idle = 0.9;
        assertThat(begin(1, LARGE, true, false, 2, 0)).isEqualTo(2);
        assertThat(streams.poll(2, TimeUnit.SECONDS)).as("another number").isNull();
    }
}
