package dev.cistern.populate.engine;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Measures how much CPU a fill can still get, from the kernel's own counters. What cannot be read does not limit
/// anything: throughput alone decides then.
///
/// Of the first [#SAMPLES] streams, the kernel reports how long they ran, and how long they were runnable and waited on
/// a run queue (`schedstat`, Documentation/scheduler/sched-stats.rst of Linux). A container's CPU limit throttles all
/// its processes for the rest of a period (`cpu.stat`, Documentation/admin-guide/cgroup-v2.rst).
final class CpuPressure {
    /// Number of streams that stand for all of them. Reading one takes some 20 µs.
    static final int SAMPLES = 4;

    private static final double FAIR_SHARE = 0.5;

    /// Weight of a reading in the moving averages: an interval is short, and so is a period of a CPU limit, 100 ms.
    private static final double WEIGHT = 0.25;

    private static final List<Path> LIMITS =
            List.of(Path.of("/sys/fs/cgroup/cpu.stat"), Path.of("/sys/fs/cgroup/cpu/cpu.stat"));

    /// @param idle fraction of the machine's CPU that the fill may use in addition, 0 to 1
    /// @param waiting fraction of the time in which streams do not run that they wait for a CPU, 0 to 1
    record Reading(double idle, double waiting) {
        /// @param idle fraction of the machine's CPU that nobody used
        /// @param used fraction that this process used
        /// @param waiting as above
        /// @param throttled fraction of the periods in which the container's limit was reached
        static Reading of(double idle, double used, double waiting, double throttled) {
            double pressure = Math.max(waiting, throttled);
            // Where other processes keep the machine busy, waiting streams take nothing from them:
            // half of the machine may be used. But where streams wait for a CPU as long as for the
            // store, more streams would only wait longer.
            double fair = (FAIR_SHARE - used) * Math.max(0, 1 - 2 * pressure);
            return new Reading(Math.max(idle, fair) * (1 - throttled), pressure);
        }
    }

    private static final class StreamThread {
        private final Path schedstat;
        private long atNanos = System.nanoTime();
        private long ran;
        private long waited;

        StreamThread(Path schedstat) throws IOException {
            this.schedstat = schedstat;
            read();
        }

        private void read() throws IOException {
            String[] fields = Files.readString(schedstat).strip().split(" ");
            ran = Long.parseLong(fields[0]);
            waited = Long.parseLong(fields[1]);
        }
    }

    private final List<StreamThread> threads = new ArrayList<>();
    private final @Nullable Path limit;
    private long lastIdle;
    private long lastOwn;
    private long lastAll;
    private long lastPeriods;
    private long lastThrottled;
    private double waiting = -1;
    private double throttled;

    CpuPressure() {
        limit = LIMITS.stream().filter(Files::exists).findFirst().orElse(null);
    }

    /// Includes the calling thread in the measurement, until it ends.
    synchronized void observe() {
        try {
            Path self = Files.readSymbolicLink(Path.of("/proc/thread-self"));
            threads.add(new StreamThread(Path.of("/proc").resolve(self).resolve("schedstat")));
        } catch (IOException | RuntimeException e) {
            // Not available here.
            return;
        }
    }

    /// Measures the time since the last call.
    synchronized Reading read() {
        readRunQueues();
        readThrottling();
        try (BufferedReader in = Files.newBufferedReader(Path.of("/proc/stat"))) {
            String[] ticks = String.valueOf(in.readLine()).split(" +");
            long all = 0;
            for (int i = 1; i < ticks.length; i++) {
                all += Long.parseLong(ticks[i]);
            }
            // user, nice, system, idle, iowait
            long idle = Long.parseLong(ticks[4]) + Long.parseLong(ticks[5]);
            long own = ownTicks();
            double since = Math.max(1, all - lastAll);
            Reading reading =
                    Reading.of(
                            (idle - lastIdle) / since,
                            (own - lastOwn) / since,
                            Math.max(0, waiting),
                            throttled);
            lastOwn = own;
            lastIdle = idle;
            lastAll = all;
            return reading;
        } catch (IOException | NumberFormatException | ArrayIndexOutOfBoundsException e) {
            return Reading.of(1, 0, Math.max(0, waiting), throttled);
        }
    }

    /// Ticks used by this process: `utime` and `stime`, fields 14 and 15; the second field, the name, may contain
    /// spaces.
    private static long ownTicks() throws IOException {
        String stat = Files.readString(Path.of("/proc/self/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    }

    private void readRunQueues() {
        long waited = 0;
        long notRunning = 0;
        for (Iterator<StreamThread> all = threads.iterator(); all.hasNext(); ) {
            StreamThread thread = all.next();
            long ranBefore = thread.ran;
            long waitedBefore = thread.waited;
            try {
                thread.read();
            } catch (IOException | RuntimeException e) {
                // The stream has ended.
                all.remove();
                continue;
            }
            long now = System.nanoTime();
            waited += thread.waited - waitedBefore;
            notRunning += Math.max(0, now - thread.atNanos - (thread.ran - ranBefore));
            thread.atNanos = now;
        }
        if (notRunning > 0) {
            double part = Math.min(1, (double) waited / notRunning);
            waiting = waiting < 0 ? part : waiting + WEIGHT * (part - waiting);
        }
    }

    private void readThrottling() {
        Path stat = limit;
        if (stat == null) {
            return;
        }
        long periods = 0;
        long full = 0;
        try {
            for (String line : Files.readAllLines(stat)) {
                String[] field = line.split(" ");
                switch (field[0]) {
                    case "nr_periods" -> periods = Long.parseLong(field[1]);
                    case "nr_throttled" -> full = Long.parseLong(field[1]);
                    default -> {}
                }
            }
        } catch (IOException | RuntimeException e) {
            return;
        }
        if (lastPeriods > 0 && periods > lastPeriods) {
            double part = (double) (full - lastThrottled) / (periods - lastPeriods);
            throttled += WEIGHT * (Math.clamp(part, 0, 1) - throttled);
        }
        lastPeriods = periods;
        lastThrottled = full;
    }
}
