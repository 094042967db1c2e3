package dev.cistern.populate.digest;

import java.nio.ByteBuffer;

/// Divides a long row of bytes by a multiple of CRC-64/NVME's polynomial that has only eight terms, all at whole bytes:
///
/// `x^(8·1740) + x^(8·1460) + x^(8·761) + x^(8·568) + x^(8·142) + x^(8·133) + x^(8·95) + 1`
///
/// A byte of the quotient is a byte of the row plus (xor) the quotient's bytes 280, 979, 1172, 1598, 1607, 1645 and 1740 before it. So no
/// table is needed, and because the nearest of them is 280 bytes away many can be added at a time. What the row leaves when it is
/// divided by the polynomial itself then follows from the quotient's last 1740 bytes ([Crc64Nvme#consume]).
///
/// The quotient takes the row's place. [#divide(ByteBuffer, int, int)] calls a loop that the optimising JIT compiler turns into
/// vector instructions as long as it only ever sees one kind of buffer. `jvm.options` names the loop: it is to be compiled at once,
/// by itself, rather than again within every caller.
final class SparseFold {
    /// How far before a byte those lie that are added to it, nearest first. [DigestTest] divides the sum by the polynomial.
    static final int[] DELAYS = {280, 979, 1172, 1598, 1607, 1645, 1740};

    /// The farthest of them.
    static final int WINDOW = 1740;

    /// For so many bytes at a time the loop is called in the first rows. A method that is called often is compiled once; one whose loop
    /// runs for long is compiled for the middle of its call first, and every fill would wait 20 ms more.
    private static final int FIRST_STRETCH_BYTES = 256;

    private static final byte[] ZEROS = new byte[WINDOW];

    /// Whether a row has been divided. Threads that do not see it yet lose some microseconds.
    private static boolean used;

    private SparseFold() {}

    /// Replaces a row by its quotient, and the [#WINDOW] bytes before it by zeros.
    ///
    /// @param bytes little-endian
    /// @param to whole words after `from`
    static void divide(ByteBuffer bytes, int from, int to) {
        bytes.put(from - WINDOW, ZEROS);
        int stretch = used ? to - from : FIRST_STRETCH_BYTES;
        for (int at = from; at < to; at += stretch) {
            middle(bytes, at, Math.min(to, at + stretch));
        }
        used = true;
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
}
