package dev.cistern.populate.digest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.zip.Checksum;
import org.junit.jupiter.api.Test;

class DigestTest {
    private static final byte[] CHECK = "123456789".getBytes(StandardCharsets.US_ASCII);

    @Test
    void theCheckValuesOfTheCatalogueComeOut() {
        assertThat(hex(DigestKind.CRC64NVME, CHECK)).isEqualTo("ae8b14860a799888");
        assertThat(hex(DigestKind.CRC64ECMA, CHECK)).isEqualTo("995dc9bbdf1939fa");
        assertThat(hex(DigestKind.CRC32C, CHECK)).isEqualTo("e3069283");
        assertThat(hex(DigestKind.CRC32, CHECK)).isEqualTo("cbf43926");
    }

    /// `printf 123456789 | git hash-object --stdin`, and that of an empty file.
    @Test
    void aBlobOfGitIsDigestedBehindItsSize() throws Exception {
        for (String[] known :
                new String[][] {
                    {"123456789", "e2e107ac61ac259b87c544f6e7a4eb03422c6c21"},
                    {"", "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"}
                }) {
            byte[] bytes = known[0].getBytes(StandardCharsets.US_ASCII);
            MessageDigest digest = MessageDigest.getInstance(DigestKind.GIT_BLOB.algorithm());
            digest.update(DigestKind.GIT_BLOB.preamble(bytes.length));
            assertThat(HexFormat.of().formatHex(digest.digest(bytes))).isEqualTo(known[1]);
        }
        assertThat(DigestKind.SHA1.preamble(9)).isEmpty();
    }

    @Test
    void theSparseSumIsAMultipleOfThePolynomial() {
        long sum = Crcs.power(DigestKind.CRC64NVME, SparseFold.WINDOW);
        for (int delay : SparseFold.DELAYS) {
            sum ^= Crcs.power(DigestKind.CRC64NVME, SparseFold.WINDOW - delay);
        }
        assertThat(sum).isZero();
    }

    @Test
    void consumingAndPlainStepsAgreeForLengthsAroundEveryBorder() {
        Random random = new Random(7);
        int from = Crc64Nvme.CONSUME_FROM_BYTES;
        int stepsAlone = 2 * SparseFold.WINDOW + 5 * Long.BYTES;
        assertThat(from).isGreaterThanOrEqualTo(stepsAlone);
        for (int border : new int[] {from, from + SparseFold.WINDOW, 65_536, 400_000}) {
            for (int length = border - 9; length < border + 9; length++) {
                byte[] bytes = new byte[length];
                random.nextBytes(bytes);
                for (int offset : new int[] {0, 3}) {
                    ByteBuffer buffer = ByteBuffer.allocateDirect(length + offset + 5);
                    buffer.position(offset);
                    buffer.put(bytes).flip().position(offset);
                    Crc64Nvme consumed = new Crc64Nvme();
                    consumed.consume(buffer);
                    assertThat(consumed.getValue())
                            .as("length %s, offset %s", length, offset)
                            .isEqualTo(byByte(bytes).getValue());
                    assertThat(buffer.hasRemaining()).isFalse();
                    assertThat(buffer.order()).isEqualTo(ByteOrder.BIG_ENDIAN);
                }
            }
        }
    }

    @Test
    void consumingLeavesWhatLiesAroundTheBytesAlone() {
        byte[] around = new byte[3 * 65_536];
        new Random(8).nextBytes(around);
        ByteBuffer buffer = ByteBuffer.allocateDirect(around.length).put(around);
        new Crc64Nvme().consume(buffer.position(65_536).limit(2 * 65_536));
        buffer.clear();
        byte[] after = new byte[around.length];
        buffer.get(after);
        System.arraycopy(around, 65_536, after, 65_536, 65_536);
        assertThat(after).isEqualTo(around);
    }

    @Test
    void updatesInAnyCutGiveTheSame() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] bytes = new byte[900_000];
        random.nextBytes(bytes);
        long expected = byByte(bytes).getValue();
        ByteBuffer direct = ByteBuffer.allocateDirect(bytes.length);
        Crc64Nvme cut = new Crc64Nvme();
        for (int round = 0; round < 60; round++) {
            direct.clear().put(bytes);
            int unit = random.nextBoolean() ? 1 : Long.BYTES;
            for (int at = 0; at < bytes.length; ) {
                int most = 1 << (4 + random.nextInt(16));
                int end = Math.min(bytes.length, at + unit * (1 + random.nextInt(most)));
                direct.limit(end).position(at);
                if (random.nextInt(4) == 0) {
                    cut.update(direct);
                } else {
                    cut.consume(direct);
                }
                at = end;
            }
            assertThat(cut.getValue()).as("seed %s", seed).isEqualTo(expected);
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

    @Test
    void manyThreadsMayDigestWhileTheLoopIsPrepared() {
        byte[] bytes = new byte[100_000];
        new Random(7).nextBytes(bytes);
        long right = byByte(bytes).getValue();
        Crc64Nvme.prepare();
        Crc64Nvme.prepare();

        List<Long> values =
                IntStream.range(0, 64)
                        .parallel()
                        .mapToObj(
                                i -> {
                                    Crc64Nvme crc = new Crc64Nvme();
                                    crc.consume(
                                            ByteBuffer.allocateDirect(100_000).put(bytes).flip());
                                    return crc.getValue();
                                })
                        .toList();

        assertThat(values).hasSize(64).containsOnly(right);
    }

    private static Crc64Nvme byByte(byte[] bytes) {
        Crc64Nvme crc = new Crc64Nvme();
        for (byte b : bytes) {
            crc.update(b);
        }
        return crc;
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
