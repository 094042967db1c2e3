package dev.cistern.csi;

import dev.cistern.csi.pool.LocalPool;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Clears away removed volumes: at once when told of one, and again every minute for what could not be cleared away then.
final class Janitor {

    private static final Duration PERIOD = Duration.ofMinutes(1);

    private final LocalPool pool;

    /// A crash may have left something: there is work at once.
    private final Semaphore work = new Semaphore(1);

    Janitor(LocalPool pool) {
        this.pool = pool;
    }

    /// Starts a thread that ends with the program: what it is cut off from is done after the next start.
    void start() {
        Thread.ofVirtual().name("janitor").start(this::run);
    }

    void wake() {
        work.release();
    }

    private void run() {
        try {
            while (true) {
                work.tryAcquire(PERIOD.toMillis(), TimeUnit.MILLISECONDS);
                work.drainPermits();
                pool.tidy();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
