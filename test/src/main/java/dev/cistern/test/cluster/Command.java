package dev.cistern.test.cluster;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Runs one program to its end, with a timeout, and keeps its output (both streams together, at most 16 MiB).
public final class Command {
    private static final int MAX_OUTPUT_CHARS = 16 << 20;

    private final List<String> argv;
    private final Map<String, String> environment = new HashMap<>();
    private Duration limit = Duration.ofSeconds(60);
    private Consumer<String> eachLine = line -> {};
    private @Nullable String input;
    private @Nullable Path directory;

    private Command(List<String> argv) {
        this.argv = List.copyOf(argv);
    }

    /// Output and exit code of a program.
    public record Result(List<String> argv, int exit, String output) {
        public boolean ok() {
            return exit == 0;
        }

        /// The output, if the program exited with 0.
        ///
        /// @throws ClusterException otherwise, with the command and its output
        public String orThrow() {
            if (exit != 0) {
                throw new ClusterException(
                        "`%s` ended with %d:%n%s".formatted(String.join(" ", argv), exit, output));
            }
            return output;
        }
    }

    public static Command of(List<String> argv) {
        return new Command(argv);
    }

    public static Command of(String... argv) {
        return new Command(List.of(argv));
    }

    public Command env(String name, String value) {
        environment.put(name, value);
        return this;
    }

    /// Timeout after which it is killed. Default 60 s.
    public Command within(Duration limit) {
        this.limit = limit;
        return this;
    }

    public Command eachLine(Consumer<String> consumer) {
        this.eachLine = consumer;
        return this;
    }

    public Command input(String text) {
        this.input = text;
        return this;
    }

    public Command in(Path directory) {
        this.directory = directory;
        return this;
    }

    /// @throws ClusterException if the program cannot be started or does not end in time
    public Result run() {
        var builder = new ProcessBuilder(argv).redirectErrorStream(true);
        builder.environment().putAll(environment);
        if (directory != null) {
            builder.directory(directory.toFile());
        }
        try {
            Process process = builder.start();
            var output = new StringBuilder();
            Thread reader = Thread.ofVirtual().start(() -> read(process, output));
            try (var stdin = process.getOutputStream()) {
                if (input != null) {
                    stdin.write(input.getBytes(StandardCharsets.UTF_8));
                }
            } catch (IOException e) {
                // The program exited without reading all of its input; its exit code says whether
                // that was an error.
            }
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                var all = new ArrayList<>(process.descendants().toList());
                process.destroyForcibly();
                all.forEach(ProcessHandle::destroyForcibly);
                throw new ClusterException(
                        "`%s` did not end within %d s:%n%s"
                                .formatted(
                                        String.join(" ", argv),
                                        limit.toSeconds(),
                                        snapshot(output)));
            }
            // A daemon that the program started may hold the pipe open: the output read by now is
            // complete.
            reader.join(Duration.ofSeconds(2));
            return new Result(argv, process.exitValue(), snapshot(output));
        } catch (IOException e) {
            throw new ClusterException("cannot start `" + String.join(" ", argv) + "`", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClusterException("interrupted while `" + argv.getFirst() + "` ran", e);
        }
    }

    private static String snapshot(StringBuilder output) {
        synchronized (output) {
            return output.toString();
        }
    }

    private void read(Process process, StringBuilder output) {
        try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line; (line = reader.readLine()) != null; ) {
                eachLine.accept(line);
                synchronized (output) {
                    if (output.length() < MAX_OUTPUT_CHARS) {
                        output.append(line).append('\n');
                    }
                }
            }
        } catch (IOException | UncheckedIOException e) {
            // The process was killed: the output read so far is all.
        }
    }
}
