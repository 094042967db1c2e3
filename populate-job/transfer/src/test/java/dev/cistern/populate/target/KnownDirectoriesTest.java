package dev.cistern.populate.target;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What is remembered of directories takes bounded memory, however long their paths are.
class KnownDirectoriesTest {
    private static String path(int length, int number) {
        return "d".repeat(length) + number;
    }

    @ParameterizedTest
    @CsvSource({"10, 3000, 7000", "4000, 60, 200"})
    void thoseThatWereAskedForLastAreKnown(int length, int least, int most) {
        KnownDirectories known = new KnownDirectories();
        int all = 20_000;
        known.add("first");
        for (int i = 0; i < all; i++) {
            known.add(path(length, i));
            assertThat(known.contains("first")).isTrue();
        }
        int found = 0;
        for (int i = all - 1; i >= 0 && known.contains(path(length, i)); i--) {
            found++;
        }
        assertThat(found).isBetween(least, most);
    }

    @Test
    void thoseThatWaitForTheirSyncAreBoundedToo() throws Exception {
        NewNames names = new NewNames(Path.of("/nowhere"));
        int most = 0;
        for (int i = 0; i < 5_000; i++) {
            names.note(path(4000, i) + "/f", false);
            most = Math.max(most, names.waiting());
        }
        assertThat(most).isBetween(100, 500);
    }
}
