package dev.cistern.populate.engine;

/// Computes the number of streams from measurements. Pure: no clock, no thread.
///
/// A stream waits for the store, then works. While it waits, its processor is free for others, so `processors ×
/// (waiting + work) / work` streams keep all processors busy: few for a nearby store, hundreds for small objects from
/// another continent. The number moves there in steps of at most [#MOST_GROWTH], while the machine has idle processors.
/// After each step the store's response times are compared with those before: where they grew, store or network are the
/// bottleneck, and only as many streams are kept as these can serve; after some seconds twice as many are tried again.
/// While response times change by themselves nothing is added, because the effect could not be measured. When all
/// processors are busy and more streams than that wait for them, some end.
///
/// Responses also seem slow where a stream waits for a CPU before it can read them, because other processes starve the
/// fill or a container's CPU limit is reached. More streams would only wait as well: then none are added, and some end.
final class StreamCount {
    /// Even a store whose latency needs sixteen times the streams is adapted to in one step, any other in two.
    private static final int MOST_GROWTH = 16;

    /// A fill that starts with fewer streams grows as if it had this many.
    private static final int FEW = 4;

    /// Streams are not evenly interleaved: this factor keeps the processors busy all the time.
    private static final double MARGIN = 1.3;

    /// A smaller growth is not worth a change.
    private static final double WORTH_GROWTH = 1.25;

    /// With fewer idle processors, the CPU is the bottleneck.
    private static final double MIN_IDLE = 0.1;

    /// The same for a nearby store, which in tests runs on the same machine and also needs CPU.
    private static final double MIN_IDLE_NEAR = 0.25;

    /// Number of streams for a nearby store.
    private static final int NEAR = 8;

    private static final double BUSY_IDLE = 0.05;

    /// Streams that wait for a CPU as long as for the store are too many, where no CPU is left.
    private static final double STARVED = 0.5;

    /// Fraction of their previous speed that streams keep after more were added, where only their number is the limit.
    private static final double STILL_FAST = 0.6;

    /// Tolerance of that for a saturated store.
    private static final double OVERLOAD_TOLERANCE = 0.6;

    /// Margin above the measured limit, to detect when the store can serve more.
    private static final double PROBE = 1.25;

    /// Samples after which a previous limit is tried again, ...
    private static final int REST_SAMPLES = 30;

    /// ... in steps of this factor, until one gains enough.
    private static final int LEAST_GROWTH = 2;

    /// Number of samples of a trial with twice as many streams.
    private static final int TRIAL_SAMPLES = 8;

    /// Minimum gain of a trial.
    private static final double TRIAL_GAIN = 1.1;

    /// Opening and renaming a file costs about as much as transferring this many bytes.
    private static final long FILE_WORTH_BYTES = 64 * 1024;

    /// Smaller amounts do not show how long streams work.
    private static final long TELLING_BYTES = 4 << 20;

    /// A measurement.
    ///
    /// @param nanos since the last one
    /// @param sums traffic since then
    /// @param cpu what the processors have left
    record Sample(long nanos, Traffic.Sums sums, CpuPressure.Reading cpu) {
        double idle() {
            return cpu.idle();
        }
    }

    /// Response times of the store.
    ///
    /// @param firstByte time to first byte
    /// @param perByte waiting time per byte
    /// @param perByteWorked the same including work: bytes that arrive while a stream works are not waited for
    private record Times(double firstByte, double perByte, double perByteWorked) {
        boolean differFrom(Times other) {
            return far(firstByte, other.firstByte) || far(perByte, other.perByte);
        }

        private static boolean far(double a, double b) {
            return a > 0 && b > 0 && (a > 1.5 * b || b > 1.5 * a);
        }
    }

    private final int processors;
    private final int first;
    private int streams;
    private int before;
    private int mostGrowth = MOST_GROWTH;
    private Times timesBefore = new Times(0, 0, 0);
    private Times last = timesBefore;
    private boolean grown;
    private int settling;
    private double workPerUnit;

    /// Samples left of a pause, and whether response times during it were recorded.
    private int rest;

    private boolean compared;

    /// Work done and idle time since the last decision, over this number of samples.
    private double done;

    private double idled;
    private int trialSamples;

    /// Number of streams before a trial and the work done then; 0 while there is no trial.
    private int trial;

    private double trialDone;

    /// @param first initial and minimum number of streams
    StreamCount(int processors, int first) {
        this.processors = processors;
        this.first = first;
        this.streams = first;
    }

    int streams() {
        return streams;
    }

    /// Processes a sample; returns the new number of streams.
    ///
    /// @param most maximum
    int update(Sample sample, int most) {
        Traffic.Sums sums = sample.sums;
        if (settling > 0) {
            settling--;
            return streams;
        }
        boolean fresh = sums.answers() == 0 && sums.freshAnswers() > 0;
        if (sums.answers() == 0 && !fresh && sums.bytes() == 0) {
            return streams;
        }
        double answers = fresh ? sums.freshAnswers() : sums.answers();
        double first = fresh ? sums.freshNanos() : sums.firstByteNanos();
        double waiting = first + sums.bodyNanos();
        double work = Math.max(1, sums.workNanos());
        Times last = this.last;
        Times times =
                new Times(
                        answers == 0 ? last.firstByte : first / answers,
                        sums.bytes() == 0 ? last.perByte : (double) sums.bodyNanos() / sums.bytes(),
                        sums.bytes() == 0
                                ? last.perByteWorked
                                : (sums.bodyNanos() + work) / sums.bytes());
        if (!fresh) {
            this.last = times;
        }
        if (grown && fresh) {
            // New connections are being opened, which says nothing about the response times of
            // existing ones.
            return streams;
        }
        if (grown) {
            grown = false;
            // A stream that worked for long, as the first one does until its code is compiled,
            // found the bytes already
            // buffered: no measure of later waiting times.
            double body =
                    Math.max(
                            sums.bytes() * known(timesBefore.perByte, times.perByte) + work,
                            sums.bytes() * known(timesBefore.perByteWorked, times.perByteWorked));
            double expected = answers * known(timesBefore.firstByte, times.firstByte) + body;
            double speed = expected / (waiting + work);
            // A saturated store serves the same total, so each stream slows down in proportion.
            // Anything slower than
            // that is a change of the store itself.
            boolean full = speed > OVERLOAD_TOLERANCE * before / streams;
            if (speed < STILL_FAST && full) {
                set((int) Math.max(before, Math.ceil(PROBE * speed * streams)), times, sample);
                mostGrowth = LEAST_GROWTH;
                rest();
                return streams;
            }
            mostGrowth = Math.min(MOST_GROWTH, 2 * mostGrowth);
        }
        if (rest > 0 && !compared) {
            compared = true;
            timesBefore = times;
        }
        if (rest > 0 && !times.differFrom(timesBefore)) {
            rest--;
            return streams;
        }
        rest = 0;
        double alone = Math.min(work, workAlone(sums, work, sample.idle()));
        double right = MARGIN * processors * (waiting + alone) / alone;
        boolean changing = !fresh && last.differFrom(times);
        double minIdle = right > NEAR ? MIN_IDLE : MIN_IDLE_NEAR;
        if (!changing
                && sums.bytes() > 0
                && sample.idle() >= minIdle
                && right >= WORTH_GROWTH * streams
                && streams < most) {
            before = streams;
            grown = true;
            set(
                    (int)
                            Math.min(
                                    Math.min(right, most),
                                    (double) mostGrowth * Math.max(FEW, streams)),
                    times,
                    sample);
        } else if (sample.idle() < BUSY_IDLE && streams > 2 * right) {
            // Contention makes work take longer, so the number above is too small now: approach it
            // slowly.
            set((int) Math.max(right, streams * 0.75), times, sample);
        } else if (sample.idle() < BUSY_IDLE
                && sample.cpu.waiting() > STARVED
                && streams > this.first) {
            // Responses seem slow, and the number above is too large.
            set((int) (streams * 0.75), times, sample);
        } else {
            tryTwice(sample, most);
        }
        return streams;
    }

    /// The current value where there is no earlier one.
    private static double known(double before, double now) {
        return before > 0 ? before : now;
    }

    private void rest() {
        rest = REST_SAMPLES;
        compared = false;
    }

    /// Work time of the streams without contention for processors: the time measured when many were idle.
    private double workAlone(Traffic.Sums sums, double work, double idle) {
        double units =
                sums.bytes() + (double) FILE_WORTH_BYTES * (sums.answers() + sums.freshAnswers());
        if (idle >= MIN_IDLE_NEAR && units > TELLING_BYTES) {
            double now = work / units;
            // Even then simultaneous responses wait for each other: lower values have more weight.
            workPerUnit +=
                    workPerUnit == 0 ? now : (now - workPerUnit) / (now < workPerUnit ? 2 : 8);
        }
        return workPerUnit == 0 || units == 0 ? work : Math.max(1, workPerUnit * units);
    }

    private void set(int count, Times times, Sample sample) {
        streams = Math.max(first, count);
        timesBefore = times;
        // Requests sent before the change complete first.
        double wait = sample.sums.answers() == 0 ? times.firstByte / 2 : times.firstByte;
        settling = (int) Math.clamp(Math.ceil(wait / Math.max(1, sample.nanos)), 2, 20);
        trial = 0;
        trialSamples = 0;
        done = 0;
        idled = 0;
    }

    /// Streams that wait for the disk look like working ones, and machines differ: where a quarter of the processors is
    /// idle, a trial with twice as many streams runs for a while, and they are kept if throughput grows.
    private void tryTwice(Sample sample, int most) {
        Traffic.Sums sums = sample.sums;
        done += sums.bytes() + FILE_WORTH_BYTES * (sums.answers() + sums.freshAnswers());
        idled += sample.idle();
        trialSamples++;
        if (trialSamples < TRIAL_SAMPLES) {
            return;
        }
        double idle = idled / trialSamples;
        double now = done;
        trialSamples = 0;
        done = 0;
        idled = 0;
        if (trial > 0) {
            if (now < TRIAL_GAIN * trialDone) {
                streams = trial;
                rest();
            }
            trial = 0;
        } else if (idle >= MIN_IDLE_NEAR && 2 * streams <= most) {
            trial = streams;
            trialDone = now;
            streams *= 2;
        }
    }
}
