package dev.cistern.csi.pool;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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
        Path output = Files.createTempFile("cistern-csi", ".out");
        try {
            Process process =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(output.toFile())
                            .start();
            try {
                if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                    throw new IOException(
                            command.getFirst()
                                    + " was not done after "
                                    + patience.toSeconds()
                                    + " s");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException(command.getFirst() + " was interrupted");
            } finally {
                process.destroyForcibly();
            }
            if (process.exitValue() != 0) {
                throw new IOException(
                        command.getFirst()
                                + " ended with "
                                + process.exitValue()
                                + ": "
                                + head(output));
            }
        } finally {
            Files.deleteIfExists(output);
        }
    }

    private static String head(Path output) throws IOException {
        try (var in = Files.newInputStream(output)) {
            return new String(in.readNBytes(OUTPUT_BYTES), StandardCharsets.UTF_8).strip();
        }
    }
}
