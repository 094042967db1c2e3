package dev.cistern.populate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The image's JVM options.
class JvmOptionsTest {
    private static final Pattern HEAP = Pattern.compile(" MaxHeapSize += (\\d+)");

    /// A JVM gives the heap half of the memory where that is less than some 250 MiB, whatever MaxRAMPercentage says:
    /// with 256 MiB only 40 MiB were left for the page cache, and a fill of a million files was killed by the kernel.
    /// With four hundred streams, whose stacks and buffers take 65 MiB, two fifths are too much as well.
    @ParameterizedTest
    @ValueSource(ints = {128, 256, 512, 4096})
    void theHeapIsAThirdOfTheMemory(int mebibytes) throws IOException {
        long limit = (long) mebibytes << 20;
        Process java =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:MaxRAM=" + limit,
                                "@" + Path.of("jvm.options").toAbsolutePath(),
                                "-XX:+PrintFlagsFinal",
                                "-version")
                        .redirectErrorStream(true)
                        .start();
        java.getOutputStream().close();
        String said = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        Matcher heap = HEAP.matcher(said);
        assertThat(heap.find()).as(said).isTrue();
        assertThat(Long.parseLong(heap.group(1))).isBetween(limit * 30 / 100, limit * 33 / 100);
    }
}
