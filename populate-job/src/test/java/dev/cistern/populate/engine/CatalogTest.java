package dev.cistern.populate.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.populate.source.SourceObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CatalogTest {
    @Test
    void whatGoesInComesOut() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Catalog catalog = new Catalog(64 << 20);
        List<Catalog.Entry> expected = new ArrayList<>();
        for (int i = 0; i < 30_000; i++) {
            String path = "dir" + i / 100 + "/" + "n".repeat(random.nextInt(60)) + "ü" + i;
            SourceObject object =
                    i % 50 == 0
                            ? null
                            : new SourceObject(
                                    path,
                                    random.nextLong() >>> random.nextInt(10, 60),
                                    "\"e" + i + "\"",
                                    i * 1000L);
            assertThat(catalog.add(i % 3, path, object)).isTrue();
            expected.add(new Catalog.Entry(i, i % 3, path, object));
        }
        catalog.complete();
        Catalog.Cursor cursor = catalog.cursor();
        for (Catalog.Entry entry : expected) {
            assertThat(cursor.next()).as("seed %s", seed).isEqualTo(entry);
        }
        assertThat(cursor.next()).isNull();
    }

    @Test
    void aMillionObjectsFitAndNoMoreThanTheBudget() {
        Catalog catalog = new Catalog(65L << 20);
        int added = 0;
        while (catalog.add(
                0, "train/n0" + added / 1300 + "/n0_" + added + ".JPEG", object(added))) {
            added++;
        }
        assertThat(added).isBetween(900_000, 3_000_000);
    }

    private static SourceObject object(int i) {
        return new SourceObject(
                "",
                110_000 + i % 1000,
                "\"d41d8cd98f00b204e9800998ecf8427e\"",
                1_760_000_000_000L + i);
    }
}
