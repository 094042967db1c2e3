package dev.cistern.populate.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.target.SpillFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CatalogTest {
    @TempDir Path directory;

    private Catalog newCatalog(long memoryBytes) {
        return new Catalog(new SpillFiles(directory.resolve("spill")), memoryBytes);
    }

    private static Catalog.Entry entry(Random random, int i) {
        String path = "dir" + i / 100 + "/" + "n".repeat(random.nextInt(60)) + "ü" + i;
        String version = i % 4 == 0 ? null : "\"e" + i + "\"";
        if (i % 50 == 0) {
            String id = id(random, path) + MarkerName.values()[i / 50 % 3].suffix();
            return new Catalog.Entry(i, i % 3, path, null, new SourceObject(id, 0, version, 0));
        }
        long size = random.nextLong() >>> random.nextInt(10, 60);
        return new Catalog.Entry(
                i, i % 3, path, new SourceObject(id(random, path), size, version, i * 1000L), null);
    }

    /// The path below another prefix, its end, or something else.
    private static String id(Random random, String path) {
        return switch (random.nextInt(5)) {
            case 0 -> path;
            case 1 -> "https://store.example/ü/" + path;
            case 2 -> "prefix/" + path.substring(path.indexOf('/') + 1);
            case 3 -> "üü" + random.nextLong();
            default -> "";
        };
    }

    @ParameterizedTest
    @ValueSource(longs = {64 << 20, 1 << 20, 100_000, 0})
    void whatGoesInComesOut(long memoryBytes) throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Catalog catalog = newCatalog(memoryBytes);
        List<Catalog.Entry> expected = new ArrayList<>();
        Catalog.Cursor beside = catalog.cursor();
        int read = 0;
        for (int i = 0; i < 30_000; i++) {
            Catalog.Entry next = entry(random, i);
            expected.add(next);
            assertThat(add(catalog, next)).isEqualTo(i);
            if (random.nextInt(100) == 0) {
                catalog.publish();
                while (read <= i && random.nextInt(200) > 0) {
                    assertThat(beside.next()).as("seed %s", seed).isEqualTo(expected.get(read++));
                }
            }
        }
        Catalog.Cursor listed = catalog.cursor();
        for (Catalog.Entry entry : expected) {
            assertThat(listed.nextListed()).as("seed %s", seed).isEqualTo(entry);
        }
        assertThat(listed.nextListed()).isNull();
        catalog.complete();
        Catalog.Cursor cursor = catalog.cursor();
        for (Catalog.Entry entry : expected) {
            assertThat(cursor.next()).as("seed %s", seed).isEqualTo(entry);
        }
        assertThat(cursor.next()).isNull();
        for (Catalog.Entry entry : expected.subList(read, expected.size())) {
            assertThat(beside.next()).as("seed %s", seed).isEqualTo(entry);
        }
        assertThat(catalog.spilledBytes() > 0).isEqualTo(memoryBytes < 4 << 20);
    }

    private static int add(Catalog catalog, Catalog.Entry next) throws IOException {
        SourceObject object = next.object();
        SourceObject marker = next.marker();
        return object != null
                ? catalog.add(next.input(), next.path(), object)
                : catalog.addDirectory(
                        next.input(),
                        next.path(),
                        MarkerName.values()[next.index() / 50 % 3],
                        Objects.requireNonNull(marker));
    }

    @Test
    void whatDoesNotFitTheMemoryGoesToAFileThatHasNoName() throws Exception {
        Catalog catalog = newCatalog(1 << 20);
        for (int i = 0; i < 300_000; i++) {
            catalog.add(0, "train/n0" + i / 1300 + "/n0_" + i + ".JPEG", object(i));
        }
        assertThat(catalog.spilledBytes()).isBetween(10L << 20, 30L << 20);
        assertThat(directory.resolve("spill")).isEmptyDirectory();
    }

    @Test
    void anIdThatIsThePathBelowAPrefixTakesNextToNothing() throws Exception {
        Catalog catalog = newCatalog(0);
        for (int i = 0; i < 100_000; i++) {
            String name = "n0" + i / 1300 + "/n0_" + i + ".JPEG";
            catalog.add(
                    0, "into/" + name, new SourceObject("a/long/prefix/" + name, 1, "\"e\"", 1));
        }
        assertThat(catalog.spilledBytes()).isLessThan(25L * 100_000);
    }

    @Test
    void orderIsThatOfFiles() throws Exception {
        Catalog catalog = newCatalog(1 << 20);
        catalog.add(0, "a-b", object(1));
        catalog.addDirectory(0, "a", MarkerName.SLASH, object(0));
        catalog.add(0, "a/b", object(2));
        assertThat(catalog.sorted()).isTrue();
        catalog.add(0, "a.b", object(3));
        assertThat(catalog.sorted()).isFalse();
    }

    @Test
    void aVersionLongerThanAnyStoresComesOutAsItWasKept() throws Exception {
        SourceObject object = new SourceObject("p", 1, "ü".repeat(2000), -5);
        SourceObject kept = Catalog.kept(object);
        Catalog catalog = newCatalog(1 << 20);
        catalog.add(0, "p", kept);
        assertThat(catalog.cursor().nextListed())
                .isEqualTo(new Catalog.Entry(0, 0, "p", kept, null));
        assertThat(Catalog.kept(object(1))).isEqualTo(object(1));
    }

    private static SourceObject object(int i) {
        return new SourceObject(
                "",
                110_000 + i % 1000,
                "\"d41d8cd98f00b204e9800998ecf8427e\"",
                1_760_000_000_000L + i);
    }
}
