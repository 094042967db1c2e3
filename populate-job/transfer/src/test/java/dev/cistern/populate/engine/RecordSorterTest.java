package dev.cistern.populate.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.populate.target.SpillFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordSorterTest {
    @TempDir Path directory;

    /// The smallest makes hundreds of runs, of which two at a time are merged; the largest writes nothing.
    @ParameterizedTest
    @ValueSource(longs = {1000, 200_000, 10 << 20})
    void itSortsAsAListDoes(long memoryBytes) throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        SpillFiles spill = new SpillFiles(directory.resolve("spill"));
        RecordSorter sorter = new RecordSorter(spill, memoryBytes);
        List<byte[]> expected = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            byte[] bytes = new byte[random.nextInt(random.nextInt(50) == 0 ? 2000 : 20)];
            random.nextBytes(bytes);
            expected.add(bytes);
            sorter.add(bytes);
        }
        expected.sort(Arrays::compareUnsigned);
        List<byte[]> found = new ArrayList<>();
        sorter.sorted(found::add);
        assertThat(found).as("seed %s", seed).hasSameSizeAs(expected);
        for (int i = 0; i < found.size(); i++) {
            assertThat(found.get(i)).as("seed %s", seed).isEqualTo(expected.get(i));
        }
        assertThat(spill.used()).isEqualTo(memoryBytes < 1 << 20);
    }

    @Test
    void theLongestRecordGoesThrough() throws Exception {
        RecordSorter sorter = new RecordSorter(new SpillFiles(directory.resolve("spill")), 1);
        byte[] longest = new byte[RecordSorter.MAX_RECORD_BYTES];
        sorter.add(longest);
        sorter.add(new byte[] {-1});
        sorter.add(new byte[0]);
        List<byte[]> found = new ArrayList<>();
        sorter.sorted(found::add);
        assertThat(found).containsExactly(new byte[0], longest, new byte[] {-1});
        assertThatThrownBy(() -> sorter.add(new byte[longest.length + 1]))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
