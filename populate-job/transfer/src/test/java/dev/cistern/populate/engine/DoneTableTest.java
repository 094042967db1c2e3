package dev.cistern.populate.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.populate.digest.DigestKind;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DoneTableTest {
    @Test
    void itDoesWhatAMapDoes() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        DoneTable table = new DoneTable();
        Map<Long, Journal.Done> model = new HashMap<>();
        for (int i = 0; i < 50_000; i++) {
            long id = random.nextInt(8000) * 0x100000001L;
            if (random.nextInt(4) == 0) {
                table.remove(id);
                model.remove(id);
            } else {
                DigestKind[] kinds = DigestKind.values();
                Journal.Done done =
                        new Journal.Done(kinds[i % kinds.length], i, i % 2 == 0, i % 3 == 0);
                table.put(id, done);
                model.put(id, done);
            }
        }
        for (long k = 0; k < 8000; k++) {
            long id = k * 0x100000001L;
            Journal.Done expected = model.get(id);
            int index = table.indexOf(id);
            assertThat(index >= 0).as("seed %s, id %s", seed, id).isEqualTo(expected != null);
            if (expected != null) {
                assertThat(table.at(index)).isEqualTo(expected);
            }
        }
        assertThat(table.isEmpty()).isEqualTo(model.isEmpty());
    }
}
