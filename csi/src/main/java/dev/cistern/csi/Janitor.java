package dev.cistern.csi;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Deletes the content of removed volumes: at once when woken, and every minute for what could not be deleted then. A
/// pass that fails by a bug is logged and the next one runs anyway: otherwise the pool would fill up silently.
final class Janitor {

    private static final Logger LOG = LoggerFactory.getLogger(Janitor.class);

    private static final Duration PERIOD = Duration.ofMinutes(1);

    private final Runnable pass;

    /// A crash may have left content, so the first pass runs at once.
    private final Semaphore work = new Semaphore(1);

    /// @param pass deletes what can be deleted now
    Janitor(Runnable pass) {
        this.pass = pass;
    }

    /// Starts a daemon thread: interrupted work is continued after the next start.
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
                tryPass();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void tryPass() {
        try {
            pass.run();
        } catch (RuntimeException e) {
            LOG.atError()
                    .setCause(e)
                    .log("removed volumes not cleared away by a bug; trying again");
        }
    }
}
