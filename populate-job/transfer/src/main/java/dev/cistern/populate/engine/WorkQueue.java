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

/// The remaining work and its assignment to streams. Streams whose number exceeds the current limit wait here, and so
/// do those without work, after trying to take a part of another stream's range.
///
/// Streams are woken only when there is work: with hundreds of them spurious wake-ups would cost more than the copy.
final class WorkQueue {
    /// Interval at which streams without work check whether another one's range has become worth splitting.
    private static final long POLL_MILLIS = 100;

    /// Ranges below this size are not split.
    private static final long SHAREABLE_BYTES = 4 << 20;

    /// An object to be started or restarted.
    ///
    /// @param before state of a refetch; null the first time
    record Start(
            Catalog.Entry entry,
            SourceObject object,
            int restarts,
            ObjectOpener.@Nullable Refetch before) {}

    /// A stream's next task.
    sealed interface Step {
        /// Fetch a range.
        record Fetch(ObjectCopy copy, ObjectCopy.Range range) implements Step {}

        /// Continue a range handed over by another stream.
        record Resume(RangeSink sink) implements Step {}

        /// Start an object; null for the next one of the catalog. [#started] has to follow.
        record Begin(@Nullable Start start) implements Step {}
    }

    private final CopyContext context;
    private final Restarts restarts;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition mayWork = lock.newCondition();
    private final Condition hasWork = lock.newCondition();
    private final Deque<ObjectCopy> open = new ArrayDeque<>();
    private final Deque<Start> requeued = new ArrayDeque<>();
    private final Deque<Start> deferred = new ArrayDeque<>();
    private final Deque<RangeSink> handedOver = new ArrayDeque<>();
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

    /// Sets the number of streams that may work.
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

    /// Sets the measured speed of a connection.
    void speed(Ranges.Speed now) {
        speed = now;
    }

    /// Whether the stream with this number may work.
    boolean mayWork(int number) {
        return number < wanted;
    }

    /// Waits for the next task; null when there will be none.
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
            // Outside the lock: the other stream may be writing at the moment.
            longest.shorten(wanted, speed);
        }
    }

    private @Nullable Step poll() {
        RangeSink resumed = handedOver.poll();
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
        Start start = requeued.poll();
        if (start == null && exhausted && starting == 0 && restarts.isEmpty()) {
            start = deferred.poll();
        }
        if (start == null && exhausted) {
            // Other streams are working; one of their objects may have to be restarted.
            return null;
        }
        starting++;
        return new Step.Begin(start);
    }

    /// Number of bytes of an object that a stream should request now.
    long chunk(ObjectCopy copy) {
        return copy.inOrder() ? Long.MAX_VALUE : Ranges.chunk(bytesLeft(copy), wanted, speed);
    }

    /// Bytes not yet being fetched, including those of an object that is being started.
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

    /// The range with most bytes left, if a part of it is worth another stream.
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
            hasWork.awaitNanos(TimeUnit.MILLISECONDS.toNanos(POLL_MILLIS));
        }
    }

    private boolean done() {
        return context.ended()
                || (exhausted
                        && starting == 0
                        && requeued.isEmpty()
                        && deferred.isEmpty()
                        && open.isEmpty()
                        && handedOver.isEmpty()
                        && restarts.isEmpty());
    }

    private void wakeAll() {
        mayWork.signalAll();
        hasWork.signalAll();
    }

    /// How an object that starts now should be divided.
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

    /// An object has pending ranges.
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

    /// A [Step.Begin] is done.
    ///
    /// @param last whether the catalog is exhausted
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
            } else if (exhausted && !deferred.isEmpty()) {
                hasWork.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Queues an object to be restarted.
    ///
    /// @param last whether to start it after everything else
    void requeue(Start start, boolean last) {
        lock.lock();
        try {
            (last ? deferred : requeued).add(start);
            hasWork.signal();
        } finally {
            lock.unlock();
        }
    }

    /// A stream that may no longer work hands its range over to others.
    void handOver(RangeSink sink) {
        lock.lock();
        try {
            handedOver.add(sink);
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

    /// A range is no longer being fetched.
    void inactive(RangeSink sink) {
        lock.lock();
        try {
            active.remove(sink);
        } finally {
            lock.unlock();
        }
    }

    /// Wakes the waiting streams if there is no more work.
    void check() {
        lock.lock();
        try {
            if (done()) {
                wakeAll();
            } else if (exhausted && !deferred.isEmpty()) {
                hasWork.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }
}
