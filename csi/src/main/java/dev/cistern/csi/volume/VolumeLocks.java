package dev.cistern.csi.volume;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/// One lock per volume with calls in progress. There are never more locks than calls, and calls are bounded.
public final class VolumeLocks {

    private static final class Counted extends ReentrantLock {
        int users;
    }

    private final Map<VolumeId, Counted> locks = new HashMap<>();

    /// Holds the lock until closed by the same thread.
    public interface Held extends AutoCloseable {
        @Override
        void close();
    }

    /// @param timeout maximum wait for a call that holds the lock
    /// @throws VolumeFailure.Pending when that call is still in progress after `timeout`
    public Held hold(VolumeId id, Duration timeout) {
        Counted lock = enter(id);
        boolean held = false;
        try {
            held = lock.tryLock(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            if (!held) {
                leave(id, lock);
            }
        }
        if (!held) {
            throw new VolumeFailure.Pending("another call for volume " + id + " is still at work");
        }
        return () -> {
            lock.unlock();
            leave(id, lock);
        };
    }

    /// Number of locked volumes, with and without waiters.
    public int size() {
        synchronized (locks) {
            return locks.size();
        }
    }

    private Counted enter(VolumeId id) {
        synchronized (locks) {
            Counted lock = locks.computeIfAbsent(id, _ -> new Counted());
            lock.users++;
            return lock;
        }
    }

    private void leave(VolumeId id, Counted lock) {
        synchronized (locks) {
            if (--lock.users == 0) {
                locks.remove(id);
            }
        }
    }
}
