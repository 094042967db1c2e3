package dev.cistern.populate;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MemoryTest {
    @TempDir Path directory;

    /// Contents of the container's limit file, the requested limit and the result, in MiB.
    @ParameterizedTest
    @CsvSource({
        "max, 0, 256",
        "max, 1024, 1024",
        "9223372036854771712, 0, 256",
        "536870912, 0, 512",
        "2147483648, 0, 2048",
        "134217728, 0, 128",
        "268435456, 1024, 256",
        "1073741824, 256, 256",
        "nonsense, 0, 256",
    })
    void itFollowsTheContainer(String limit, long askedMib, long expectedMib) throws Exception {
        Path file = Files.writeString(directory.resolve("memory.max"), limit + "\n");
        assertThat(Memory.limit(askedMib << 20, List.of(directory.resolve("none"), file)))
                .isEqualTo(expectedMib << 20);
    }
}
