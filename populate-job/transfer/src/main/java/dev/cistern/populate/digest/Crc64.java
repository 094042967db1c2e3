package dev.cistern.populate.digest;

import java.nio.ByteBuffer;
import java.util.zip.Checksum;

/// A reflected CRC of 64 bits whose initial value and final XOR are all ones. Each has its own loop, because a shared
/// one would be slower.
abstract sealed class Crc64 implements Checksum permits Crc64Ecma, Crc64Nvme {
    long state = -1;

    /// Lookup tables for eight bytes per step: table k is for a byte that is followed by k others.
    static long[][] tables(long polynomial) {
        long[][] tables = new long[8][256];
        for (int i = 0; i < 256; i++) {
            long crc = i;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 1) != 0 ? (crc >>> 1) ^ polynomial : crc >>> 1;
            }
            tables[0][i] = crc;
        }
        for (int k = 1; k < 8; k++) {
            for (int i = 0; i < 256; i++) {
                long crc = tables[k - 1][i];
                tables[k][i] = (crc >>> 8) ^ tables[0][(int) crc & 0xff];
            }
        }
        return tables;
    }

    @Override
    public final void update(byte[] bytes, int offset, int length) {
        update(ByteBuffer.wrap(bytes, offset, length));
    }

    @Override
    public final long getValue() {
        return ~state;
    }

    @Override
    public final void reset() {
        state = -1;
    }
}
