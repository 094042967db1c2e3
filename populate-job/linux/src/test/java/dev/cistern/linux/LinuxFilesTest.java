package dev.cistern.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinuxFilesTest {
    @TempDir Path directory;

    @Test
    void aFilesTimesAreSetToTheMillisecondBeforeAndAfter1970() throws IOException {
        Path file = Files.createFile(directory.resolve("größe 1"));
        for (String time : new String[] {"2026-01-02T03:04:05.678Z", "1969-12-31T23:59:59.999Z"}) {
            LinuxFiles.setTimes(file, Instant.parse(time).toEpochMilli());
            BasicFileAttributes is = Files.readAttributes(file, BasicFileAttributes.class);
            assertThat(is.lastModifiedTime().toInstant()).isEqualTo(time);
            assertThat(is.lastAccessTime().toInstant()).isEqualTo(time);
        }
    }

    @Test
    void aShortPathAfterALongOneIsTheShortOne() throws IOException {
        Path longer = Files.createFile(directory.resolve("a-long-name-of-a-file"));
        Path shorter = Files.createFile(directory.resolve("a"));
        LinuxFiles.setTimes(longer, 1000);
        LinuxFiles.setTimes(shorter, 2000);
        assertThat(Files.getLastModifiedTime(longer).toMillis()).isEqualTo(1000);
        assertThat(Files.getLastModifiedTime(shorter).toMillis()).isEqualTo(2000);
    }

    @Test
    void failuresNameTheFileAndTheError() {
        Path missing = directory.resolve("missing");
        assertThatThrownBy(() -> LinuxFiles.setTimes(missing, 0))
                .isInstanceOf(LinuxException.class)
                .hasMessage("utimensat " + missing + ": ENOENT: no such file or directory");
        assertThatThrownBy(() -> LinuxFiles.freeInodes(missing))
                .isInstanceOf(LinuxException.class)
                .hasMessageStartingWith("statfs " + missing + ": ENOENT");
    }

    @Test
    void freeInodesAreCountedOrSaidToBeUnknown() throws IOException {
        assertThat(LinuxFiles.freeInodes(directory)).isNotZero();
        // It counts no files at all.
        assertThat(LinuxFiles.freeInodes(Path.of("/proc"))).isEqualTo(-1);
    }
}
