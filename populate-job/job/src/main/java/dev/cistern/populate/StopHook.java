package dev.cistern.populate;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Lets a process that is asked to stop tell its result first: interrupts the thread that made this, and waits for it.
public final class StopHook {
    /// What is done last.
    @FunctionalInterface
    public interface Last {
        /// @param told whether the result was told in time
        void end(boolean told);
    }

    private final CountDownLatch told = new CountDownLatch(1);
    private final Thread hook;

    /// @param graceMillis how long the result is waited for
    public StopHook(long graceMillis, Last last) {
        Thread main = Thread.currentThread();
        hook =
                new Thread(
                        () -> {
                            main.interrupt();
                            try {
                                last.end(told.await(graceMillis, TimeUnit.MILLISECONDS));
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        },
                        "stop");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /// The work is over, and being asked to stop no longer changes its result.
    ///
    /// @return false when the process has been asked already
    public boolean withdraw() {
        try {
            return Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            return false;
        }
    }

    /// The result was told: the process may end.
    public void told() {
        told.countDown();
    }
}
