package dev.cistern.populate.engine;

import java.util.concurrent.atomic.LongAdder;

/// What the streams' time goes to: waiting for the store's first bytes, waiting for more of them, and work of their own. Written by all
/// streams, read by the tuner.
final class Traffic {
    private final LongAdder answers = new LongAdder();
    private final LongAdder firstByteNanos = new LongAdder();
    private final LongAdder freshAnswers = new LongAdder();
    private final LongAdder freshNanos = new LongAdder();
    private final LongAdder bytes = new LongAdder();
    private final LongAdder bodyNanos = new LongAdder();
    private final LongAdder workNanos = new LongAdder();

    /// Sums over all streams, since the beginning or between two looks.
    ///
    /// @param answers to requests over connections that were there before
    /// @param firstByteNanos from these requests to their answers' first bytes
    /// @param freshAnswers to the streams' first requests, which may have waited for a connection, too
    /// @param freshNanos the same for these
    /// @param bytes received
    /// @param bodyNanos waited for them
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

    /// One stream's watch; used by its thread alone.
    final class Watch {
        private long mark = System.nanoTime();
        private boolean fresh = true;

        private long lap() {
            long now = System.nanoTime();
            long since = now - mark;
            mark = now;
            return since;
        }

        /// What passed since the last call is nobody's: the stream had nothing to do.
        void skip() {
            mark = System.nanoTime();
        }

        /// The stream has worked until now.
        void worked() {
            workNanos.add(lap());
        }

        /// An answer's head is there.
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

        /// More bytes are there.
        void received(int count) {
            bodyNanos.add(lap());
            bytes.add(count);
        }
    }
}
