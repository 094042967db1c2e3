package dev.cistern.csi.pool;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Runs programs of the node.
final class Programs {

    /// Enough output for an error message.
    private static final int OUTPUT_BYTES = 2000;

    private Programs() {}

    /// @throws IOException when the program cannot be run, fails, or exceeds `timeout`; with its output
    static void run(Duration timeout, List<String> command) throws IOException {
        // The output stays in the pipe, which is large enough for these programs.
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            process.getOutputStream().close();
            if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IOException(
                        command.getFirst() + " was not done after " + timeout.toSeconds() + " s");
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
