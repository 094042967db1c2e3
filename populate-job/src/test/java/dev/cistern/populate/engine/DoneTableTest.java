package dev.cistern.populate.engine;

import static org.assertj.core.api.Assertions.assertThat;

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
        Map<Long, Long> model = new HashMap<>();
        for (int i = 0; i < 50_000; i++) {
            long id = random.nextInt(8000) * 0x100000001L;
            if (random.nextInt(4) == 0) {
                table.remove(id);
                model.remove(id);
            } else {
                table.put(id, i % 6, i, i % 2 == 0);
                model.put(id, (long) i);
            }
        }
        for (long k = 0; k < 8000; k++) {
            long id = k * 0x100000001L;
            Long expected = model.get(id);
            int index = table.indexOf(id);
            assertThat(index >= 0).as("seed %s, id %s", seed, id).isEqualTo(expected != null);
            if (expected != null) {
                assertThat(table.digest(index)).isEqualTo(expected);
                assertThat(table.kind(index)).isEqualTo((int) (expected % 6));
                assertThat(table.trusted(index)).isEqualTo(expected % 2 == 0);
            }
        }
        assertThat(table.isEmpty()).isEqualTo(model.isEmpty());
    }
}
