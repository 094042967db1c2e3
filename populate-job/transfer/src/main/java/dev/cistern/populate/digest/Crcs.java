package dev.cistern.populate.digest;

/// Combines CRCs of adjacent pieces.
///
/// The CRC of `A` followed by `B` is the CRC of `A`, advanced by the length of `B`, XOR the CRC of `B`. Advancing is a
/// multiplication by a power of x modulo the polynomial. Polynomials are reflected, so x^0 is the highest bit.
public final class Crcs {
    private Crcs() {}

    private static long polynomial(DigestKind kind) {
        return switch (kind) {
            case CRC64NVME -> Crc64Nvme.POLYNOMIAL;
            case CRC64ECMA -> Crc64Ecma.POLYNOMIAL;
            case CRC32C -> 0x82f63b78L;
            case CRC32 -> 0xedb88320L;
            case SHA512, SHA256, SHA1, MD5, GIT_BLOB ->
                    throw new IllegalArgumentException(kind.label() + " does not combine");
        };
    }

    /// The CRC of two adjacent pieces.
    ///
    /// @param first of the first piece
    /// @param second of the second piece
    /// @param secondLength of the second piece, in bytes
    public static long combine(DigestKind kind, long first, long second, long secondLength) {
        return multiply(power(kind, secondLength), first, polynomial(kind), kind.bits()) ^ second;
    }

    /// The factor that advances a CRC by the given number of bytes.
    static long power(DigestKind kind, long bytes) {
        long polynomial = polynomial(kind);
        int bits = kind.bits();
        long power = 1L << (bits - 1);
        // x^(8 n) by squaring; x^8 is the first factor.
        long square = 1L << (bits - 9);
        for (long n = bytes; n != 0; n >>>= 1) {
            if ((n & 1) != 0) {
                power = multiply(power, square, polynomial, bits);
            }
            square = multiply(square, square, polynomial, bits);
        }
        return power;
    }

    /// The product of two polynomials modulo a third.
    static long multiply(long a, long b, long polynomial, int bits) {
        long product = 0;
        long factor = b;
        for (long bit = 1L << (bits - 1); bit != 0; bit >>>= 1) {
            if ((a & bit) != 0) {
                product ^= factor;
            }
            factor = (factor & 1) != 0 ? (factor >>> 1) ^ polynomial : factor >>> 1;
        }
        return product;
    }
}
