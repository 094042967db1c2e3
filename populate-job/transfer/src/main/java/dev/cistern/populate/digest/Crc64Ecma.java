package dev.cistern.populate.digest;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// CRC-64 of ECMA-182 as OSS and COS store it (CRC-64/XZ): reflected polynomial 0xc96c5795d7870f42, initial value and
/// final XOR all ones.
///
/// Processes eight bytes per step with eight lookup tables.
public final class Crc64Ecma extends Crc64 {
    static final long POLYNOMIAL = 0xc96c5795d7870f42L;

    private static final long[][] TABLES = tables(POLYNOMIAL);

    @Override
    public void update(int b) {
        state = (state >>> 8) ^ TABLES[0][(int) (state ^ b) & 0xff];
    }

    @Override
    public void update(ByteBuffer bytes) {
        ByteOrder order = bytes.order();
        bytes.order(ByteOrder.LITTLE_ENDIAN);
        long crc = state;
        while (bytes.remaining() >= Long.BYTES) {
            crc = step(crc ^ bytes.getLong());
        }
        while (bytes.hasRemaining()) {
            crc = (crc >>> 8) ^ TABLES[0][(int) (crc ^ bytes.get()) & 0xff];
        }
        state = crc;
        bytes.order(order);
    }

    private static long step(long word) {
        return TABLES[7][(int) word & 0xff]
                ^ TABLES[6][(int) (word >>> 8) & 0xff]
                ^ TABLES[5][(int) (word >>> 16) & 0xff]
                ^ TABLES[4][(int) (word >>> 24) & 0xff]
                ^ TABLES[3][(int) (word >>> 32) & 0xff]
                ^ TABLES[2][(int) (word >>> 40) & 0xff]
                ^ TABLES[1][(int) (word >>> 48) & 0xff]
                ^ TABLES[0][(int) (word >>> 56)];
    }
}
