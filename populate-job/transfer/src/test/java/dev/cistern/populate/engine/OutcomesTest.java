package dev.cistern.populate.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.populate.digest.DigestKind;
import dev.cistern.populate.target.SpillFiles;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OutcomesTest {
    private static final int OBJECTS = 20_000;

    @TempDir Path directory;

    private static String sha256(Random random) {
        byte[] bytes = new byte[32];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    @ParameterizedTest
    @CsvSource({
        "10485760, false",
        "100000, false",
        "0, false",
        "20971520, true",
        "100000, true",
        "0, true"
    })
    void theyAreAsWritten(long memoryBytes, boolean sha256) throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        SpillFiles spill = new SpillFiles(directory.resolve("spill"));
        Outcomes outcomes = new Outcomes(spill, memoryBytes, sha256);
        Map<Integer, Outcomes.Copied> copied = new HashMap<>();
        Map<Integer, Journal.Done> before = new HashMap<>();
        for (int i = 0; i < 60_000; i++) {
            int index = random.nextInt(OBJECTS);
            DigestKind kind = DigestKind.values()[random.nextInt(DigestKind.values().length)];
            if (random.nextInt(3) == 0 && !copied.containsKey(index)) {
                Journal.Done done =
                        random.nextInt(5) == 0
                                ? null
                                : new Journal.Done(
                                        kind,
                                        random.nextLong(),
                                        random.nextBoolean(),
                                        random.nextBoolean());
                outcomes.before(index, done);
                before.remove(index);
                if (done != null) {
                    before.put(index, done);
                }
            } else {
                Outcomes.Copied outcome =
                        new Outcomes.Copied(
                                kind,
                                random.nextLong(),
                                random.nextLong(),
                                random.nextLong(),
                                sha256 ? sha256(random) : null);
                outcomes.copied(index, outcome);
                copied.put(index, outcome);
            }
        }
        Outcomes.Reader reader = outcomes.reader();
        for (int i = 0; i < OBJECTS; i++) {
            Outcomes.Copied expected = copied.get(i);
            int index = i;
            if (expected == null) {
                assertThat(outcomes.before(i)).as("seed %s", seed).isEqualTo(before.get(i));
                assertThatThrownBy(() -> reader.copied(index)).hasMessageContaining("" + i);
            } else {
                assertThat(reader.copied(i)).as("seed %s", seed).isEqualTo(expected);
                assertThat(outcomes.before(i) == null).isEqualTo(!before.containsKey(i));
            }
        }
        assertThat(outcomes.before(OBJECTS * 2)).isNull();
        assertThat(spill.used()).isEqualTo(memoryBytes < 1 << 20);
        assertThat(outcomes.spilledBytes(OBJECTS) > 0).isEqualTo(memoryBytes < 1 << 19);
    }
}
