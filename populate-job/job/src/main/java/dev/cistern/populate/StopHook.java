package dev.cistern.populate;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Lets a process that is asked to stop report its result first: interrupts the thread that created this, and waits for
/// it.
public final class StopHook {
    /// Called before the process ends.
    @FunctionalInterface
    public interface Last {
        /// @param told whether the result was reported in time
        void end(boolean told);
    }

    private final CountDownLatch told = new CountDownLatch(1);
    private final Thread hook;

    /// @param graceMillis maximum wait for the result
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

    /// Removes the hook: the work is done, and a stop no longer changes its result.
    ///
    /// @return false when the process is already stopping
    public boolean withdraw() {
        try {
            return Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            return false;
        }
    }

    /// The result was reported: the process may end.
    public void told() {
        told.countDown();
    }
}
