package dev.cistern.populate.engine;

import java.util.concurrent.atomic.LongAdder;

/// How the streams spend their time: waiting for the first byte, waiting for more, and working. Written by all streams,
/// read by the tuner.
final class Traffic {
    private final LongAdder answers = new LongAdder();
    private final LongAdder firstByteNanos = new LongAdder();
    private final LongAdder freshAnswers = new LongAdder();
    private final LongAdder freshNanos = new LongAdder();
    private final LongAdder bytes = new LongAdder();
    private final LongAdder bodyNanos = new LongAdder();
    private final LongAdder workNanos = new LongAdder();

    /// Sums over all streams, since the start or between two samples.
    ///
    /// @param answers number of responses on existing connections
    /// @param firstByteNanos total time to first byte of these
    /// @param freshAnswers number of responses to the streams' first requests, which may include connecting
    /// @param freshNanos the same for these
    /// @param bytes received
    /// @param bodyNanos time waited for these bytes
    /// @param workNanos spent on anything else: opening, writing, digesting, completing
    record Sums(
            long answers,
            long firstByteNanos,
            long freshAnswers,
            long freshNanos,
            long bytes,
            long bodyNanos,
            long workNanos) {
        static final Sums ZERO = new Sums(0, 0, 0, 0, 0, 0, 0);

        Sums minus(Sums before) {
            return new Sums(
                    answers - before.answers,
                    firstByteNanos - before.firstByteNanos,
                    freshAnswers - before.freshAnswers,
                    freshNanos - before.freshNanos,
                    bytes - before.bytes,
                    bodyNanos - before.bodyNanos,
                    workNanos - before.workNanos);
        }
    }

    Sums sums() {
        return new Sums(
                answers.sum(),
                firstByteNanos.sum(),
                freshAnswers.sum(),
                freshNanos.sum(),
                bytes.sum(),
                bodyNanos.sum(),
                workNanos.sum());
    }

    /// A stream's stopwatch; used only by its thread.
    final class Stopwatch {
        private long mark = System.nanoTime();
        private boolean fresh = true;

        private long lap() {
            long now = System.nanoTime();
            long since = now - mark;
            mark = now;
            return since;
        }

        /// Discards the time since the last call: the stream was idle.
        void skip() {
            mark = System.nanoTime();
        }

        /// Counts the time since the last call as work.
        void worked() {
            workNanos.add(lap());
        }

        /// A response header was received.
        void answered() {
            long waited = lap();
            if (fresh) {
                fresh = false;
                freshAnswers.increment();
                freshNanos.add(waited);
            } else {
                answers.increment();
                firstByteNanos.add(waited);
            }
        }

        /// Bytes were received.
        void received(int count) {
            bodyNanos.add(lap());
            bytes.add(count);
        }
    }
}
