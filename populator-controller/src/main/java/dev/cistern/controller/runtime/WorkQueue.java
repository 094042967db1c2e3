package dev.cistern.controller.runtime;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A queue of keys, each at most once in the queue and with at most one worker at a time.
///
/// A key that is added while a worker has it is queued again when the worker is done: no change is lost and no key is
/// processed concurrently. A delayed key uses the earliest requested time. The queue holds each key once, so it is
/// bounded by the number of objects in the cluster.
///
/// @param <K> the key, with value equality
public final class WorkQueue<K> {
    private static final Duration FIRST_BACKOFF = Duration.ofMillis(100);

    /// Maximum backoff of a key that keeps failing.
    private static final Duration LAST_BACKOFF = Duration.ofSeconds(30);

    private final Deque<K> ready = new ArrayDeque<>();
    private final Set<K> queued = new HashSet<>();
    private final Set<K> working = new HashSet<>();
    private final Set<K> dirty = new HashSet<>();
    private final PriorityQueue<Delayed<K>> delayed = new PriorityQueue<>();
    private final Map<K, Long> dueNanos = new HashMap<>();
    private final Map<K, Integer> failures = new HashMap<>();
    private boolean closed;

    private record Delayed<K>(long atNanos, K key) implements Comparable<Delayed<K>> {
        @Override
        public int compareTo(Delayed<K> other) {
            return Long.compare(atNanos - other.atNanos, 0);
        }
    }

    /// Adds a key.
    public synchronized void add(K key) {
        if (closed) {
            return;
        }
        if (working.contains(key)) {
            dirty.add(key);
        } else if (queued.add(key)) {
            ready.add(key);
            notify();
        }
    }

    /// Adds a key after a delay, unless it is due earlier.
    public synchronized void add(K key, Duration delay) {
        if (closed) {
            return;
        }
        long at = System.nanoTime() + delay.toNanos();
        Long known = dueNanos.get(key);
        if (known == null || at - known < 0) {
            dueNanos.put(key, at);
            delayed.add(new Delayed<>(at, key));
            notify();
        }
    }

    /// Adds a key after a failure, with exponential backoff.
    public synchronized void retry(K key) {
        add(key, backoff(failures.merge(key, 1, Integer::sum)));
    }

    /// Backoff after a number of consecutive failures.
    static Duration backoff(int failures) {
        // 2^9 × 100 ms is beyond the cap; a larger shift would overflow.
        Duration delay = FIRST_BACKOFF.multipliedBy(1L << Math.min(failures - 1, 9));
        return delay.compareTo(LAST_BACKOFF) > 0 ? LAST_BACKOFF : delay;
    }

    /// Waits for the next key.
    ///
    /// @return null when the queue is closed
    /// @throws InterruptedException when the waiting thread is interrupted
    public synchronized @Nullable K take() throws InterruptedException {
        while (!closed) {
            promote();
            K key = ready.poll();
            if (key != null) {
                queued.remove(key);
                working.add(key);
                return key;
            }
            Delayed<K> next = delayed.peek();
            if (next == null) {
                wait();
            } else {
                long millis = (next.atNanos - System.nanoTime()) / 1_000_000 + 1;
                wait(Math.max(1, millis));
            }
        }
        return null;
    }

    private void promote() {
        long now = System.nanoTime();
        Delayed<K> next = delayed.peek();
        while (next != null && next.atNanos - now <= 0) {
            delayed.poll();
            Long due = dueNanos.get(next.key);
            // An entry superseded by an earlier one is stale.
            if (due != null && due == next.atNanos) {
                dueNanos.remove(next.key);
                add(next.key);
            }
            next = delayed.peek();
        }
    }

    /// Marks a key as processed.
    ///
    /// @param success whether to reset the key's failures
    public synchronized void done(K key, boolean success) {
        if (success) {
            failures.remove(key);
        }
        working.remove(key);
        if (dirty.remove(key)) {
            add(key);
        }
    }

    /// Number of keys that are ready.
    public synchronized int depth() {
        return ready.size();
    }

    /// Number of keys being processed.
    public synchronized int working() {
        return working.size();
    }

    /// Closes the queue: waiting workers return, and no key is handed out any more.
    public synchronized void close() {
        closed = true;
        notifyAll();
    }
}
