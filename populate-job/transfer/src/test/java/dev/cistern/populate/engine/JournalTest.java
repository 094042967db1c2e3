package dev.cistern.populate.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.cistern.populate.digest.DigestKind;
import dev.cistern.populate.target.ChannelFile;
import dev.cistern.populate.target.SpillFiles;
import dev.cistern.populate.testing.ChildJvm;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {
    private static final int RECORDS = 100;

    /// The intended value is a tenth of a second; a busy host may need more.
    private static final Duration BOUND = Duration.ofSeconds(5);

    @TempDir Path directory;

    private Path path() {
        return directory.resolve("journal");
    }

    private static Journal open(Path path, boolean read) throws IOException {
        return Journal.open(() -> ChannelFile.open(path), read, newRecords(path));
    }

    private static Journal open(Path path, boolean read, long flushMillis) throws IOException {
        return Journal.open(() -> ChannelFile.open(path), read, newRecords(path), flushMillis);
    }

    private static DoneRecords newRecords(Path path) {
        return new DoneRecords(new SpillFiles(path.resolveSibling("spill")), 100);
    }

    private static void writeBlocks(Journal journal) throws IOException {
        for (int i = 0; i < RECORDS; i++) {
            journal.block(i, 0, 8 << 20, DigestKind.CRC32C, 1000 + i);
        }
    }

    private void assertBlocksThere() throws IOException {
        try (Journal journal = open(path(), true)) {
            for (int i = 0; i < RECORDS; i++) {
                assertThat(journal.blocksBefore(i))
                        .containsExactly(
                                new Journal.Block(0, 8 << 20, DigestKind.CRC32C, 1000 + i, false));
            }
            assertThat(journal.blocksBefore(RECORDS)).isEmpty();
        }
    }

    private long recordsInFile() throws IOException {
        return Files.size(path()) / Journal.RECORD_BYTES;
    }

    @Test
    void recordsReachTheFileByThemselves() throws Exception {
        try (Journal journal = open(path(), false)) {
            writeBlocks(journal);
            // One more for the header.
            await().atMost(BOUND).until(() -> recordsInFile() == RECORDS + 1);
            assertBlocksThere();
            journal.forgotten(7);
            await().atMost(BOUND).until(() -> recordsInFile() == RECORDS + 2);
        }
    }

    @Test
    void recordsAreGatheredUntilTheirTimeComes() throws Exception {
        try (Journal journal = open(path(), false, 3_600_000)) {
            writeBlocks(journal);
            Thread.sleep(50);
            assertThat(recordsInFile()).isZero();
            assertThat(journal.flush()).isEqualTo((RECORDS + 1L) * Journal.RECORD_BYTES);
            assertThat(recordsInFile()).isEqualTo(RECORDS + 1);
        }
    }

    @Test
    void whatIsForgottenIsForgottenAtOnceAndLater() throws Exception {
        try (Journal journal = open(path(), false)) {
            writeBlocks(journal);
            journal.reserved(7, 20 << 20);
            journal.synced(journal.flush());
        }
        try (Journal journal = open(path(), true)) {
            assertThat(journal.blocksBefore(7)).hasSize(1);
            assertThat(journal.reservedBefore(7)).isEqualTo(20 << 20);
            journal.forgotten(7);
            assertThat(journal.blocksBefore(7)).isEmpty();
            assertThat(journal.reservedBefore(7)).isZero();
            assertThat(journal.empty()).isFalse();
        }
        try (Journal journal = open(path(), true)) {
            assertThat(journal.blocksBefore(7)).isEmpty();
            assertThat(journal.reservedBefore(7)).isZero();
            assertThat(journal.blocksBefore(8)).singleElement().matches(Journal.Block::trusted);
        }
    }

    @Test
    void aSyncOfFinishedFilesVouchesForNoPieceOfAnother() throws Exception {
        try (Journal journal = open(path(), false)) {
            journal.block(1, 0, 10, DigestKind.CRC32C, 5);
            journal.synced(journal.flush());
            journal.block(2, 0, 10, DigestKind.CRC32C, 5);
            journal.done(3, 10, 0, new Journal.Done(DigestKind.CRC32C, 6, false));
            journal.syncedFinished(journal.flush());
        }
        try (Journal journal = open(path(), true)) {
            assertThat(journal.blocksBefore(1)).singleElement().matches(Journal.Block::trusted);
            assertThat(journal.blocksBefore(2)).singleElement().matches(b -> !b.trusted());
            assertThat(journal.done().find(3))
                    .isEqualTo(new Journal.Done(DigestKind.CRC32C, 6, true));
        }
    }

    @Test
    void aFullBufferDoesNotWaitForItsTime() throws Exception {
        try (Journal journal = open(path(), false, 3_600_000)) {
            for (int i = 0; i < 100; i++) {
                writeBlocks(journal);
            }
            assertThat(recordsInFile()).isGreaterThan(100 * RECORDS - 1638);
        }
        assertThat(recordsInFile()).isEqualTo(100 * RECORDS + 1);
    }

    @Test
    void aProcessThatIsKilledAfterThatLosesNone() throws Exception {
        Process writer =
                ChildJvm.of(Writer.class.getName(), path().toString())
                        .redirectError(directory.resolve("log").toFile())
                        .start();
        try (var said = writer.inputReader()) {
            assertThat(said.readLine()).as(Files.readString(directory.resolve("log"))).isNotNull();
            await().atMost(BOUND).until(() -> recordsInFile() == RECORDS + 1);
        } finally {
            writer.destroyForcibly().waitFor();
        }
        // 128 + SIGKILL: the journal was not closed.
        assertThat(writer.exitValue()).isEqualTo(137);
        assertBlocksThere();
    }

    /// Writes records and then waits to be killed.
    static final class Writer {
        private Writer() {}

        public static void main(String[] arguments) throws Exception {
            try (Journal journal = open(Path.of(arguments[0]), false)) {
                writeBlocks(journal);
                System.out.println("written");
                Thread.sleep(60_000);
            }
        }
    }

    @Test
    void whatCannotBeWrittenIsToldToTheNextWhoWrites() throws Exception {
        Path full = Path.of("/dev/full");
        assumeThat(full).exists();
        Journal journal = open(full, false);
        await().atMost(BOUND)
                .untilAsserted(
                        () ->
                                assertThatThrownBy(() -> journal.reserved(1, 10))
                                        .isInstanceOf(IOException.class)
                                        .hasMessageContaining("No space left"));
        assertThatThrownBy(journal::close).hasMessageContaining("No space left");
    }

    @Test
    void aRecordThatWasCutOffEndsTheFileAndNothingBefore() throws Exception {
        try (Journal journal = open(path(), false)) {
            writeBlocks(journal);
        }
        try (RandomAccessFile file = new RandomAccessFile(path().toFile(), "rw")) {
            file.seek(file.length());
            file.write(new byte[Journal.RECORD_BYTES / 2]);
        }
        assertBlocksThere();
        assertThat(Files.size(path()) % Journal.RECORD_BYTES).isZero();
    }
}
