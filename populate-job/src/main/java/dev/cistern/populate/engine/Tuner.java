package dev.cistern.populate.engine;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.DoubleSupplier;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/// Finds how many streams a fill needs: begins with few, doubles while that brings at least a tenth more and the machine has
/// processors to spare, goes back once it does not.
///
/// Near a store four streams fill the link; far from one every small object costs a round trip and dozens are needed. Nobody has
/// to know which it is.
final class Tuner implements Runnable {
    /// Small objects: waiting for the store is worth more than taking turns costs. A store at some distance is found out within
    /// seconds.
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

    private static final long STEP_MILLIS = 750;

    /// A fill that began with fewer than [#FIRST] streams is looked at so soon, lest it crawl where the store is far.
    private static final long LOOK_MILLIS = 300;

    /// With so much of the machine idle it waits for the store or the disk.
    private static final double WAITING_IDLE = 0.5;

    /// So many steps without growing before it is tried again: networks change.
    private static final int STEPS_OF_REST = 20;

    /// Opening and naming a file costs about as much as moving so many bytes.
    private static final long FILE_WORTH_BYTES = 64 * 1024;

    /// With less of the machine idle than this, processors are what limits.
    private static final double MIN_IDLE = 0.25;

    private final FillRequest request;
    private final Meter meter;
    private final boolean throughCache;
    private final IntConsumer setStreams;
    private final Supplier<DoubleSupplier> idleness;
    private boolean started;
    private int first = FIRST;
    private final Thread thread = new Thread(null, this, "tuner", 256 * 1024);

    /// @param throughCache whether the target's files are written through the page cache
    /// @param setStreams is told how many streams there shall be
    Tuner(FillRequest request, Meter meter, boolean throughCache, IntConsumer setStreams) {
        this(request, meter, throughCache, setStreams, Idle::new);
    }

    /// @param idleness makes what says how much of the machine was idle since it was made or last asked, 0 to 1
    Tuner(
            FillRequest request,
            Meter meter,
            boolean throughCache,
            IntConsumer setStreams,
            Supplier<DoubleSupplier> idleness) {
        this.request = request;
        this.meter = meter;
        this.throughCache = throughCache;
        this.setStreams = setStreams;
        this.idleness = idleness;
        thread.setDaemon(true);
    }

    private Load load() {
        Meter.Counts counts = meter.counts();
        if (counts.bytesTotal() / Math.max(1, counts.filesTotal()) < LARGE_BYTES) {
            return Load.SMALL_OBJECTS;
        }
        if (request.inputs().stream().anyMatch(input -> input.source().overTls())) {
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
        int most = request.budget().maxStreams();
        first = first(load(), Runtime.getRuntime().availableProcessors());
        setStreams.accept(Math.min(most, given > 0 ? given : first));
        if (given == 0 && request.bytesPerSecond() == 0) {
            thread.start();
        }
    }

    void stop() {
        thread.interrupt();
    }

    /// How much of the machine has been idle since the last look, by the kernel's own count.
    private static final class Idle implements DoubleSupplier {
        private long lastIdle;
        private long lastAll;

        Idle() {
            look();
        }

        @Override
        public double getAsDouble() {
            return look();
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
                lastIdle = idle;
                lastAll = all;
                return share;
            } catch (IOException | NumberFormatException | ArrayIndexOutOfBoundsException e) {
                // Not known here: let the throughput alone decide.
                return 1;
            }
        }
    }

    private long work() {
        Meter.Counts counts = meter.counts();
        return counts.bytesFetched() + FILE_WORTH_BYTES * counts.filesDone();
    }

    private void beginWithMore(DoubleSupplier idle) throws InterruptedException {
        if (first < FIRST) {
            Thread.sleep(LOOK_MILLIS);
            int most = Math.min(FIRST, request.budget().maxStreams());
            if (idle.getAsDouble() >= WAITING_IDLE && first < most) {
                first = most;
                setStreams.accept(first);
            }
        }
    }

    @Override
    public void run() {
        long best = 0;
        int rest = 0;
        boolean growing = false;
        try {
            DoubleSupplier idle = idleness.get();
            beginWithMore(idle);
            int streams = first;
            // The first step is warming up.
            Thread.sleep(STEP_MILLIS);
            long before = work();
            while (true) {
                Thread.sleep(STEP_MILLIS);
                long now = work();
                long rate = now - before;
                before = now;
                if (growing && rate < best + best / 10) {
                    streams = Math.max(first, streams / 2);
                    setStreams.accept(streams);
                    growing = false;
                    rest = STEPS_OF_REST;
                } else if (rest > 0) {
                    rest--;
                } else if (idle.getAsDouble() < MIN_IDLE) {
                    // More streams would only take turns; waiting for the store leaves processors
                    // idle.
                    rest = 1;
                } else if (streams * 2 <= request.budget().maxStreams()) {
                    best = rate;
                    streams *= 2;
                    setStreams.accept(streams);
                    growing = true;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
