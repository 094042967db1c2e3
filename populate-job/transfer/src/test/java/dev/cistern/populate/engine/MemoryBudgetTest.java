package dev.cistern.populate.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryBudgetTest {
    private static final long MIB = 1 << 20;

    /// Measured: 390 more streams with small buffers made a process 74 MiB larger.
    private static final double STREAM_MIB = 74.0 / 390;

    /// Measured share of the JVM's code, archive and compilers in 256 MiB.
    private static final double JVM_MIB = 74;

    /// With so many streams as the budget allows, and a heap that is full, the kernel must have room for pages that it
    /// cannot give up at once: with less than 20 MiB it killed fills of many small objects.
    @ParameterizedTest
    @ValueSource(longs = {256, 384, 512, 1024, 4096})
    void allStreamsTogetherLeaveRoomForThePageCache(long mebibytes) {
        MemoryBudget budget = MemoryBudget.of(mebibytes * MIB);

        double heap = mebibytes * 0.32;
        double buffers =
                (budget.largeBuffers() * (double) MemoryBudget.LARGE_BUFFER_BYTES
                                + budget.mediumBuffers() * (double) budget.mediumBufferBytes())
                        / MIB;
        double streams = budget.maxStreams() * STREAM_MIB;

        assertThat(heap + JVM_MIB + streams).isLessThan(mebibytes - 30);
        // There are few large objects: their streams have no small buffers.
        assertThat(heap + JVM_MIB + buffers).isLessThan(mebibytes - 30);
    }

    @Test
    void theNumbersOfTheDescription() {
        MemoryBudget usual = MemoryBudget.of(256 * MIB);
        MemoryBudget little = MemoryBudget.of(64 * MIB);

        assertThat(usual.maxStreams()).isEqualTo(293);
        assertThat(usual.maxTlsStreams()).isEqualTo(186);
        assertThat(usual.largeBuffers()).isEqualTo(8);
        assertThat(usual.mediumBuffers()).isEqualTo(32);
        assertThat(little.maxStreams()).isEqualTo(41);
        assertThat(little.largeBuffers()).isEqualTo(1);
        assertThat(little.mediumBuffers()).isEqualTo(24);
    }
}
