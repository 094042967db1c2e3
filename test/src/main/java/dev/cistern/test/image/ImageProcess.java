package dev.cistern.test.image;

import dev.cistern.test.cluster.ClusterException;
import dev.cistern.test.cluster.Command;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Runs a program of an image as in a pod: read-only root, its own `/tmp`, a volume at `/data`, user 65532, no
/// environment but the image's and the given one. It has its own mount namespace and the host's network.
public final class ImageProcess implements AutoCloseable {
    private static final String USER = "65532:65532";

    /// Each step `exec`s the next, so that a signal reaches the program.
    private static final String SCRIPT =
            """
            set -e
            root=$1 data=$2 user=$3
            shift 3
            mount --bind "$root" "$root"
            mount -o remount,bind,ro "$root"
            mount --rbind /proc "$root/proc"
            mount --rbind /dev "$root/dev"
            mount -t tmpfs -o mode=1777,size=64m tmp "$root/tmp"
            mount --bind "$data" "$root/data"
            exec chroot --userspec="$user" "$root" "$@"
            """;

    private final Process process;
    private final Path out;
    private final Path err;

    private ImageProcess(Process process, Path out, Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /// How it exited.
    ///
    /// @param exit its exit code; 128 plus the signal's number after a signal
    public record Ended(int exit, String out, String err) {}

    /// Starts the image's entry point.
    ///
    /// @param work directory for its output and for `volume/`, which it sees as `/data`
    public static ImageProcess start(
            ImageRoot image, Path work, Map<String, String> environment, List<String> arguments) {
        try {
            Path volume = Files.createDirectories(work.resolve("volume"));
            Command.of("chown", USER, volume.toString()).run().orThrow();
            List<String> command =
                    new ArrayList<>(
                            List.of(
                                    "unshare",
                                    "--mount",
                                    "sh",
                                    "-c",
                                    SCRIPT,
                                    "sh",
                                    image.directory().toString(),
                                    volume.toString(),
                                    USER));
            command.addAll(image.entrypoint());
            command.addAll(arguments);
            ProcessBuilder builder = new ProcessBuilder(command);
            Map<String, String> variables = builder.environment();
            String path = variables.getOrDefault("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
            variables.clear();
            variables.put("PATH", path);
            variables.putAll(image.environment());
            variables.putAll(environment);
            Path out = work.resolve("out");
            Path err = work.resolve("err");
            Process process =
                    builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
            process.getOutputStream().close();
            return new ImageProcess(process, out, err);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Waits until it exits.
    ///
    /// @throws ClusterException when it does not exit within `limit`; the program is killed then
    public Ended await(Duration limit) {
        try {
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                close();
                throw new ClusterException(
                        "the image's program did not end within %d s; it said:%n%s"
                                .formatted(limit.toSeconds(), text(err)));
            }
            return new Ended(process.exitValue(), text(out), text(err));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            close();
            throw new ClusterException("interrupted", e);
        }
    }

    /// Kills it without notice, like a power failure of the node.
    public void kill() {
        process.destroyForcibly();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
