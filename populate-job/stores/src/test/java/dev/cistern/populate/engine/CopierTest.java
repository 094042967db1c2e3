package dev.cistern.populate.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.populate.digest.DigestKind;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.target.DirectoryTarget;
import dev.cistern.populate.target.OpenTarget;
import dev.cistern.populate.testing.FaultyS3;
import dev.cistern.populate.testing.FaultyS3.Asked;
import dev.cistern.populate.wire.Verify;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CopierTest {
    private static final int MIB = 1 << 20;

    @TempDir Path directory;
    private final Meter meter = new Meter();

    /// Copies one object with one stream, and with three from the given request for its bytes on.
    private List<Asked> copy(byte[] bytes, int sharedFrom) throws Exception {
        try (FaultyS3 server = new FaultyS3();
                Source source = server.source("t/");
                OpenTarget target = new DirectoryTarget(directory).open(false);
                Journal journal =
                        Journal.open(
                                target::openJournal,
                                false,
                                new DoneRecords(target.workFiles(), 100))) {
            server.put("t/object", bytes);
            FillRequest request =
                    new FillRequest(
                            new DirectoryTarget(directory),
                            List.of(new FillRequest.Input(source, "", List.of(), List.of(), null)),
                            0,
                            Verify.FULL,
                            0,
                            0,
                            MemoryBudget.of(96 << 20),
                            false,
                            false,
                            new FillRequest.Timing(4000, 1500, 5, 50));
            CopyContext context =
                    new CopyContext(request, target, journal, meter, FaultPoints.NONE);
            new Lister(context).run(() -> {});
            Committer committer = new Committer(context);
            Copier copier = new Copier(context, committer);
            AtomicInteger gets = new AtomicInteger();
            server.faults(
                    asked -> {
                        if (isGet(asked) && gets.incrementAndGet() == sharedFrom) {
                            copier.streams(3);
                        }
                        return null;
                    });
            Thread committing = new Thread(committer);
            committing.start();
            copier.streams(1);
            copier.join();
            committer.drain();
            committing.join();
            context.check();
            assertThat(Files.readAllBytes(directory.resolve("object"))).isEqualTo(bytes);
            assertThat(meter.counts().bytesFetched()).isEqualTo(bytes.length);
            return server.asked().stream().filter(CopierTest::isGet).toList();
        }
    }

    private static boolean isGet(Asked asked) {
        return !asked.listing() && asked.method().equals("GET");
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    @Test
    void oneStreamAsksForAllOfALargeObjectAtOnce() throws Exception {
        assertThat(copy(random(90 * MIB + 1), 0))
                .singleElement()
                .matches(get -> !get.headers().containsKey("range"));
    }

    @ParameterizedTest
    @ValueSource(ints = {41 * MIB, 60 * MIB + 7, 120 * MIB})
    void whatOneStreamBeganIsSharedWithThoseThatComeLater(int size) throws Exception {
        List<Asked> gets = copy(random(size), 1);

        assertThat(gets.getFirst().headers()).doesNotContainKey("range");
        assertThat(gets).hasSizeGreaterThan(1);
        assertThat(gets.subList(1, gets.size()))
                .allSatisfy(get -> assertThat(get.headers()).containsKey("range"));
    }

    @Test
    void piecesOfAFileThatIsGoneAreFetchedThoughItsBlocksAreReserved() throws Exception {
        byte[] bytes = random(20 * MIB);
        try (FaultyS3 server = new FaultyS3();
                Source source = server.source("t/");
                OpenTarget target = new DirectoryTarget(directory).open(false)) {
            server.put("t/object", bytes);
            FillRequest request =
                    new FillRequest(
                            new DirectoryTarget(directory),
                            List.of(new FillRequest.Input(source, "", List.of(), List.of(), null)),
                            0,
                            Verify.SIZE,
                            0,
                            0,
                            MemoryBudget.of(96 << 20),
                            false,
                            false,
                            new FillRequest.Timing(4000, 1500, 5, 50));
            try (Journal journal =
                    Journal.open(
                            target::openJournal, false, new DoneRecords(target.workFiles(), 100))) {
                CopyContext context =
                        new CopyContext(request, target, journal, meter, FaultPoints.NONE);
                new Lister(context).run(() -> {});
                SourceObject listed =
                        Objects.requireNonNull(
                                Objects.requireNonNull(context.catalog().cursor().nextListed())
                                        .object());
                SourceObject object =
                        new SourceObject(
                                "t/object",
                                listed.size(),
                                listed.version(),
                                listed.modifiedMillis());
                CRC32C crc = new CRC32C();
                crc.update(bytes, 0, 8 * MIB);
                journal.block(
                        EarlierAttempts.idOf(source, object, "object"),
                        0,
                        8 * MIB,
                        DigestKind.CRC32C,
                        crc.getValue());
                journal.synced(journal.flush());
            }
            target.expect(Long.MAX_VALUE, Long.MAX_VALUE);
            try (Journal journal =
                    Journal.open(
                            target::openJournal, true, new DoneRecords(target.workFiles(), 100))) {
                assertThat(journal.empty()).isFalse();
                CopyContext context =
                        new CopyContext(request, target, journal, meter, FaultPoints.NONE);
                new Lister(context).run(() -> {});
                Committer committer = new Committer(context);
                Copier copier = new Copier(context, committer);
                Thread committing = new Thread(committer);
                committing.start();
                copier.streams(1);
                copier.join();
                committer.drain();
                committing.join();
                context.check();
            }
            assertThat(Files.readAllBytes(directory.resolve("object"))).isEqualTo(bytes);
        }
    }

    @Test
    void whatIsLeftOfAShortObjectIsNotShared() throws Exception {
        assertThat(copy(random(31 * MIB), 1)).hasSize(1);
    }
}
