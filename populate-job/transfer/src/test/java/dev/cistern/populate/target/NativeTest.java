package dev.cistern.populate.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cistern.populate.testing.ChildJvm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeTest {
    @TempDir Path directory;

    private @Nullable Native loaded;

    @BeforeEach
    void load() {
        assumeTrue(System.getProperty("os.name", "").equals("Linux"));
        loaded = Native.load(directory);
    }

    private Native calls() {
        return Objects.requireNonNull(loaded, "not loaded");
    }

    @AfterEach
    void close() {
        if (loaded != null) {
            loaded.close();
        }
    }

    @Test
    void aFilesTimeIsSetOrTheFileIsNamed() throws IOException {
        Path file = Files.createFile(directory.resolve("größe 1"));
        calls().setTimes(file, 1234);
        assertThat(Files.getLastModifiedTime(file).toMillis()).isEqualTo(1234);
        Path missing = directory.resolve("missing");
        assertThatThrownBy(() -> calls().setTimes(missing, 0))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(missing.toString())
                .hasMessageContaining("ENOENT");
    }

    @Test
    void blocksAreReservedAndNoMoreThanThereAre() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        if (calls().allocate(file, 1 << 20)) {
            assertThat(Files.size(file)).isEqualTo(1 << 20);
            long beyond = Files.getFileStore(file).getTotalSpace() + (1L << 30);
            assertThatThrownBy(() -> calls().allocate(file, beyond))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("No space left");
        }
        assertThat(calls().allocate(directory.resolve("missing"), 1)).isFalse();
    }

    @Test
    void linksAreNotFollowedWhenBlocksAreReserved() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        Path link = Files.createSymbolicLink(directory.resolve("link"), file);
        assertThat(calls().allocate(link, 4096)).isFalse();
        assertThat(Files.size(file)).isZero();
    }

    @Test
    void theFileSystemIsSyncedAndItsInodesCounted() throws IOException {
        calls().syncFileSystem();
        assertThat(calls().freeInodes()).isNotZero();
    }

    @Test
    void whatIsNotADirectoryIsNotHeldOpen() throws IOException {
        assertThat(Native.load(Files.createFile(directory.resolve("file")))).isNull();
    }

    @Test
    void whereNativeAccessIsDeniedNothingIsLoadedAndNothingFails() throws Exception {
        ProcessBuilder child = ChildJvm.of(Loader.class.getName(), directory.toString());
        child.command()
                .set(
                        child.command().indexOf("--enable-native-access=ALL-UNNAMED"),
                        "--illegal-native-access=deny");
        Process process = child.redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        assertThat(said).isEqualTo("false false\n");
    }

    /// Prints twice whether the calls could be loaded: the first failure differs from the second.
    static final class Loader {
        private Loader() {}

        public static void main(String[] arguments) {
            Path directory = Path.of(arguments[0]);
            boolean first = Native.load(directory) != null;
            boolean second = Native.load(directory) != null;
            System.out.print(first + " " + second + "\n");
        }
    }
}
