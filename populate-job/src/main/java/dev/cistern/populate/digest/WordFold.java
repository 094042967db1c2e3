package dev.cistern.populate.digest;

/// Makes a long row of words short without changing its remainder by CRC-64/NVME's polynomial, by means of a multiple of that
/// polynomial that has only eight terms, all at whole words:
///
/// `x^(64·1740) + x^(64·1460) + x^(64·761) + x^(64·568) + x^(64·142) + x^(64·133) + x^(64·95) + 1`
///
/// Modulo the polynomial, a word may therefore be dropped when it is added (xor) to the words 280, 979, 1172, 1598, 1607, 1645 and
/// 1740 further on.
///
/// These are loops over arrays of longs which the optimising JIT compiler turns into vector instructions. `jvm.options` names the
/// class: its methods are to be compiled at once, each for itself, rather than again within every caller.
final class WordFold {
    /// Where a dropped word is added, in words further on. [DigestTest] divides the sum by the polynomial.
    static final int[] DELAYS = {280, 979, 1172, 1598, 1607, 1645, 1740};

    /// So many words may be left over.
    static final int WINDOW = 1740;

    /// The vectoriser gives up on a loop with all seven words in it, so two loops share them, in stretches no longer than the
    /// shortest delay: within one, no word depends on another.
    private static final int STRETCH = 256;

    private static final int QUARTER = WINDOW / 4;

    private static final long MOVE = Crcs.power(DigestKind.CRC64NVME, (long) QUARTER * Long.BYTES);

    private WordFold() {}

    /// Adds to each word what was dropped before it, and so drops it, too.
    ///
    /// @param from at least [#WINDOW]
    static void drop(long[] words, int from, int to) {
        for (int i = from; i < to; i += STRETCH) {
            int end = Math.min(i + STRETCH, to);
            far(words, i, end);
            near(words, i, end);
        }
    }

    private static void far(long[] words, int from, int to) {
        for (int i = from; i < to; i++) {
            words[i] ^= words[i - 1607] ^ words[i - 1645] ^ words[i - 1740];
        }
    }

    private static void near(long[] words, int from, int to) {
        for (int i = from; i < to; i++) {
            words[i] ^= words[i - 280] ^ words[i - 979] ^ words[i - 1172] ^ words[i - 1598];
        }
    }

    /// The remainder of what was dropped so far, the last words of which are the array's first. They were dropped as if others
    /// followed, so what they have added to each other is taken away first.
    ///
    /// @param words twice as long as the window at least; its second part is overwritten
    static long reduce(long[] words) {
        System.arraycopy(words, 0, words, WINDOW, WINDOW);
        for (int delay : DELAYS) {
            takeAway(words, delay);
        }
        return remainder(words);
    }

    private static void takeAway(long[] words, int delay) {
        for (int i = delay; i < WINDOW; i++) {
            words[WINDOW + i] ^= words[i - delay];
        }
    }

    /// A step through the tables waits for the step before it; four quarters of the window at a time do not.
    private static long remainder(long[] words) {
        long a = 0;
        long b = 0;
        long c = 0;
        long d = 0;
        for (int i = WINDOW; i < WINDOW + QUARTER; i++) {
            a = Crc64Nvme.step(a ^ words[i]);
            b = Crc64Nvme.step(b ^ words[i + QUARTER]);
            c = Crc64Nvme.step(c ^ words[i + 2 * QUARTER]);
            d = Crc64Nvme.step(d ^ words[i + 3 * QUARTER]);
        }
        return moved(moved(moved(a) ^ b) ^ c) ^ d;
    }

    /// What a remainder becomes a quarter of the window later.
    private static long moved(long remainder) {
        return Crcs.multiply(remainder, MOVE, Crc64Nvme.POLYNOMIAL, Long.SIZE);
    }
}
