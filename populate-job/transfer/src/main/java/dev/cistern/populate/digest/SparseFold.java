package dev.cistern.populate.digest;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicBoolean;

/// Divides a long row of bytes by a multiple of CRC-64/NVME's polynomial that has only eight terms, all at whole bytes:
///
/// `x^(8·1740) + x^(8·1460) + x^(8·761) + x^(8·568) + x^(8·142) + x^(8·133) + x^(8·95) + 1`
///
/// A byte of the quotient is a byte of the row XOR the quotient's bytes 280, 979, 1172, 1598, 1607, 1645 and 1740
/// before it. So no table is needed, and because the nearest of them is 280 bytes away, many bytes can be processed at
/// once. The remainder modulo the polynomial itself then follows from the quotient's last 1740 bytes
/// ([Crc64Nvme#consume]).
///
/// The quotient replaces the row in place. [#divide(ByteBuffer, int, int)] calls a loop that the optimising JIT
/// compiler vectorises as long as it sees only one kind of buffer. `jvm.options` names the loop so that it is compiled
/// early and on its own instead of inlined into each caller.
final class SparseFold {
    /// Distances of the bytes that are added to a byte, nearest first. [DigestTest] divides the sum by the polynomial.
    static final int[] DELAYS = {280, 979, 1172, 1598, 1607, 1645, 1740};

    /// The largest of them.
    static final int WINDOW = 1740;

    /// Bytes per call while the loop is not compiled. A method that is called often is compiled as a whole; one whose
    /// loop runs for long gets an on-stack replacement first, which would cost each fill another 20 ms.
    private static final int FIRST_STRETCH_BYTES = 256;

    /// Number of such calls. With the thresholds of `jvm.options` the optimising compiler is triggered after some 40
    /// calls, and that call waits for it.
    private static final int FIRST_CALLS = 256;

    private static final byte[] ZEROS = new byte[WINDOW];

    private static final AtomicBoolean PREPARED = new AtomicBoolean();

    /// Guarded by this class's lock.
    private static int firstCalls;

    private static volatile boolean compiled;

    private SparseFold() {}

    /// Compiles the loop on a separate thread while the caller waits for data; all calls but the first do nothing.
    static void prepare() {
        if (PREPARED.compareAndSet(false, true)) {
            Thread thread = new Thread(null, SparseFold::compile, "digest", 256 * 1024);
            thread.setDaemon(true);
            thread.start();
        }
    }

    private static void compile() {
        int from = (WINDOW / Long.BYTES + 1) * Long.BYTES;
        int to = from + FIRST_CALLS * FIRST_STRETCH_BYTES;
        divide(ByteBuffer.allocateDirect(to).order(ByteOrder.LITTLE_ENDIAN), from, to);
    }

    /// Replaces a row by its quotient, and the preceding [#WINDOW] bytes by zeros.
    ///
    /// @param bytes little-endian
    /// @param to whole words after `from`
    static void divide(ByteBuffer bytes, int from, int to) {
        bytes.put(from - WINDOW, ZEROS);
        middle(bytes, compiled ? from : first(bytes, from, to), to);
    }

    /// Runs the loop until it is compiled, one thread at a time: thirty threads in the interpreter would starve the
    /// compiler, which then took 0.4 s instead of about 0.05 s.
    ///
    /// @return up to where the row has been divided
    private static synchronized int first(ByteBuffer bytes, int from, int to) {
        int at = from;
        for (; at < to && firstCalls < FIRST_CALLS; firstCalls++) {
            int end = Math.min(to, at + FIRST_STRETCH_BYTES);
            middle(bytes, at, end);
            at = end;
        }
        compiled = firstCalls == FIRST_CALLS;
        return at;
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
