package dev.cistern.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CallMemoryTest {
    @TempDir Path directory;

    @Test
    void argumentsLieOneBehindTheOther() throws LinuxException {
        try (CallMemory memory = CallMemory.take()) {
            long first = memory.put("ab");
            long second = memory.put(Path.of("/é"));
            int words = memory.reserve(16);

            assertThat(second - first).isEqualTo(8);
            assertThat(memory.address(words) - second).isEqualTo(8);
            assertThat(memory.address(words) % 8).isZero();
            byte[] text = new byte[12];
            memory.bytes().get(0, text);
            assertThat(text).startsWith('a', 'b', 0).endsWith('/', 0xc3, 0xa9, 0);
        }
    }

    @Test
    void aStructureIsTakenWholeWhereverItsPositionIs() {
        ByteBuffer struct = Structs.ofWords(1, 2).position(8);
        try (CallMemory memory = CallMemory.take()) {
            int at = memory.put(struct);
            assertThat(memory.bytes().getLong(at)).isEqualTo(1);
            assertThat(memory.bytes().getLong(at + 8)).isEqualTo(2);
        }
    }

    @Test
    void thereIsRoomForTwoPathsAndNotForMoreThanThat() throws LinuxException {
        Path longest = Path.of("/" + "x".repeat(4094));
        try (CallMemory memory = CallMemory.take()) {
            memory.put(longest);
            memory.put(longest);
            memory.put("x".repeat(400));
            assertThatThrownBy(() -> memory.put(longest))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        try (CallMemory memory = CallMemory.take()) {
            assertThatThrownBy(() -> memory.put(Path.of("/" + "x".repeat(4095))))
                    .isInstanceOf(LinuxException.class)
                    .hasMessage("a path of 4096 bytes: ENAMETOOLONG: path too long");
        }
    }

    @Test
    void memoryThatIsGivenBackServesTheNextCall() {
        CallMemory first = CallMemory.take();
        first.reserve(100);
        first.close();
        try (CallMemory second = CallMemory.take();
                CallMemory third = CallMemory.take()) {
            assertThat(second).isSameAs(first);
            assertThat(second.reserve(8)).isZero();
            assertThat(third).isNotSameAs(second);
        }
    }

    @Test
    void callsOfManyThreadsDoNotMix() throws Exception {
        List<Future<?>> calls = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 1; i <= 300; i++) {
                Path file = Files.createFile(directory.resolve("file-" + "x".repeat(i % 50) + i));
                long millis = i * 1000L;
                calls.add(
                        threads.submit(
                                () -> {
                                    for (int round = 0; round < 10; round++) {
                                        LinuxFiles.setTimes(file, millis);
                                        assertThat(Files.getLastModifiedTime(file).toMillis())
                                                .isEqualTo(millis);
                                        Path missing = file.resolveSibling("missing-" + millis);
                                        assertThatThrownBy(() -> LinuxFiles.setTimes(missing, 1))
                                                .hasMessageContaining("ENOENT");
                                    }
                                    return null;
                                }));
            }
        }
        for (Future<?> call : calls) {
            call.get();
        }
    }
}
