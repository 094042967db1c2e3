package dev.cistern.populate.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
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
    void aFilesTimesAreSetToTheMillisecondBeforeAndAfter1970() throws IOException {
        Path file = Files.createFile(directory.resolve("größe 1"));
        for (String time : new String[] {"2026-01-02T03:04:05.678Z", "1969-12-31T23:59:59.999Z"}) {
            calls().setTimes(file, Instant.parse(time).toEpochMilli());
            BasicFileAttributes is = Files.readAttributes(file, BasicFileAttributes.class);
            assertThat(is.lastModifiedTime().toInstant()).isEqualTo(time);
            assertThat(is.lastAccessTime().toInstant()).isEqualTo(time);
        }
    }

    @Test
    void aShortPathAfterALongOneIsTheShortOne() throws IOException {
        Path longer = Files.createFile(directory.resolve("a-long-name-of-a-file"));
        Path shorter = Files.createFile(directory.resolve("a"));
        calls().setTimes(longer, 1000);
        calls().setTimes(shorter, 2000);
        assertThat(Files.getLastModifiedTime(longer).toMillis()).isEqualTo(1000);
        assertThat(Files.getLastModifiedTime(shorter).toMillis()).isEqualTo(2000);
    }

    @Test
    void errorsNameTheFileAndTheErrno() {
        Path missing = directory.resolve("missing");
        assertThatThrownBy(() -> calls().setTimes(missing, 0))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(missing.toString())
                .hasMessageContaining("errno 2");
        Path endless = directory.resolve("x/".repeat(2048));
        assertThatThrownBy(() -> calls().setTimes(endless, 0)).isInstanceOf(IOException.class);
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
}
