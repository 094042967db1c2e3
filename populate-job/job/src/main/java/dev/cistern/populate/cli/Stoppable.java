package dev.cistern.populate.cli;

import dev.cistern.populate.StopHook;
import java.util.function.IntSupplier;

/// Runs a subcommand that SIGINT or SIGTERM interrupts, and that then still tells its result.
final class Stoppable {
    private static final long STOP_MILLIS = 10_000;

    private static final int STOPPED = 130;

    private Stoppable() {}

    /// Runs it; returns its exit code, unless the process is being stopped: then that is the signal's, as shells expect.
    ///
    /// @param work is interrupted by a stop, and has 10 s to end
    static int run(IntSupplier work) {
        // A process that cannot tell its result must not hang.
        StopHook stop =
                new StopHook(
                        STOP_MILLIS,
                        told -> {
                            if (!told) {
                                Runtime.getRuntime().halt(1);
                            }
                        });
        int exitCode;
        boolean asked;
        try {
            exitCode = work.getAsInt();
        } finally {
            stop.told();
            asked = !stop.withdraw();
        }
        return asked ? STOPPED : exitCode;
    }
}
