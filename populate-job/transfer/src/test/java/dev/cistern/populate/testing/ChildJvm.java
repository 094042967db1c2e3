package dev.cistern.populate.testing;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A child process with the same classes, for tests that end a process.
public final class ChildJvm {
    private ChildJvm() {}

    /// A process that runs `main` and may be killed.
    public static ProcessBuilder of(String main, String... arguments) {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "-Xmx96m",
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                main));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command);
    }
}
