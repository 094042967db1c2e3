package dev.cistern.test.server;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/// One bucket's faults and counters, shared by all connections of the proxy.
final class BucketState {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    private Faults faults = Faults.NONE;
    private long lists;
    private long heads;
    private long gets;
    private long objectBytes;
    private long granted;
    private long refused;
    private long cut;
    private long denied;
    private int refusalsLeft;
    private int cutsLeft;
    private long paceNanos = System.nanoTime();

    void set(Faults faults) {
        lock.lock();
        try {
            this.faults = faults;
            refusalsLeft = faults.refuseRequests();
            cutsLeft = faults.cuts();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    Traffic traffic() {
        lock.lock();
        try {
            return new Traffic(lists, heads, gets, objectBytes, refused, cut, denied);
        } finally {
            lock.unlock();
        }
    }

    Faults faults() {
        lock.lock();
        try {
            return faults;
        } finally {
            lock.unlock();
        }
    }

    void sawList() {
        lock.lock();
        lists++;
        lock.unlock();
    }

    void sawHead() {
        lock.lock();
        heads++;
        lock.unlock();
    }

    void sawGet() {
        lock.lock();
        gets++;
        lock.unlock();
    }

    void sawDenied() {
        lock.lock();
        denied++;
        lock.unlock();
    }

    boolean refuses() {
        lock.lock();
        try {
            if (refusalsLeft == 0) {
                return false;
            }
            refusalsLeft--;
            refused++;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /// Whether a response that has sent `sent` bytes of an object is cut off now.
    boolean cuts(long sent) {
        lock.lock();
        try {
            if (cutsLeft == 0 || sent < faults.cutAfterBytes()) {
                return false;
            }
            cutsLeft--;
            cut++;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /// Waits until some of `wanted` object bytes may be sent.
    ///
    /// @param clientGone polled while waiting
    /// @return number of bytes that may be sent; 0 if the client disconnected
    int permit(int wanted, BooleanSupplier clientGone) throws InterruptedException {
        lock.lock();
        try {
            while (true) {
                long gate = faults.gateAtBytes();
                long room = gate < 0 ? wanted : Math.min(wanted, gate - granted);
                if (room > 0) {
                    granted += room;
                    pace(room);
                    return (int) room;
                }
                if (clientGone.getAsBoolean()) {
                    return 0;
                }
                changed.await(100, TimeUnit.MILLISECONDS);
            }
        } finally {
            lock.unlock();
        }
    }

    /// Sleeps for as long as `bytes` take at the rate, without the lock.
    private void pace(long bytes) throws InterruptedException {
        long rate = faults.bytesPerSecond();
        if (rate == 0) {
            return;
        }
        paceNanos = Math.max(paceNanos, System.nanoTime()) + bytes * 1_000_000_000L / rate;
        long until = paceNanos;
        for (long left;
                (left = until - System.nanoTime()) > 0 && faults.bytesPerSecond() == rate; ) {
            changed.awaitNanos(left);
        }
    }

    void sent(long bytes) {
        lock.lock();
        objectBytes += bytes;
        lock.unlock();
    }

    /// Returns bytes that were permitted but not sent.
    void notSent(long bytes) {
        lock.lock();
        try {
            granted -= bytes;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
