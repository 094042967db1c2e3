package dev.cistern.csi.pool;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Programs of the node, run to their end.
final class Programs {

    /// Enough to say what went wrong.
    private static final int OUTPUT_BYTES = 2000;

    private Programs() {}

    /// @throws IOException when the program cannot be run, fails, or is not done within `patience`; with what it printed
    static void run(Duration patience, List<String> command) throws IOException {
        // What is printed waits in the pipe, which holds far more than these programs have to say.
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            process.getOutputStream().close();
            if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IOException(
                        command.getFirst() + " was not done after " + patience.toSeconds() + " s");
            }
            if (process.exitValue() != 0) {
                throw new IOException(
                        command.getFirst()
                                + " ended with "
                                + process.exitValue()
                                + ": "
                                + head(process));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException(command.getFirst() + " was interrupted");
        } finally {
            process.destroyForcibly();
        }
    }

    private static String head(Process process) throws IOException {
        return new String(process.getInputStream().readNBytes(OUTPUT_BYTES), StandardCharsets.UTF_8)
                .strip();
    }
}
