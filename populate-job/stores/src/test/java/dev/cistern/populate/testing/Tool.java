package dev.cistern.populate.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Somebody else's command, such as `oras`, built once per version.
public final class Tool {
    private final Path program;
    private final Path directory;

    private Tool(Path program, Path directory) {
        this.program = program;
        this.directory = directory;
    }

    /// @param directory that it works in, and that is its home
    public static Tool of(String name, Path directory) throws IOException, InterruptedException {
        return new Tool(Parts.program(name), Files.createDirectories(directory));
    }

    /// Runs it to its end; what it prints.
    ///
    /// @throws IOException when it fails, with what it said
    public String run(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
        builder.environment().put("HOME", directory.toString());
        builder.environment().put("DOCKER_CONFIG", directory.resolve(".docker").toString());
        Path errors = Files.createTempFile("tool", ".log");
        try {
            Process process = builder.redirectError(errors.toFile()).start();
            process.getOutputStream().close();
            String printed =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IOException(
                        String.join(" ", command) + ": " + printed + Files.readString(errors));
            }
            return printed;
        } finally {
            Files.delete(errors);
        }
    }
}
