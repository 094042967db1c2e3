package dev.cistern.populate.engine;

import dev.cistern.populate.source.SourceObject;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// What is left to do, and who may do it: streams whose number is beyond how many there should be wait here, and so do those that find
/// nothing, who first take a part of what another one has still to fetch.
///
/// Streams are woken when there is something for them, never to look in vain: with hundreds of them that would cost more than the copy.
final class WorkQueue {
    /// Streams without work look so often whether another one's range has become worth sharing.
    private static final long LOOK_MILLIS = 100;

    /// Ranges below this are not worth looking at when a stream finds no work.
    private static final long SHAREABLE_BYTES = 4 << 20;

    /// An object to be started (again).
    ///
    /// @param before what came of it before; null the first time
    record Start(
            Catalog.Entry entry,
            SourceObject object,
            int restarts,
            ObjectOpener.@Nullable Again before) {}

    /// What a stream is to do next.
    sealed interface Step {
        /// Fetch a range.
        record Fetch(ObjectCopy copy, ObjectCopy.Range range) implements Step {}

        /// Go on with what another stream had to leave.
        record Resume(RangeSink sink) implements Step {}

        /// Start an object; null: the next one of the catalog. [#started] has to follow.
        record Begin(@Nullable Start start) implements Step {}
    }

    private final CopyContext context;
    private final Restarts restarts;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition mayWork = lock.newCondition();
    private final Condition hasWork = lock.newCondition();
    private final Deque<ObjectCopy> open = new ArrayDeque<>();
    private final Deque<Start> again = new ArrayDeque<>();
    private final Deque<Start> atTheEnd = new ArrayDeque<>();
    private final Deque<RangeSink> left = new ArrayDeque<>();
    private final Set<RangeSink> active = new LinkedHashSet<>();
    private volatile Ranges.Speed speed = Ranges.Speed.UNKNOWN;
    private volatile int wanted;
    private long begunBytes;
    private int starting;
    private boolean exhausted;

    WorkQueue(CopyContext context, Restarts restarts) {
        this.context = context;
        this.restarts = restarts;
    }

    /// So many streams may work now.
    void streams(int count) {
        lock.lock();
        try {
            wanted = count;
            mayWork.signalAll();
            hasWork.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// What a connection to the store is known to bring.
    void speed(Ranges.Speed now) {
        speed = now;
    }

    /// Whether the stream of this number may work.
    boolean mayWork(int number) {
        return number < wanted;
    }

    /// The next thing to do; waits for it; null when nothing more will come.
    @Nullable Step next(int number) throws InterruptedException {
        while (true) {
            RangeSink longest;
            lock.lock();
            try {
                while (number >= wanted && !done()) {
                    mayWork.await();
                }
                if (done()) {
                    wakeAll();
                    return null;
                }
                Step step = poll();
                if (step != null) {
                    return step;
                }
                longest = longest();
                if (longest == null) {
                    await();
                    continue;
                }
            } finally {
                lock.unlock();
            }
            // Outside the lock: the other stream may be writing just now.
            longest.shorten(wanted, speed);
        }
    }

    private @Nullable Step poll() {
        RangeSink resumed = left.poll();
        if (resumed != null) {
            return new Step.Resume(resumed);
        }
        while (!open.isEmpty()) {
            ObjectCopy first = open.getFirst();
            ObjectCopy.Range range = first.take(chunk(first));
            if (!first.hasWaiting()) {
                open.removeFirst();
            }
            if (range != null) {
                return new Step.Fetch(first, range);
            }
        }
        Start start = again.poll();
        if (start == null && exhausted && starting == 0 && restarts.isEmpty()) {
            start = atTheEnd.poll();
        }
        if (start == null && exhausted) {
            // Others still work; one of their objects may have to be started again.
            return null;
        }
        starting++;
        return new Step.Begin(start);
    }

    /// How many bytes of an object a stream should ask for now.
    long chunk(ObjectCopy copy) {
        return copy.inOrder() ? Long.MAX_VALUE : Ranges.chunk(bytesLeft(copy), wanted, speed);
    }

    /// Bytes that nobody fetches yet, with those of an object that is being begun.
    private long bytesLeft(ObjectCopy begun) {
        lock.lock();
        try {
            long sum = Math.max(0, context.meter().counts().bytesTotal() - begunBytes);
            for (ObjectCopy copy : open) {
                sum += copy == begun ? 0 : copy.waitingBytes();
            }
            return sum + begun.waitingBytes();
        } finally {
            lock.unlock();
        }
    }

    /// The range that has most to be fetched, if a part of it is worth another stream's while.
    private @Nullable RangeSink longest() {
        RangeSink longest = null;
        for (RangeSink sink : active) {
            if (longest == null || sink.rest() > longest.rest()) {
                longest = sink;
            }
        }
        return longest != null && longest.canBeShortened(wanted, speed) ? longest : null;
    }

    private void await() throws InterruptedException {
        if (active.isEmpty()) {
            hasWork.await();
        } else {
            hasWork.awaitNanos(TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS));
        }
    }

    private boolean done() {
        return context.ended()
                || (exhausted
                        && starting == 0
                        && again.isEmpty()
                        && atTheEnd.isEmpty()
                        && open.isEmpty()
                        && left.isEmpty()
                        && restarts.isEmpty());
    }

    private void wakeAll() {
        mayWork.signalAll();
        hasWork.signalAll();
    }

    /// How an object that is begun now should be divided.
    Ranges.Division division(long size) {
        lock.lock();
        try {
            begunBytes += Math.max(0, size);
            long rest =
                    size <= Ranges.ALWAYS_WHOLE_BYTES
                            ? 0
                            : context.meter().counts().bytesTotal() - begunBytes;
            return Ranges.division(size, rest, wanted);
        } finally {
            lock.unlock();
        }
    }

    /// An object has ranges that wait.
    void opened(ObjectCopy copy) {
        lock.lock();
        try {
            if (copy.hasWaiting() && !open.contains(copy)) {
                open.add(copy);
                hasWork.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /// What [Step.Begin] asked for was done.
    ///
    /// @param last whether the catalog has no more
    void started(boolean last) {
        lock.lock();
        try {
            starting--;
            if (last && !exhausted) {
                exhausted = true;
                hasWork.signalAll();
            }
            if (done()) {
                wakeAll();
            } else if (exhausted && !atTheEnd.isEmpty()) {
                hasWork.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /// An object has to be started again.
    ///
    /// @param last not before everything else is done
    void again(Start start, boolean last) {
        lock.lock();
        try {
            (last ? atTheEnd : again).add(start);
            hasWork.signal();
        } finally {
            lock.unlock();
        }
    }

    /// A stream that may not work any more leaves its range to others.
    void leave(RangeSink sink) {
        lock.lock();
        try {
            left.add(sink);
            hasWork.signal();
        } finally {
            lock.unlock();
        }
    }

    /// A range is being fetched.
    void active(RangeSink sink) {
        if (sink.rest() >= SHAREABLE_BYTES) {
            lock.lock();
            try {
                active.add(sink);
            } finally {
                lock.unlock();
            }
        }
    }

    /// A range is not being fetched any more.
    void inactive(RangeSink sink) {
        lock.lock();
        try {
            active.remove(sink);
        } finally {
            lock.unlock();
        }
    }

    /// Looks whether nothing more will come.
    void check() {
        lock.lock();
        try {
            if (done()) {
                wakeAll();
            } else if (exhausted && !atTheEnd.isEmpty()) {
                hasWork.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }
}
