package dev.cistern.populate.digest;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// CRC-64/NVME: reflected polynomial 0x9a6c9329ac4bc9b5, initial value and final XOR all ones.
///
/// The JDK has no intrinsic for it. [#update(ByteBuffer)] processes eight bytes per step with eight lookup tables, at 2
/// GB/s per core. [#consume] first divides by a multiple of the polynomial ([SparseFold]), at 15 GB/s, and clobbers its
/// input.
public final class Crc64Nvme extends Crc64 {
    static final long POLYNOMIAL = 0x9a6c9329ac4bc9b5L;

    /// Below this size the tables alone are as fast.
    static final int CONSUME_FROM_BYTES = 4096;

    /// The bytes before a division are processed in this many independent lanes, because each step through the tables
    /// waits for the previous one.
    private static final int LANES = 4;

    /// Bytes per lane, in whole words. Together the lanes cover at least the bytes that a division overwrites before
    /// its row.
    private static final int LANE = (SparseFold.WINDOW / LANES / Long.BYTES + 1) * Long.BYTES;

    private static final long MOVE = Crcs.power(DigestKind.CRC64NVME, LANE);

    private static final long[] T0;
    private static final long[] T1;
    private static final long[] T2;
    private static final long[] T3;
    private static final long[] T4;
    private static final long[] T5;
    private static final long[] T6;
    private static final long[] T7;

    static {
        long[][] tables = tables(POLYNOMIAL);
        T0 = tables[0];
        T1 = tables[1];
        T2 = tables[2];
        T3 = tables[3];
        T4 = tables[4];
        T5 = tables[5];
        T6 = tables[6];
        T7 = tables[7];
    }

    @Override
    public void update(int b) {
        state = (state >>> 8) ^ T0[(int) (state ^ b) & 0xff];
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
            crc = (crc >>> 8) ^ T0[(int) (crc ^ bytes.get()) & 0xff];
        }
        state = crc;
        bytes.order(order);
    }

    /// As [#update(ByteBuffer)], but faster. Clobbers the buffer between position and limit. One program should pass
    /// only direct or only heap buffers, so that the compiled loop stays monomorphic.
    ///
    /// @param bytes writable
    public void consume(ByteBuffer bytes) {
        if (bytes.remaining() >= CONSUME_FROM_BYTES) {
            ByteOrder order = bytes.order();
            bytes.order(ByteOrder.LITTLE_ENDIAN);
            int from = bytes.position();
            int first = from + LANES * LANE;
            int last = bytes.limit() - bytes.remaining() % Long.BYTES;
            bytes.putLong(from, bytes.getLong(from) ^ state);
            bytes.putLong(first, bytes.getLong(first) ^ lanes(bytes, from));
            SparseFold.divide(bytes, first, last);
            remainder(bytes, last);
            bytes.order(order);
        }
        update(bytes);
    }

    /// Call this when [#consume] will be called soon: until its loop is compiled, it is a hundred times as slow.
    public static void prepare() {
        SparseFold.prepare();
    }

    /// Computes the state from the end of a quotient. The last bytes of the quotient, as many as the largest delay,
    /// would still be added to what follows: for a delay of d bytes, the last d. Moved behind the end these are
    /// `x^(-8 d)·(all - x^(8 d)·(those before them))`. Summed over the delays that is all of them plus, for each delay,
    /// those before, because the powers `x^(-8 d)` add up to 1: the divisor is a multiple of the polynomial.
    private void remainder(ByteBuffer bytes, int end) {
        int limit = bytes.limit();
        long sum = 0;
        state = 0;
        bytes.position(end - SparseFold.WINDOW);
        for (int i = SparseFold.DELAYS.length - 2; i >= 0; i--) {
            update(bytes.limit(end - SparseFold.DELAYS[i]));
            sum ^= state;
        }
        update(bytes.limit(end));
        state ^= sum;
        bytes.limit(limit);
    }

    private static long lanes(ByteBuffer bytes, int from) {
        long a = 0;
        long b = 0;
        long c = 0;
        long d = 0;
        for (int i = from; i < from + LANE; i += Long.BYTES) {
            a = step(a ^ bytes.getLong(i));
            b = step(b ^ bytes.getLong(i + LANE));
            c = step(c ^ bytes.getLong(i + 2 * LANE));
            d = step(d ^ bytes.getLong(i + 3 * LANE));
        }
        return moved(moved(moved(a) ^ b) ^ c) ^ d;
    }

    /// A remainder, advanced by one lane.
    private static long moved(long remainder) {
        return Crcs.multiply(remainder, MOVE, POLYNOMIAL, Long.SIZE);
    }

    /// Eight bytes through the tables.
    private static long step(long x) {
        return T7[(int) x & 0xff]
                ^ T6[(int) (x >>> 8) & 0xff]
                ^ T5[(int) (x >>> 16) & 0xff]
                ^ T4[(int) (x >>> 24) & 0xff]
                ^ T3[(int) (x >>> 32) & 0xff]
                ^ T2[(int) (x >>> 40) & 0xff]
                ^ T1[(int) (x >>> 48) & 0xff]
                ^ T0[(int) (x >>> 56)];
    }
}
