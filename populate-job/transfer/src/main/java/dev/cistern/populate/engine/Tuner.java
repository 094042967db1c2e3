package dev.cistern.populate.engine;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/// Finds how many streams a fill needs: looks several times a second at what its streams' time went to, and lets [StreamCount] and
/// [StoreLimit] decide.
///
/// Near a store four streams fill the link; far from one every small object costs a round trip and hundreds are needed. Nobody has
/// to know which it is.
final class Tuner implements Runnable {
    /// Small objects: waiting for the store is worth more than taking turns costs. A store at some distance is found out with the
    /// first answers.
    static final int FIRST = 4;

    /// What decides how many streams a fill begins with.
    enum Load {
        /// Mostly waiting.
        SMALL_OBJECTS,
        /// Past the page cache: a stream waits for the disk with each write.
        LARGE_OBJECTS_PAST_CACHE,
        /// A stream waits for the store, or deciphers, while others receive: one more than there are processors pays.
        LARGE_OBJECTS,
        /// Not deciphered, into the page cache, of which the kernel lets one writer at a time into a file: one stream keeps a processor
        /// busy, receiving for it another one. More only take turns.
        FEW_LARGE_OBJECTS_COPIED
    }

    private static final int FEWEST_FOR_LARGE = 2;

    private static final long LARGE_BYTES = 16 << 20;

    /// A look takes a reading of the kernel's clock ticks, of 10 ms each: there have to be some.
    private static final long LOOK_MILLIS = 100;

    /// The first looks come twice as fast: so long a fill has too few streams where the store is far.
    private static final int QUICK_LOOKS = 20;

    /// An object is not worth more streams than it has so many bytes.
    private static final long STREAM_BYTES = 2 << 20;

    private final FillRequest request;
    private final Meter meter;
    private final boolean throughCache;
    private final Traffic traffic;
    private final StoreLimit limit;
    private final IntConsumer setStreams;
    private final Consumer<Ranges.Speed> setSpeed;
    private final Supplier<DoubleSupplier> idleness;
    private boolean started;
    private int first = FIRST;
    private double firstByteSeconds;
    private double bytesPerSecond;
    private final Thread thread = new Thread(null, this, "tuner", 256 * 1024);

    /// @param throughCache whether the target's files are written through the page cache
    /// @param setStreams is told how many streams there shall be
    /// @param setSpeed is told what a connection brings
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
                Idle::new);
    }

    /// @param idleness makes what says how much of the machine was idle since it was made or last asked, 0 to 1
    Tuner(
            FillRequest request,
            Meter meter,
            boolean throughCache,
            Traffic traffic,
            StoreLimit limit,
            IntConsumer setStreams,
            Consumer<Ranges.Speed> setSpeed,
            Supplier<DoubleSupplier> idleness) {
        this.request = request;
        this.meter = meter;
        this.throughCache = throughCache;
        this.traffic = traffic;
        this.limit = limit;
        this.setStreams = setStreams;
        this.setSpeed = setSpeed;
        this.idleness = idleness;
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
        // Nobody would add streams to a fill with a limit.
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

    /// How much of the machine has been idle since the last look, by the kernel's own count.
    private static final class Idle implements DoubleSupplier {
        private static final double FAIR_SHARE = 0.5;

        private long lastIdle;
        private long lastOwn;
        private long lastAll;

        Idle() {
            look();
        }

        @Override
        public double getAsDouble() {
            return look();
        }

        /// Ticks that this process used: `utime` and `stime`, the 14th and 15th field, of which the second, the name, may hold blanks.
        private static long ownTicks() throws IOException {
            String stat = Files.readString(Path.of("/proc/self/stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
        }

        private double look() {
            try (BufferedReader in = Files.newBufferedReader(Path.of("/proc/stat"))) {
                String[] ticks = String.valueOf(in.readLine()).split(" +");
                long all = 0;
                for (int i = 1; i < ticks.length; i++) {
                    all += Long.parseLong(ticks[i]);
                }
                // user, nice, system, idle, iowait
                long idle = Long.parseLong(ticks[4]) + Long.parseLong(ticks[5]);
                double share = (double) (idle - lastIdle) / Math.max(1, all - lastAll);
                long own = ownTicks();
                // Where others keep the machine busy, streams that wait for the store take nothing
                // from them: half of it may be used.
                double used = (double) (own - lastOwn) / Math.max(1, all - lastAll);
                share = Math.max(share, FAIR_SHARE - used);
                lastOwn = own;
                lastIdle = idle;
                lastAll = all;
                return share;
            } catch (IOException | NumberFormatException | ArrayIndexOutOfBoundsException e) {
                // Not known here: let the throughput alone decide.
                return 1;
            }
        }
    }

    /// More streams than that have nothing to do.
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
        // A number that was given stays, and so do the first where a rate is given; but never more
        // than the store bears.
        boolean fixed = request.connections() > 0 || request.bytesPerSecond() > 0;
        StreamCount count = new StreamCount(Runtime.getRuntime().availableProcessors(), first);
        DoubleSupplier idle = idleness.get();
        int streams = first;
        Traffic.Sums before = traffic.sums();
        long beforeNanos = System.nanoTime();
        try {
            for (int i = 0; ; i++) {
                Thread.sleep(i < QUICK_LOOKS ? LOOK_MILLIS / 2 : LOOK_MILLIS);
                long now = System.nanoTime();
                Traffic.Sums sums = traffic.sums();
                Traffic.Sums since = sums.minus(before);
                long nanos = now - beforeNanos;
                before = sums;
                beforeNanos = now;
                measure(since);
                int wanted =
                        fixed
                                ? first
                                : count.look(
                                        new StreamCount.Look(nanos, since, idle.getAsDouble()),
                                        most());
                wanted = Math.min(wanted, limit.look(nanos, since));
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
