package dev.cistern.populate.digest;

import java.nio.ByteBuffer;

/// Makes a long row of bytes short without changing its remainder by CRC-64/NVME's polynomial, by means of a multiple of that
/// polynomial that has only eight terms, all at whole bytes:
///
/// `x^(8·1740) + x^(8·1460) + x^(8·761) + x^(8·568) + x^(8·142) + x^(8·133) + x^(8·95) + 1`
///
/// Modulo the polynomial, a byte may therefore be dropped when it is added (xor) to the bytes 280, 979, 1172, 1598, 1607, 1645 and
/// 1740 further on, and so may any row of bytes that is shorter than 280.
///
/// The fold is done in place: what it was given is no longer there afterwards. [#middle] is a loop that the optimising JIT compiler
/// turns into vector instructions as long as it only ever sees one kind of buffer. `jvm.options` names the two loops: they are to
/// be compiled at once, each for itself, rather than again within every caller.
final class SparseFold {
    /// Where a dropped byte is added, in bytes further on, nearest first. [DigestTest] divides the sum by the polynomial.
    static final int[] DELAYS = {280, 979, 1172, 1598, 1607, 1645, 1740};

    /// So many bytes must be left over; nothing is added further on.
    static final int WINDOW = 1740;

    private static final int NEAREST = 280;

    private SparseFold() {}

    /// Drops bytes until fewer than [#WINDOW] + 8 are left, and spoils the dropped ones.
    ///
    /// @param bytes little-endian
    /// @param to at least two windows and 8 after `from`
    /// @return where what is left over begins
    static int drop(ByteBuffer bytes, int from, int to) {
        int first = from + WINDOW;
        int last = to - WINDOW - (to - from - 2 * WINDOW) % Long.BYTES;
        head(bytes, from, first);
        middle(bytes, first, last);
        for (int delay : DELAYS) {
            add(bytes, last - delay, last, delay);
        }
        return last;
    }

    /// The first window: nothing was dropped before it.
    private static void head(ByteBuffer bytes, int from, int to) {
        for (int start = from + NEAREST; start < to; start += NEAREST) {
            int end = Math.min(start + NEAREST, to);
            for (int delay : DELAYS) {
                int target = Math.max(start, from + delay);
                add(bytes, target - delay, target, end - target);
            }
        }
    }

    private static void middle(ByteBuffer bytes, int from, int to) {
        for (int i = from; i < to; i += Long.BYTES) {
            bytes.putLong(
                    i,
                    bytes.getLong(i)
                            ^ bytes.getLong(i - 280)
                            ^ bytes.getLong(i - 979)
                            ^ bytes.getLong(i - 1172)
                            ^ bytes.getLong(i - 1598)
                            ^ bytes.getLong(i - 1607)
                            ^ bytes.getLong(i - 1645)
                            ^ bytes.getLong(i - 1740));
        }
    }

    /// Adds bytes to bytes further on; the two do not overlap.
    ///
    /// @param length nothing to do where it is negative
    private static void add(ByteBuffer bytes, int source, int target, int length) {
        int i = 0;
        for (; i <= length - Long.BYTES; i += Long.BYTES) {
            bytes.putLong(target + i, bytes.getLong(target + i) ^ bytes.getLong(source + i));
        }
        for (; i < length; i++) {
            bytes.put(target + i, (byte) (bytes.get(target + i) ^ bytes.get(source + i)));
        }
    }
}
