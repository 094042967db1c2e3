package dev.cistern.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DescriptorTest {
    /// How many bytes are left to read; an old ioctl, whose number tells no size.
    private static final long FIONREAD = 0x541B;

    /// `BTRFS_IOC_FS_INFO`, whose structure is 1,024 bytes.
    private static final long FS_INFO = 0x8400941FL;

    @TempDir Path directory;

    private static Path inProc(Descriptor open) {
        return Path.of("/proc/self/fd/" + open.number());
    }

    @Test
    void whatIsOpenIsClosedAndNotInherited() throws IOException {
        Path file = Files.createFile(directory.resolve("größe 1"));
        Descriptor open = Descriptor.open(file, Descriptor.O_RDWR);
        assertThat(Files.readSymbolicLink(inProc(open))).isEqualTo(file.toRealPath());
        // O_RDWR | O_CLOEXEC | O_LARGEFILE, as the kernel counts: in octal.
        assertThat(Files.readString(Path.of("/proc/self/fdinfo/" + open.number())))
                .containsPattern("flags:\\s+02\\d+2\n");

        open.close();

        assertThat(Files.exists(inProc(open), LinkOption.NOFOLLOW_LINKS)).isFalse();
    }

    @Test
    void aSecondCloseClosesNobodyElsesFile() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        Descriptor first = Descriptor.open(file, Descriptor.O_RDONLY);
        first.close();
        try (Descriptor second = Descriptor.open(file, Descriptor.O_RDONLY)) {
            first.close();
            assertThat(Files.readSymbolicLink(inProc(second))).isEqualTo(file.toRealPath());
        }
    }

    @Test
    void anIoctlsStructureComesBack() throws IOException {
        Path file = Files.write(directory.resolve("file"), new byte[70_000]);
        try (Descriptor open = Descriptor.open(file, Descriptor.O_RDONLY)) {
            ByteBuffer left = Structs.ofWords(-1, -1);

            assertThat(open.ioctl("FIONREAD", FIONREAD, left)).isZero();

            assertThat(left.getInt(0)).isEqualTo(70_000);
            assertThat(left.getLong(8)).isEqualTo(-1);
        }
    }

    @Test
    void aStructureThatIsTooSmallNeverReachesTheKernel() throws IOException {
        try (Descriptor open = Descriptor.open(directory, Descriptor.O_RDONLY)) {
            assertThatThrownBy(() -> open.ioctl("FS_INFO", FS_INFO, Structs.of(1023)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("1024");
        }
    }

    @Test
    void blocksAreReservedAndNoMoreThanThereAre() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        try (Descriptor open = Descriptor.open(file, Descriptor.O_RDWR)) {
            open.allocate(1 << 20);
            assertThat(Files.size(file)).isEqualTo(1 << 20);
            long beyond = Files.getFileStore(file).getTotalSpace() + (1L << 30);
            assertThatThrownBy(() -> open.allocate(beyond))
                    .isInstanceOfSatisfying(
                            LinuxException.class, e -> assertThat(e.outOfSpace()).isTrue());
        }
    }

    @Test
    void aFileSystemIsSynced() throws IOException {
        try (Descriptor open =
                Descriptor.open(directory, Descriptor.O_RDONLY | Descriptor.O_DIRECTORY)) {
            open.syncFileSystem();
        }
    }
}
