package dev.cistern.populate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.populate.Main;
import dev.cistern.populate.target.FileNames;
import dev.cistern.populate.testing.ChildJvm;
import dev.cistern.populate.testing.FaultyS3;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Names beyond ASCII, whatever locale the process is started with.
class FileNamesTest {
    /// Composed and decomposed é are two names; each of the last three is as long as Linux takes.
    private static final List<String> NAMES =
            List.of(
                    "\u00e9t\u00e9.txt",
                    "e\u0301te\u0301.txt",
                    "\u65e5\u672c.txt",
                    "\ud83d\udc69\u200d\ud83d\ude80.bin",
                    "\u65e5".repeat(85),
                    "\ud83d\ude80".repeat(63) + "abc",
                    "a".repeat(255));

    @TempDir Path directory;
    private final FaultyS3 server;

    FileNamesTest() throws IOException {
        server = new FaultyS3();
    }

    @BeforeEach
    void theTestItselfSeesNames() {
        assertThat(FileNames.utf8()).isTrue();
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "LC_ALL=POSIX",
                "LC_ALL=C",
                "LANG=C",
                "LC_CTYPE=de_XX.ISO-8859-1",
                "LC_ALL=C.UTF-8 LOCPATH=/nowhere",
                "LC_ALL=C.UTF-8"
            })
    void everyNameArrivesUnderEveryLocale(String locale) throws Exception {
        for (String name : NAMES) {
            server.put("d\u00e9p\u00f4t/" + name, name.getBytes(StandardCharsets.UTF_8));
        }
        Path target = directory.resolve("\u30c7\u30fc\u30bf");
        assertThat(fill(locale, "s3://bucket/d\u00e9p\u00f4t/", target)).as(log()).isZero();
        for (String name : NAMES) {
            assertThat(target.resolve(name)).content().isEqualTo(name);
        }
        try (Stream<Path> files = Files.list(target)) {
            assertThat(files).hasSize(NAMES.size());
        }
    }

    @Test
    void aNameThatIsTooLongIsRefusedInItsOwnLetters() throws Exception {
        String name = "\u00e9".repeat(128);
        server.put("t/" + name, new byte[1]);
        assertThat(fill("LC_ALL=POSIX", "s3://bucket/t/", directory.resolve("t"))).isEqualTo(3);
        assertThat(log()).contains("UnsafeKey").contains("t/" + name).contains("255 bytes");
    }

    @Test
    void whereNamesCannotBeUtf8TheFillEndsWithOneWord() {
        String before = System.setProperty("sun.jnu.encoding", "ANSI_X3.4-1968");
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        try {
            PrintStream to = new PrintStream(said, true, StandardCharsets.UTF_8);
            Map<String, String> environment = Map.of("AWS_ENDPOINT_URL", server.endpoint());
            String target = directory.resolve("t").toString();
            assertThat(new FillCommand(environment, to, to).run(new String[] {"s3://b/t/", target}))
                    .isEqualTo(3);
        } finally {
            System.setProperty("sun.jnu.encoding", before);
        }
        assertThat(said.toString(StandardCharsets.UTF_8))
                .contains("InvalidConfiguration: file names cannot be UTF-8 here")
                .contains("\"ANSI_X3.4-1968\"")
                .contains("LC_ALL");
        assertThat(server.asked()).isEmpty();
    }

    private int fill(String locale, String source, Path target) throws Exception {
        ProcessBuilder builder =
                ChildJvm.of(Main.class.getName(), "fill", source, target.toString());
        Map<String, String> environment = builder.environment();
        List.of("LC_ALL", "LC_CTYPE", "LANG").forEach(environment::remove);
        environment.put("AWS_ENDPOINT_URL", server.endpoint());
        environment.put("AWS_ACCESS_KEY_ID", FaultyS3.KEY_ID);
        environment.put("AWS_SECRET_ACCESS_KEY", FaultyS3.SECRET);
        for (String variable : locale.isEmpty() ? new String[0] : locale.split(" ")) {
            environment.put(
                    variable.substring(0, variable.indexOf('=')),
                    variable.substring(variable.indexOf('=') + 1));
        }
        Process process =
                builder.redirectErrorStream(true)
                        .redirectOutput(directory.resolve("log").toFile())
                        .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    private String log() throws IOException {
        return Files.readString(directory.resolve("log"));
    }
}
