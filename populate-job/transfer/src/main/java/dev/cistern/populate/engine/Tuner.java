package dev.cistern.populate.engine;

import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/// Adapts the number of streams: samples several times a second how the streams spend their time, and lets
/// [StreamCount] and [StoreLimit] decide.
///
/// Near a store four streams fill the link; far from one, every small object costs a round trip and hundreds are
/// needed. Users need not know which it is.
final class Tuner implements Runnable {
    /// Initial number for small objects: waiting for the store costs more than contention. A distant store is detected
    /// with the first responses.
    static final int FIRST = 4;

    /// Kinds of load, which determine the initial number of streams.
    enum Load {
        /// Streams mostly wait.
        SMALL_OBJECTS,
        /// Direct I/O: each write waits for the disk.
        LARGE_OBJECTS_PAST_CACHE,
        /// A stream waits for the store or decrypts while others receive: one more than there are processors pays off.
        LARGE_OBJECTS,
        /// Without TLS and through the page cache, where the kernel allows one writer at a time per file: one stream
        /// keeps one processor busy with writing and another with receiving. More would only alternate.
        FEW_LARGE_OBJECTS_COPIED
    }

    private static final int FEWEST_FOR_LARGE = 2;

    private static final long LARGE_BYTES = 16 << 20;

    /// The kernel counts CPU time in ticks of 10 ms: a sample has to span several.
    private static final long SAMPLE_MILLIS = 100;

    /// The first samples are taken twice as often, because with a distant store a fill has too few streams until they
    /// show it.
    private static final int QUICK_SAMPLES = 20;

    /// An object justifies one stream per this many bytes.
    private static final long STREAM_BYTES = 2 << 20;

    private final FillRequest request;
    private final Meter meter;
    private final boolean throughCache;
    private final Traffic traffic;
    private final StoreLimit limit;
    private final IntConsumer setStreams;
    private final Consumer<Ranges.Speed> setSpeed;
    private final Supplier<CpuPressure.Reading> cpu;
    private boolean started;
    private int first = FIRST;
    private double firstByteSeconds;
    private double bytesPerSecond;
    private final Thread thread = new Thread(null, this, "tuner", 256 * 1024);

    /// @param throughCache whether the target's files are written through the page cache
    /// @param setStreams receives the number of streams
    /// @param setSpeed receives the speed of a connection
    Tuner(
            CopyContext context,
            boolean throughCache,
            IntConsumer setStreams,
            Consumer<Ranges.Speed> setSpeed) {
        this(
                context.request(),
                context.meter(),
                throughCache,
                context.traffic(),
                context.storeLimit(),
                setStreams,
                setSpeed,
                context.cpuPressure()::read);
    }

    /// @param cpu measures the time since it was last called
    Tuner(
            FillRequest request,
            Meter meter,
            boolean throughCache,
            Traffic traffic,
            StoreLimit limit,
            IntConsumer setStreams,
            Consumer<Ranges.Speed> setSpeed,
            Supplier<CpuPressure.Reading> cpu) {
        this.request = request;
        this.meter = meter;
        this.throughCache = throughCache;
        this.traffic = traffic;
        this.limit = limit;
        this.setStreams = setStreams;
        this.setSpeed = setSpeed;
        this.cpu = cpu;
        thread.setDaemon(true);
    }

    private Load load() {
        Meter.Counts counts = meter.counts();
        if (counts.bytesTotal() / Math.max(1, counts.filesTotal()) < LARGE_BYTES) {
            return Load.SMALL_OBJECTS;
        }
        if (overTls()) {
            return Load.LARGE_OBJECTS;
        }
        if (!throughCache) {
            return Load.LARGE_OBJECTS_PAST_CACHE;
        }
        // With a rate limit no streams are added later.
        return counts.filesTotal() < FIRST && request.bytesPerSecond() == 0
                ? Load.FEW_LARGE_OBJECTS_COPIED
                : Load.LARGE_OBJECTS;
    }

    private boolean overTls() {
        return request.inputs().stream().anyMatch(input -> input.source().overTls());
    }

    private int fitting() {
        return overTls() ? request.budget().maxTlsStreams() : request.budget().maxStreams();
    }

    static int first(Load load, int processors) {
        return switch (load) {
            case SMALL_OBJECTS, LARGE_OBJECTS_PAST_CACHE -> FIRST;
            case LARGE_OBJECTS -> Math.clamp(processors + 1L, FEWEST_FOR_LARGE, FIRST);
            case FEW_LARGE_OBJECTS_COPIED -> Math.clamp(processors / 2, 1, FIRST);
        };
    }

    boolean started() {
        return started;
    }

    void start() {
        started = true;
        int given = request.connections();
        int most = fitting();
        first =
                Math.min(
                        most,
                        given > 0
                                ? given
                                : first(load(), Runtime.getRuntime().availableProcessors()));
        setStreams.accept(first);
        thread.start();
    }

    void stop() {
        thread.interrupt();
    }

    /// Number of streams beyond which some would be idle.
    private int most() {
        Meter.Counts counts = meter.counts();
        int most = fitting();
        if (!meter.listingEnded()) {
            return most;
        }
        long useful =
                counts.filesTotal()
                        - counts.filesDone()
                        + Math.max(0, counts.bytesTotal() - counts.bytesDone()) / STREAM_BYTES;
        return (int) Math.clamp(useful, first, most);
    }

    private void measure(Traffic.Sums sums) {
        if (sums.answers() > 0) {
            firstByteSeconds = sums.firstByteNanos() / 1e9 / sums.answers();
        }
        long nanos = sums.bodyNanos() + sums.workNanos();
        if (sums.bytes() > 0 && nanos > 0) {
            bytesPerSecond = sums.bytes() * 1e9 / nanos;
            setSpeed.accept(new Ranges.Speed(firstByteSeconds, bytesPerSecond));
        }
    }

    @Override
    public void run() {
        // A configured number of streams is kept, and so is the initial number with a rate limit;
        // but never more than
        // the store accepts.
        boolean fixed = request.connections() > 0 || request.bytesPerSecond() > 0;
        StreamCount count = new StreamCount(Runtime.getRuntime().availableProcessors(), first);
        // Starts the first interval.
        CpuPressure.Reading reading = cpu.get();
        int streams = first;
        Traffic.Sums before = traffic.sums();
        long beforeNanos = System.nanoTime();
        try {
            for (int i = 0; ; i++) {
                Thread.sleep(i < QUICK_SAMPLES ? SAMPLE_MILLIS / 2 : SAMPLE_MILLIS);
                long now = System.nanoTime();
                Traffic.Sums sums = traffic.sums();
                Traffic.Sums since = sums.minus(before);
                long nanos = now - beforeNanos;
                before = sums;
                beforeNanos = now;
                measure(since);
                int wanted = first;
                if (!fixed) {
                    reading = cpu.get();
                    wanted = count.update(new StreamCount.Sample(nanos, since, reading), most());
                }
                wanted = Math.min(wanted, limit.update(nanos, since));
                if (wanted != streams) {
                    streams = wanted;
                    setStreams.accept(streams);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
