package dev.cistern.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExecTest {
    @TempDir Path directory;

    @Test
    void aProcessWhoseProgramCannotBeReplacedGoesOn() {
        byte[] missing = bytes(directory.resolve("missing").toString());
        assertThatThrownBy(() -> Exec.replaceProgram(missing, List.of(), List.of()))
                .isInstanceOf(LinuxException.class)
                .hasMessage("execve: ENOENT: no such file or directory");
    }

    @Test
    void theProgramGetsItsArgumentsAndItsEnvironmentInTheSameProcess() throws Exception {
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Replaced.class.getName())
                        .redirectErrorStream(true)
                        .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor()).as(said).isEqualTo(7);
        assertThat(said).isEqualTo("shell a b é " + process.pid() + "\n");
    }

    /// A process that becomes a shell.
    static final class Replaced {
        private Replaced() {}

        public static void main(String[] arguments) throws IOException {
            Exec.replaceProgram(
                    bytes("/bin/sh"),
                    Stream.of("sh", "-c", "echo \"$0 $1 $NAME $$\"; exit 7", "shell", "a b")
                            .map(ExecTest::bytes)
                            .toList(),
                    List.of(bytes("NAME=é")));
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
