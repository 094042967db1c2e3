package dev.cistern.populate.engine;

/// How many streams a fill should have, from what was measured since the last look. Pure: no clock, no thread.
///
/// A stream waits for the store, then works. While it waits, its processor is free for others, so `processors × (waiting + work) /
/// work` streams keep all of them busy: few for a store nearby, hundreds for small objects from another continent. That number is
/// gone to at once, in steps of at most [#MOST_GROWTH], while the machine has processors left. After each step the
/// store's times are compared with those before it: where they grew, store or network are what limits, and only as many streams are
/// kept as these bear; more are tried again after some seconds, twice as many. While the store's times are just changing by themselves
/// nothing is added, for then nothing could be learnt from it. When the processors are all busy and more streams wait for them than that, some end.
final class StreamCount {
    /// A store that answers so slowly that sixteen times the streams are right is found out in one step, any other in two.
    private static final int MOST_GROWTH = 16;

    /// A fill that begins with fewer grows as if it had so many.
    private static final int FEW = 4;

    /// Streams do not take turns evenly: so many more keep the processors busy all the time.
    private static final double MARGIN = 1.3;

    /// More of them are not worth a change.
    private static final double WORTH_GROWTH = 1.25;

    /// With less of the machine idle, processors are what limits.
    private static final double MIN_IDLE = 0.1;

    /// The same for a store nearby, which is found on the same machine in tests: it needs processors, too.
    private static final double MIN_IDLE_NEAR = 0.25;

    /// So many streams are right for a store nearby.
    private static final int NEAR = 8;

    private static final double BUSY_IDLE = 0.05;

    /// The part of their former speed that streams keep at least after more were added, where nothing but their number limits.
    private static final double STILL_FAST = 0.6;

    /// What a store that is full may differ from that.
    private static final double OWN_FAULT = 0.6;

    /// What the store bears is kept with so much more, to find out when it bears more.
    private static final double PROBE = 1.25;

    /// Looks after which what limited before is tried again.
    private static final int REST_LOOKS = 30;

    /// ... in steps of this, until one is worth it.
    private static final int LEAST_GROWTH = 2;

    /// A trial of twice as many streams takes so many looks.
    private static final int TRIAL_LOOKS = 8;

    /// The least that a trial has to bring.
    private static final double TRIAL_GAIN = 1.1;

    /// Opening and naming a file costs about as much as moving so many bytes.
    private static final long FILE_WORTH_BYTES = 64 * 1024;

    /// From less than this nothing is learnt of how long streams work.
    private static final long TELLING_BYTES = 4 << 20;

    /// One look.
    ///
    /// @param nanos since the last one
    /// @param sums what happened since
    /// @param idle the part of the processors that nobody used, 0 to 1
    record Look(long nanos, Traffic.Sums sums, double idle) {}

    /// What the store's answers took.
    ///
    /// @param firstByte until the first byte
    /// @param perByte waited for each
    /// @param perByteWorked with the work in between: bytes that arrive while a stream works are not waited for
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

    /// Looks left of a rest, and whether it is known already what the store's answers take meanwhile.
    private int rest;

    private boolean compared;

    /// What was done and how much was idle since the last decision, over so many looks.
    private double done;

    private double idled;
    private int trialLooks;

    /// So many streams there were before twice as many were tried, and so much was done then; 0 while nothing is tried.
    private int trial;

    private double trialDone;

    /// @param first the streams that a fill begins with, and never has fewer of
    StreamCount(int processors, int first) {
        this.processors = processors;
        this.first = first;
        this.streams = first;
    }

    int streams() {
        return streams;
    }

    /// Takes a look; the number of streams from now on.
    ///
    /// @param most more cannot be had or have nothing to do
    int look(Look look, int most) {
        Traffic.Sums sums = look.sums;
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
            // Connections are being made: that says nothing of how those answer that were there
            // before.
            return streams;
        }
        if (grown) {
            grown = false;
            // A stream that worked for long, as the first one does until its code is compiled,
            // found
            // the bytes waiting: no measure of what it waits for later.
            double body =
                    Math.max(
                            sums.bytes() * known(timesBefore.perByte, times.perByte) + work,
                            sums.bytes() * known(timesBefore.perByteWorked, times.perByteWorked));
            double expected = answers * known(timesBefore.firstByte, times.firstByte) + body;
            double speed = expected / (waiting + work);
            // A store that is full serves as many as before, each as much more slowly as there are
            // more streams. What is slower than that
            // has changed by itself.
            boolean full = speed > OWN_FAULT * before / streams;
            if (speed < STILL_FAST && full) {
                set((int) Math.max(before, Math.ceil(PROBE * speed * streams)), times, look);
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
        double alone = Math.min(work, workAlone(sums, work, look.idle));
        double right = MARGIN * processors * (waiting + alone) / alone;
        boolean changing = !fresh && last.differFrom(times);
        double minIdle = right > NEAR ? MIN_IDLE : MIN_IDLE_NEAR;
        if (!changing
                && sums.bytes() > 0
                && look.idle >= minIdle
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
                    look);
        } else if (look.idle < BUSY_IDLE && streams > 2 * right) {
            // What is busy makes work take longer, so the number above is too small now: go there
            // slowly.
            set((int) Math.max(right, streams * 0.75), times, look);
        } else {
            tryTwice(look, most);
        }
        return streams;
    }

    /// What is not known yet is what it is now.
    private static double known(double before, double now) {
        return before > 0 ? before : now;
    }

    private void rest() {
        rest = REST_LOOKS;
        compared = false;
    }

    /// How long the streams would have worked, had none of them waited for a processor: as long as they did when many were idle.
    private double workAlone(Traffic.Sums sums, double work, double idle) {
        double units =
                sums.bytes() + (double) FILE_WORTH_BYTES * (sums.answers() + sums.freshAnswers());
        if (idle >= MIN_IDLE_NEAR && units > TELLING_BYTES) {
            double now = work / units;
            // Even then answers that come together wait for each other: what is less counts for
            // more.
            workPerUnit +=
                    workPerUnit == 0 ? now : (now - workPerUnit) / (now < workPerUnit ? 2 : 8);
        }
        return workPerUnit == 0 || units == 0 ? work : Math.max(1, workPerUnit * units);
    }

    private void set(int count, Times times, Look look) {
        streams = Math.max(first, count);
        timesBefore = times;
        // What was asked before the change is answered first.
        double wait = look.sums.answers() == 0 ? times.firstByte / 2 : times.firstByte;
        settling = (int) Math.clamp(Math.ceil(wait / Math.max(1, look.nanos)), 2, 20);
        trial = 0;
        trialLooks = 0;
        done = 0;
        idled = 0;
    }

    /// Streams that wait for the disk look like ones that work, and machines differ: where a quarter of the processors stays idle,
    /// twice as many streams are tried for a while, and kept if they bring something.
    private void tryTwice(Look look, int most) {
        Traffic.Sums sums = look.sums;
        done += sums.bytes() + FILE_WORTH_BYTES * (sums.answers() + sums.freshAnswers());
        idled += look.idle;
        trialLooks++;
        if (trialLooks < TRIAL_LOOKS) {
            return;
        }
        double idle = idled / trialLooks;
        double now = done;
        trialLooks = 0;
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
