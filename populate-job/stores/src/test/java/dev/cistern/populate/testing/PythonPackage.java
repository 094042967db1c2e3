package dev.cistern.populate.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// A package of PyPI with what it needs, in a virtual environment of its own beside the parts of the cluster: installed
/// once per version.
public final class PythonPackage {
    private static final long INSTALL_MINUTES = 5;
    private final Path environment;

    private PythonPackage(Path environment) {
        this.environment = environment;
    }

    /// The package, installed if it is not there yet.
    public static PythonPackage of(String name, String version)
            throws IOException, InterruptedException {
        String given = System.getenv("CISTERN_CACHE");
        Path cache =
                given == null || given.isEmpty()
                        ? Path.of(System.getProperty("user.home"), ".cache", "cistern")
                        : Path.of(given);
        Path parts = Files.createDirectories(cache.resolve("parts"));
        Path there = parts.resolve(name + "-" + version);
        if (!Files.exists(there)) {
            Path made = Files.createTempDirectory(parts, ".building-" + name);
            run(List.of("python3", "-m", "venv", made.toString()));
            run(
                    List.of(
                            made.resolve("bin/python").toString(),
                            "-m",
                            "pip",
                            "install",
                            "--quiet",
                            "--disable-pip-version-check",
                            name + "==" + version));
            try {
                Files.move(made, there);
            } catch (FileAlreadyExistsException | java.nio.file.DirectoryNotEmptyException e) {
                // Another process was faster; its environment is the same.
                return new PythonPackage(there);
            }
        }
        return new PythonPackage(there);
    }

    private static void run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(INSTALL_MINUTES, TimeUnit.MINUTES) || process.exitValue() != 0) {
            throw new IOException(command + " failed: " + said);
        }
    }

    /// What a script prints.
    ///
    /// @param variables of its environment
    /// @param arguments of the script
    public String script(Path script, Map<String, String> variables, String... arguments)
            throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(
                        List.of(environment.resolve("bin/python").toString(), script.toString()));
        command.addAll(List.of(arguments));
        Path log = Files.createTempFile("python", ".log");
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(log.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("HF_"));
        builder.environment().putAll(variables);
        Process process = builder.start();
        String printed =
                new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(INSTALL_MINUTES, TimeUnit.MINUTES) || process.exitValue() != 0) {
            throw new IOException(script + " failed: " + Files.readString(log));
        }
        Files.delete(log);
        return printed;
    }
}
