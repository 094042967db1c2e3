package dev.cistern.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LinuxExceptionTest {
    private static final long FIONREAD = 0x541B;

    @TempDir Path directory;

    @Test
    void theKernelsErrorsArriveWithTheirNumbersAndNames() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        Path link = Files.createSymbolicLink(directory.resolve("link"), file);
        int nofollow = Descriptor.O_RDONLY | Descriptor.O_NOFOLLOW;

        assertFails(() -> Descriptor.open(directory.resolve("no"), 0), 2, "/no: ENOENT: ");
        assertFails(() -> Descriptor.open(file.resolve("x"), 0), 20, "/file/x: ENOTDIR: ");
        assertFails(() -> Descriptor.open(directory, Descriptor.O_RDWR), 21, ": EISDIR: ");
        assertFails(() -> Descriptor.open(link, nofollow), 40, "/link: ELOOP: ");
        assertFails(
                () -> {
                    try (Descriptor open = Descriptor.open(directory, Descriptor.O_RDONLY)) {
                        open.ioctl("FIONREAD here", FIONREAD, Structs.of(4));
                    }
                },
                25,
                "FIONREAD here: ENOTTY: ");
        assertFails(
                () -> {
                    try (Descriptor open = Descriptor.open(file, Descriptor.O_RDONLY)) {
                        open.allocate(1);
                    }
                },
                9,
                "fallocate: EBADF: ");
        assertFails(
                () -> {
                    try (Descriptor open = Descriptor.open(file, Descriptor.O_RDWR)) {
                        open.allocate(0);
                    }
                },
                22,
                "fallocate: EINVAL: ");
    }

    private static void assertFails(ThrowingCallable call, int errno, String text) {
        LinuxException failure = catchThrowableOfType(LinuxException.class, call);
        assertThat(failure.errno()).isEqualTo(errno);
        assertThat(failure).hasMessageContaining(text);
    }

    @Test
    void aPathThatTheKernelWouldNotTakeIsRefusedAsTheKernelDoes() {
        Path longest = directory.resolve("x/".repeat(2048));

        assertFails(
                () -> Descriptor.open(longest, 0), LinuxException.ENAMETOOLONG, ": ENAMETOOLONG: ");
        assertThatThrownBy(() -> LinuxFiles.setTimes(longest, 0))
                .isInstanceOf(LinuxException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "1, EPERM",
        "2, ENOENT",
        "5, EIO",
        "6, ENXIO",
        "9, EBADF",
        "13, EACCES",
        "16, EBUSY",
        "17, EEXIST",
        "19, ENODEV",
        "20, ENOTDIR",
        "21, EISDIR",
        "22, EINVAL",
        "25, ENOTTY",
        "27, EFBIG",
        "28, ENOSPC",
        "30, EROFS",
        "36, ENAMETOOLONG",
        "38, ENOSYS",
        "39, ENOTEMPTY",
        "40, ELOOP",
        "95, EOPNOTSUPP",
        "116, ESTALE",
        "122, EDQUOT"
    })
    void numbersHaveTheirNames(int errno, String name) {
        assertThat(LinuxException.describe(errno)).startsWith(name + ": ");
    }

    @Test
    void anUnknownNumberIsTold() {
        LinuxException failure = new LinuxException("call", 77);

        assertThat(failure).hasMessage("call: errno 77");
        assertThat(failure.errno()).isEqualTo(77);
    }

    @Test
    void twoNumbersMeanThatThereIsNoRoom() {
        assertThat(
                        IntStream.rangeClosed(0, 200)
                                .filter(errno -> new LinuxException("call", errno).outOfSpace()))
                .containsExactly(LinuxException.ENOSPC, LinuxException.EDQUOT);
        assertThat(LinuxException.describe(LinuxException.ENOSPC))
                .contains("No space left on device");
        assertThat(LinuxException.describe(LinuxException.EDQUOT)).contains("Disk quota exceeded");
    }
}
