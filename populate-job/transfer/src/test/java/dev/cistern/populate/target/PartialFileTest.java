package dev.cistern.populate.target;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PartialFileTest {
    @TempDir private Path directory;

    /// 4096 bypasses the page cache where the temporary directory's file system permits it; the bytes must be the same.
    @ParameterizedTest
    @ValueSource(ints = {0, 512, 4096})
    void piecesOfAnyLengthFromAnyPlaceOfTheBufferArrive(int blockBytes) throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] expected = new byte[9_000_001];
        random.nextBytes(expected);
        Path path = directory.resolve("partial");
        ByteBuffer buffer = ByteBuffer.allocateDirect(3_000_000).alignedSlice(4096);
        try (PartialFile file = PartialFile.open(path, false, blockBytes)) {
            file.writesOnly();
            for (int at = 0; at < expected.length; ) {
                boolean whole = random.nextInt(4) > 0;
                int length = whole ? 4096 * (1 + random.nextInt(40)) : 1 + random.nextInt(100_000);
                // More than the page cache limit of one write.
                length += random.nextInt(10) == 0 ? 2 << 20 : 0;
                length = Math.min(length, expected.length - at);
                int from = random.nextBoolean() ? 0 : random.nextInt(5000);
                ByteBuffer piece =
                        random.nextInt(5) == 0 ? ByteBuffer.allocate(3_000_000) : buffer.clear();
                piece.position(from).put(expected, at, length).flip().position(from);
                file.write(piece, at);
                assertThat(piece.remaining()).as("seed %s", seed).isZero();
                at += length;
            }
            assertThat(file.size()).isEqualTo(expected.length);
        }
        assertThat(Files.readAllBytes(path)).as("seed %s", seed).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatWasThereIsKeptOrNot(boolean keep) throws Exception {
        Path path = directory.resolve("partial");
        Files.writeString(path, "before");

        try (PartialFile file = PartialFile.open(path, keep, 0)) {
            assertThat(file.size()).isEqualTo(keep ? 6 : 0);
            file.truncate(3);
            file.truncate(100);
        }

        assertThat(path).content().isEqualTo(keep ? "bef" : "");
    }
}
