package dev.cistern.populate.digest;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.Checksum;

/// CRC-64/NVME: reflected polynomial 0x9a6c9329ac4bc9b5, all ones before and after.
///
/// The JDK has no intrinsic for it. Eight tables take eight bytes at a step.
public final class Crc64Nvme implements Checksum {
    static final long POLYNOMIAL = 0x9a6c9329ac4bc9b5L;

    private static final long[] T0 = new long[256];
    private static final long[] T1 = new long[256];
    private static final long[] T2 = new long[256];
    private static final long[] T3 = new long[256];
    private static final long[] T4 = new long[256];
    private static final long[] T5 = new long[256];
    private static final long[] T6 = new long[256];
    private static final long[] T7 = new long[256];

    static {
        for (int i = 0; i < 256; i++) {
            long crc = i;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 1) != 0 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
            }
            T0[i] = crc;
        }
        long[][] tables = {T0, T1, T2, T3, T4, T5, T6, T7};
        for (int k = 1; k < 8; k++) {
            for (int i = 0; i < 256; i++) {
                long crc = tables[k - 1][i];
                tables[k][i] = (crc >>> 8) ^ T0[(int) crc & 0xff];
            }
        }
    }

    private long state = -1;

    @Override
    public void update(int b) {
        state = (state >>> 8) ^ T0[(int) (state ^ b) & 0xff];
    }

    @Override
    public void update(byte[] bytes, int offset, int length) {
        update(ByteBuffer.wrap(bytes, offset, length));
    }

    @Override
    public void update(ByteBuffer bytes) {
        ByteOrder order = bytes.order();
        bytes.order(ByteOrder.LITTLE_ENDIAN);
        int at = bytes.position();
        int end = bytes.limit();
        long crc = state;
        for (int words = (end - at) >> 3; words > 0; words--, at += 8) {
            long x = crc ^ bytes.getLong(at);
            crc =
                    T7[(int) x & 0xff]
                            ^ T6[(int) (x >>> 8) & 0xff]
                            ^ T5[(int) (x >>> 16) & 0xff]
                            ^ T4[(int) (x >>> 24) & 0xff]
                            ^ T3[(int) (x >>> 32) & 0xff]
                            ^ T2[(int) (x >>> 40) & 0xff]
                            ^ T1[(int) (x >>> 48) & 0xff]
                            ^ T0[(int) (x >>> 56)];
        }
        for (; at < end; at++) {
            crc = (crc >>> 8) ^ T0[(int) (crc ^ bytes.get(at)) & 0xff];
        }
        state = crc;
        bytes.order(order);
        bytes.position(end);
    }

    @Override
    public long getValue() {
        return ~state;
    }

    @Override
    public void reset() {
        state = -1;
    }
}
