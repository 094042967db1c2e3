package dev.cistern.populate.digest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.zip.Checksum;
import org.junit.jupiter.api.Test;

class DigestTest {
    private static final byte[] CHECK = "123456789".getBytes(StandardCharsets.US_ASCII);

    @Test
    void theCheckValuesOfTheCatalogueComeOut() {
        assertThat(hex(DigestKind.CRC64NVME, CHECK)).isEqualTo("ae8b14860a799888");
        assertThat(hex(DigestKind.CRC32C, CHECK)).isEqualTo("e3069283");
        assertThat(hex(DigestKind.CRC32, CHECK)).isEqualTo("cbf43926");
    }

    @Test
    void theSparseSumIsAMultipleOfThePolynomial() {
        long sum = Crcs.power(DigestKind.CRC64NVME, 1740L * Long.BYTES);
        for (int delay : WordFold.DELAYS) {
            sum ^= Crcs.power(DigestKind.CRC64NVME, (1740L - delay) * Long.BYTES);
        }
        assertThat(sum).isZero();
    }

    @Test
    void foldingAndPlainStepsAgreeForLengthsAroundEveryBorder() {
        Random random = new Random(7);
        int chunk = 16 * 1024 * 8;
        int window = 1740 * 8;
        for (int border :
                new int[] {
                    2 * window, chunk, chunk + window, 2 * chunk, 2 * chunk + window, 400_000
                }) {
            for (int length = border - 20; length < border + 20; length += 3) {
                byte[] bytes = new byte[length];
                random.nextBytes(bytes);
                Crc64Nvme byByte = new Crc64Nvme();
                for (byte b : bytes) {
                    byByte.update(b);
                }
                Crc64Nvme folded = new Crc64Nvme();
                ByteBuffer buffer = ByteBuffer.allocateDirect(length + 3);
                buffer.position(3);
                buffer.put(bytes).flip().position(3);
                folded.update(buffer);
                assertThat(folded.getValue()).as("length %s", length).isEqualTo(byByte.getValue());
                assertThat(buffer.hasRemaining()).isFalse();
            }
        }
    }

    @Test
    void updatesInAnyCutGiveTheSame() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] bytes = new byte[900_000];
        random.nextBytes(bytes);
        Crc64Nvme byByte = new Crc64Nvme();
        for (byte b : bytes) {
            byByte.update(b);
        }
        ByteBuffer direct = ByteBuffer.allocateDirect(bytes.length).put(bytes);
        Crc64Nvme cut = new Crc64Nvme();
        for (int round = 0; round < 60; round++) {
            int unit = random.nextBoolean() ? 1 : Long.BYTES;
            for (int at = 0; at < bytes.length; ) {
                int most = 1 << (4 + random.nextInt(16));
                int end = Math.min(bytes.length, at + unit * (1 + random.nextInt(most)));
                cut.update(direct.limit(end).position(at));
                at = end;
            }
            assertThat(cut.getValue()).as("seed %s", seed).isEqualTo(byByte.getValue());
            cut.reset();
        }
    }

    @Test
    void piecesInAnyCutPutTogetherGiveTheWhole() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] bytes = new byte[50_000];
        random.nextBytes(bytes);
        for (DigestKind kind :
                new DigestKind[] {DigestKind.CRC64NVME, DigestKind.CRC32C, DigestKind.CRC32}) {
            for (int round = 0; round < 20; round++) {
                int cut = random.nextInt(bytes.length + 1);
                long first = value(kind, bytes, 0, cut);
                long second = value(kind, bytes, cut, bytes.length - cut);
                assertThat(Crcs.combine(kind, first, second, bytes.length - cut))
                        .as("%s cut at %s, seed %s", kind, cut, seed)
                        .isEqualTo(value(kind, bytes, 0, bytes.length));
            }
        }
    }

    private static String hex(DigestKind kind, byte[] bytes) {
        return kind.hex(value(kind, bytes, 0, bytes.length));
    }

    private static long value(DigestKind kind, byte[] bytes, int from, int length) {
        Checksum checksum = kind.newChecksum();
        checksum.update(bytes, from, length);
        return checksum.getValue();
    }
}
