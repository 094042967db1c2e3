package dev.cistern.populate.target;

/// A 64-bit hash of text, stable across runs for the same seed. Not collision-resistant against attackers: where a
/// collision would matter, the caller has another check or a random seed.
public final class Hash64 {
    private static final long A = 0x9e3779b97f4a7c15L;
    private static final long B = 0xd6e8feb86659fd93L;

    private Hash64() {}

    /// The hash of the first `length` characters.
    public static long of(long seed, CharSequence text, int length) {
        long hash = seed ^ A;
        int i = 0;
        for (; i + 4 <= length; i += 4) {
            long four =
                    text.charAt(i)
                            | (long) text.charAt(i + 1) << 16
                            | (long) text.charAt(i + 2) << 32
                            | (long) text.charAt(i + 3) << 48;
            hash = mix(hash ^ four);
        }
        long rest = length;
        for (; i < length; i++) {
            rest = rest << 16 | text.charAt(i);
        }
        return mix(mix(hash ^ rest) ^ length);
    }

    private static long mix(long value) {
        long x = value * B;
        return x ^ Math.unsignedMultiplyHigh(value ^ A, B) ^ (x >>> 32);
    }
}
