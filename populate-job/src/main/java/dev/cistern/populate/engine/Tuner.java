package dev.cistern.populate.engine;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Finds how many streams a fill needs: begins with few, doubles while that brings at least a tenth more and the machine has
/// processors to spare, goes back once it does not.
///
/// Near a store four streams fill the link; far from one every small object costs a round trip and dozens are needed. Nobody has
/// to know which it is.
final class Tuner implements Runnable {
    /// Small objects: waiting for the store is worth more than taking turns costs. A store at some distance is found out within
    /// seconds.
    private static final int FIRST = 4;

    /// Large objects keep a processor busy with a stream each; with TLS one more than there are processors pays, without it none.
    private static final int FEWEST_FOR_LARGE = 2;

    private static final long LARGE_BYTES = 16 << 20;

    private static final long STEP_MILLIS = 750;

    /// So many steps without growing before it is tried again: networks change.
    private static final int STEPS_OF_REST = 20;

    /// Opening and naming a file costs about as much as moving so many bytes.
    private static final long FILE_WORTH_BYTES = 64 * 1024;

    /// With less of the machine idle than this, processors are what limits.
    private static final double MIN_IDLE = 0.25;

    private final FillRequest request;
    private final Meter meter;
    private final Copier copier;
    private boolean started;
    private int first = FIRST;
    private final Thread thread = new Thread(null, this, "tuner", 256 * 1024);

    Tuner(FillRequest request, Meter meter, Copier copier) {
        this.request = request;
        this.meter = meter;
        this.copier = copier;
        thread.setDaemon(true);
    }

    private int firstStreams() {
        Meter.Counts counts = meter.counts();
        boolean large = counts.bytesTotal() / Math.max(1, counts.filesTotal()) >= LARGE_BYTES;
        return large
                ? Math.clamp(
                        Runtime.getRuntime().availableProcessors() + 1L, FEWEST_FOR_LARGE, FIRST)
                : FIRST;
    }

    boolean started() {
        return started;
    }

    void start() {
        started = true;
        int given = request.connections();
        int most = request.budget().maxStreams();
        first = firstStreams();
        copier.streams(Math.min(most, given > 0 ? given : first));
        if (given == 0 && request.bytesPerSecond() == 0) {
            thread.start();
        }
    }

    void stop() {
        thread.interrupt();
    }

    /// How much of the machine has been idle since the last look, by the kernel's own count.
    private static final class Idle {
        private long lastIdle;
        private long lastAll;

        Idle() {
            share();
        }

        double share() {
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

    @Override
    public void run() {
        int streams = first;
        long best = 0;
        int rest = 0;
        boolean growing = false;
        Idle idle = new Idle();
        try {
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
                    copier.streams(streams);
                    growing = false;
                    rest = STEPS_OF_REST;
                } else if (rest > 0) {
                    rest--;
                } else if (idle.share() < MIN_IDLE) {
                    // More streams would only take turns; waiting for the store leaves processors
                    // idle.
                    rest = 1;
                } else if (streams * 2 <= request.budget().maxStreams()) {
                    best = rate;
                    streams *= 2;
                    copier.streams(streams);
                    growing = true;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
