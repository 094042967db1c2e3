package dev.cistern.populate.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;

/// A discrete-event simulation of a fill: streams that send requests and use processors, and the tuner's two
/// controllers. Its results do not depend on the host.
final class SimulatedFill {
    /// Properties of a store and its network path.
    ///
    /// @param firstByte seconds from a request to the first byte of the response
    /// @param perConnection bytes a second of one connection; 0 means no limit
    /// @param link bytes a second of all together; 0 means no limit
    /// @param requests a second that are served, others are throttled; 0 means no limit
    record Store(double firstByte, double perConnection, double link, double requests) {
        Store(double firstByte, double perConnection) {
            this(firstByte, perConnection, 0, 0);
        }
    }

    /// The workload.
    ///
    /// @param requestBytes of one request
    /// @param pieceBytes that are received and processed at once
    /// @param pieceSeconds of a processor for each piece
    record Work(long requestBytes, int pieceBytes, double pieceSeconds) {
        /// As measured with objects of 64 KiB: 150 µs each.
        static final Work SMALL = new Work(64 << 10, 64 << 10, 150e-6);

        /// The same for ranges of 16 MiB: half a second for a GiB.
        static final Work LARGE = new Work(16 << 20, 256 << 10, 120e-6);
    }

    /// A turn of a thread that only yields its CPU when it has to.
    private static final double TURN_SECONDS = 0.004;

    private record Event(double at, long order, Runnable action) {}

    private final int processors;
    private final Work work;
    private final int most;
    private final StreamCount count;
    private final StoreLimit limit = new StoreLimit();
    private final boolean fixed;
    private final PriorityQueue<Event> events =
            new PriorityQueue<>(
                    (a, b) ->
                            a.at == b.at
                                    ? Long.compare(a.order, b.order)
                                    : Double.compare(a.at, b.at));
    private final List<Stream> streams = new ArrayList<>();
    private final Deque<Runnable> queue = new ArrayDeque<>();
    private Store store;
    private double now;
    private long order;
    private int busy;
    private double busySince;
    private double busySeconds;
    private double linkFree;
    private double tokens;
    private double tokensAt;
    private int wanted;
    private int others;
    private int othersRunning;
    private double otherSeconds;
    private double seenOthers;
    private double waitedSeconds;
    private double seenWaited;
    private Traffic.Sums sums = Traffic.Sums.ZERO;
    private Traffic.Sums seen = Traffic.Sums.ZERO;
    private double seenBusy;
    private double lookedAt;
    private int looks;

    /// Requests served and throttled so far.
    int served;

    int refused;

    private SimulatedFill(
            Store store, Work work, int processors, int first, int most, boolean fixed) {
        this.store = store;
        this.work = work;
        this.processors = processors;
        this.most = most;
        this.count = new StreamCount(processors, first);
        this.fixed = fixed;
        this.tokens = store.requests / 10;
        streams(first);
        at(0.05, this::sample);
    }

    /// One with tuned number of streams.
    static SimulatedFill found(Store store, Work work, int processors, int most) {
        return new SimulatedFill(store, work, processors, Tuner.FIRST, most, false);
    }

    /// One with a fixed number of streams.
    static SimulatedFill fixed(Store store, Work work, int processors, int streams) {
        return new SimulatedFill(store, work, processors, streams, streams, true);
    }

    /// Bytes fetched so far.
    long bytes() {
        return sums.bytes();
    }

    /// The most that any fixed number of streams fetches within so many seconds, in bytes.
    static long bestFixed(Store store, Work work, int processors, int most, double seconds) {
        long best = 0;
        for (int streams = 1; streams <= most; streams = Math.max(streams + 1, streams * 5 / 4)) {
            best = Math.max(best, fixed(store, work, processors, streams).run(seconds).bytes());
        }
        return best;
    }

    /// Changes the store.
    void becomes(Store other) {
        store = other;
    }

    /// From now on this many threads of other processes want a CPU all the time, and take turns with the streams.
    SimulatedFill starvedBy(int threads) {
        others = threads;
        for (; othersRunning < threads; othersRunning++) {
            otherTurn();
        }
        return this;
    }

    private void otherTurn() {
        onProcessor(
                TURN_SECONDS,
                () -> {
                    otherSeconds += TURN_SECONDS;
                    if (othersRunning <= others) {
                        // Behind those that already wait.
                        at(now, this::otherTurn);
                    } else {
                        othersRunning--;
                    }
                });
    }

    int streams() {
        return wanted;
    }

    /// Runs for so many seconds.
    SimulatedFill run(double seconds) {
        double end = now + seconds;
        while (!events.isEmpty() && events.peek().at <= end) {
            Event event = events.poll();
            now = event.at;
            event.action.run();
        }
        now = end;
        return this;
    }

    private void at(double when, Runnable action) {
        events.add(new Event(when, order++, action));
    }

    private void streams(int number) {
        wanted = number;
        while (streams.size() < number) {
            streams.add(new Stream(streams.size()));
        }
        streams.forEach(Stream::wake);
    }

    private void sample() {
        double busyNow = busySeconds + busy * (now - busySince);
        double seconds = now - lookedAt;
        double idle = 1 - (busyNow - seenBusy) / seconds / processors;
        double own = Math.max(0, busyNow - seenBusy - (otherSeconds - seenOthers));
        CpuPressure.Reading cpu =
                CpuPressure.Reading.of(
                        idle,
                        own / seconds / processors,
                        Math.min(1, (waitedSeconds - seenWaited) / (wanted * seconds)),
                        0);
        seenOthers = otherSeconds;
        seenWaited = waitedSeconds;
        Traffic.Sums since = sums.minus(seen);
        long nanos = (long) ((now - lookedAt) * 1e9);
        int number = count.streams();
        if (!fixed) {
            number = count.update(new StreamCount.Sample(nanos, since, cpu), most);
        }
        number = Math.min(number, limit.update(nanos, since));
        seen = sums;
        seenBusy = busyNow;
        lookedAt = now;
        if (number != wanted) {
            streams(number);
        }
        at(now + (looks++ < 20 ? 0.05 : 0.1), this::sample);
    }

    private void onProcessor(double seconds, Runnable then) {
        Runnable job =
                () -> {
                    busySeconds += busy * (now - busySince);
                    busySince = now;
                    busy++;
                    at(
                            now + seconds,
                            () -> {
                                busySeconds += busy * (now - busySince);
                                busySince = now;
                                busy--;
                                then.run();
                                if (!queue.isEmpty() && busy < processors) {
                                    queue.poll().run();
                                }
                            });
                };
        if (busy < processors) {
            job.run();
        } else {
            queue.add(job);
        }
    }

    private boolean admitted() {
        if (store.requests == 0) {
            return true;
        }
        tokens = Math.min(store.requests / 10, tokens + (now - tokensAt) * store.requests);
        tokensAt = now;
        if (tokens < 1) {
            return false;
        }
        tokens--;
        return true;
    }

    private void add(int answers, int fresh, double first, long bytes, double body, double worked) {
        sums =
                new Traffic.Sums(
                        sums.answers() + answers,
                        sums.firstByteNanos() + (fresh > 0 ? 0 : (long) (first * 1e9)),
                        sums.freshAnswers() + fresh,
                        sums.freshNanos() + (fresh > 0 ? (long) (first * 1e9) : 0),
                        sums.bytes() + bytes,
                        sums.bodyNanos() + (long) (body * 1e9),
                        sums.workNanos() + (long) (worked * 1e9));
    }

    /// One stream: request, wait, process.
    private final class Stream {
        private final int number;
        private boolean running;
        private boolean fresh = true;

        Stream(int number) {
            this.number = number;
        }

        void wake() {
            if (!running && number < wanted) {
                running = true;
                ask();
            }
        }

        private void ask() {
            if (number >= wanted) {
                running = false;
                return;
            }
            double asked = now;
            boolean good = admitted();
            // A new connection takes a round trip to make.
            double first = store.firstByte * (fresh ? 2 : 1);
            at(
                    now + first,
                    () -> {
                        if (!good) {
                            refused++;
                            limit.refused(0);
                            fresh = false;
                            at(now + 0.05 + number % 50 / 1000.0, this::ask);
                            return;
                        }
                        add(fresh ? 0 : 1, fresh ? 1 : 0, now - asked, 0, 0, 0);
                        fresh = false;
                        receive(work.requestBytes);
                    });
        }

        private void receive(long left) {
            double began = now;
            double ready =
                    now + (store.perConnection == 0 ? 0 : work.pieceBytes / store.perConnection);
            if (store.link > 0) {
                linkFree = Math.max(linkFree, now) + work.pieceBytes / store.link;
                ready = Math.max(ready, linkFree);
            }
            at(
                    ready,
                    () -> {
                        add(0, 0, 0, work.pieceBytes, now - began, 0);
                        double received = now;
                        onProcessor(
                                work.pieceSeconds,
                                () -> {
                                    double waited = now - received - work.pieceSeconds;
                                    waitedSeconds += waited;
                                    // A stream that waits for turns of other processes sees its
                                    // bytes late, which looks like waiting for them.
                                    double late = others > 0 ? waited : 0;
                                    add(0, 0, 0, 0, late, now - received - late);
                                    if (left > work.pieceBytes) {
                                        receive(left - work.pieceBytes);
                                    } else {
                                        served++;
                                        ask();
                                    }
                                });
                    });
        }
    }
}
