package dev.cistern.populate.http;

import java.io.Closeable;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Ends waits that take too long. A blocking channel has no read timeout of its own; closing it from another thread is
/// the way to end a read, and costs the reader two stores per read instead of a poll.
final class Watchdog implements Closeable {
    /// Something that may be waiting.
    interface Watched {
        /// When the present wait began, by `System.nanoTime()`; 0 while it is not waiting.
        long waitingSinceNanos();

        /// Makes the wait fail.
        void abortWait();
    }

    private final Set<Watched> watched = ConcurrentHashMap.newKeySet();
    private final long limitNanos;
    private final Thread thread;

    Watchdog(long limitMillis) {
        this.limitNanos = limitMillis * 1_000_000;
        long stepMillis = Math.max(10, Math.min(500, limitMillis / 4));
        this.thread =
                new Thread(
                        null,
                        () -> {
                            while (!Thread.currentThread().isInterrupted()) {
                                try {
                                    Thread.sleep(stepMillis);
                                } catch (InterruptedException e) {
                                    return;
                                }
                                look();
                            }
                        },
                        "http-watchdog",
                        256 * 1024);
        thread.setDaemon(true);
        thread.start();
    }

    void add(Watched connection) {
        watched.add(connection);
    }

    void remove(Watched connection) {
        watched.remove(connection);
    }

    /// Makes every wait fail, now and from now on.
    void abortAll() {
        watched.forEach(Watched::abortWait);
    }

    private void look() {
        long now = System.nanoTime();
        for (Watched connection : watched) {
            long since = connection.waitingSinceNanos();
            if (since != 0 && now - since > limitNanos) {
                connection.abortWait();
            }
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
