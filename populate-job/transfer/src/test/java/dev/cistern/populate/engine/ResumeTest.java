package dev.cistern.populate.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.populate.digest.DigestKind;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.target.ChannelFile;
import dev.cistern.populate.target.SpillFiles;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResumeTest {
    @TempDir Path directory;

    /// In a table; in a file, looked up in many batches; in a file and one batch.
    @ParameterizedTest
    @CsvSource({"1000000, 10, false", "50, 100, true", "50, 100000, true"})
    void whatTheJournalSaysLastCounts(int inMemory, int batch, boolean spilled) throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Path path = directory.resolve("journal");
        Map<Long, Journal.Done> model = new HashMap<>();
        SpillFiles spill = new SpillFiles(directory.resolve("spill"));
        try (Journal journal =
                Journal.open(
                        () -> ChannelFile.open(path), false, new DoneRecords(spill, inMemory))) {
            long synced = 0;
            for (int i = 0; i < 5000; i++) {
                long id = id(random.nextInt(1000));
                if (random.nextInt(5) == 0) {
                    journal.forgotten(id);
                    model.remove(id);
                } else {
                    Journal.Done done =
                            new Journal.Done(DigestKind.CRC64NVME, i * 7L, i < 3000, i % 3 == 0);
                    journal.done(id, i, i, done);
                    model.put(id, done);
                }
                if (i == 2999) {
                    synced = journal.flush();
                }
            }
            journal.synced(synced);
        }
        DoneRecords done = new DoneRecords(spill, inMemory);
        Outcomes outcomes = new Outcomes(spill, 5000, false);
        Resume resume = new Resume(done, outcomes, batch);
        try (Journal journal = Journal.open(() -> ChannelFile.open(path), true, done)) {
            assertThat(done.spilled()).isEqualTo(spilled).isEqualTo(resume.wantsIds());
            assertThat(journal.empty()).isFalse();
        }
        for (int i = 0; i < 1200 && spilled; i++) {
            if (resume.listed(i, id(i))) {
                resume.settle();
                assertThat(resume.settled()).isTrue();
            }
        }
        resume.settle();
        for (int i = 0; i < 1200; i++) {
            SourceObject object = new SourceObject("k", 5, "v", 6);
            Catalog.Entry entry = new Catalog.Entry(i, 0, "k", object, null);
            assertThat(resume.done(entry, object, id(i)))
                    .as("seed %s, object %s", seed, i)
                    .isEqualTo(model.get(id(i)));
            // Another version is a different object, with a different id.
            assertThat(resume.done(entry, new SourceObject("k", 5, "w", 6), ~id(i))).isNull();
        }
    }

    private static long id(int number) {
        return number * 0x9e3779b97f4a7c15L;
    }
}
