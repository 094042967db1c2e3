package dev.cistern.csi;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// The plugin as a separate process, as in its container.
final class Plugin implements AutoCloseable {

    private final Path directory;
    private final Process process;

    /// @param directory for the pool, the sockets and the log
    static Plugin start(Path directory, Map<String, String> environment) throws IOException {
        Plugin plugin = new Plugin(directory, environment);
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(20))
                .failFast("the plugin ended:\n" + directory, () -> !plugin.process.isAlive())
                .until(() -> plugin.log().contains("ready"));
        return plugin;
    }

    private Plugin(Path directory, Map<String, String> environment) throws IOException {
        this.directory = directory;
        ProcessBuilder builder =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--enable-native-access=ALL-UNNAMED",
                                "--sun-misc-unsafe-memory-access=allow",
                                "-XX:+UseSerialGC",
                                "-XX:+UseCompactObjectHeaders",
                                "-XX:TieredStopAtLevel=1",
                                "-Xmx32m",
                                "-cp",
                                System.getProperty("java.class.path"),
                                "dev.cistern.csi.Main")
                        .redirectErrorStream(true)
                        .redirectOutput(
                                ProcessBuilder.Redirect.to(directory.resolve("log").toFile()));
        builder.environment()
                .putAll(
                        Map.of(
                                "NODE_NAME",
                                "n1",
                                "CSI_ENDPOINT",
                                "unix://" + socket(),
                                "CISTERN_REGISTRATION_SOCKET",
                                registrationSocket().toString(),
                                "CISTERN_HTTP_ADDRESS",
                                "127.0.0.1:0",
                                "CISTERN_POOL_DIR",
                                directory.resolve("pool").toString(),
                                "CISTERN_POOL_SIZE",
                                "8Gi"));
        builder.environment().putAll(environment);
        this.process = builder.start();
    }

    Path socket() {
        return directory.resolve("csi.sock");
    }

    Path registrationSocket() {
        return directory.resolve("reg.sock");
    }

    String log() throws IOException {
        Path log = directory.resolve("log");
        return Files.exists(log) ? Files.readString(log) : "";
    }

    int httpPort() throws IOException {
        return Integer.parseInt(log().replaceAll("(?s).*httpPort=\"(\\d+)\".*", "$1"));
    }

    long residentKib() throws IOException {
        return Files.readAllLines(Path.of("/proc", String.valueOf(process.pid()), "status"))
                .stream()
                .filter(line -> line.startsWith("VmRSS"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }

    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /// @return the exit code
    int stop() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            throw new AssertionError("the plugin did not end when it was told to");
        }
        return process.exitValue();
    }

    @Override
    public void close() throws InterruptedException {
        kill();
    }

    /// Runs a program to completion.
    ///
    /// @return its output
    static String run(Duration patience, List<String> command)
            throws IOException, InterruptedException {
        Path output = Files.createTempFile("run", ".out");
        try {
            ProcessBuilder builder =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(output.toFile());
            builder.environment().remove("AWS_CA_BUNDLE");
            Process process = builder.start();
            if (!process.waitFor(patience.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
                throw new AssertionError(command + " was not done:\n" + Files.readString(output));
            }
            String text = Files.readString(output, StandardCharsets.UTF_8);
            if (process.exitValue() != 0) {
                throw new AssertionError(
                        command + " ended with " + process.exitValue() + ":\n" + text);
            }
            return text;
        } finally {
            Files.delete(output);
        }
    }
}
