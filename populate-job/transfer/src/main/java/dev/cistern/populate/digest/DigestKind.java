package dev.cistern.populate.digest;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;

/// The digest algorithms that stores provide.
///
/// The CRCs of pieces can be computed in any order and combined ([Crcs]); the others need the bytes in order. Stronger
/// ones come first.
public enum DigestKind {
    SHA256("sha256", 256, "SHA-256"),
    SHA1("sha1", 160, "SHA-1"),
    MD5("md5", 128, "MD5"),
    CRC64NVME("crc64nvme", 64, ""),
    CRC32C("crc32c", 32, ""),
    CRC32("crc32", 32, ""),
    /// These are last, because journals store ordinals.
    CRC64ECMA("crc64ecma", 64, ""),
    SHA512("sha512", 512, "SHA-512"),
    /// The id of a blob of git: SHA-1 over `blob`, a blank, the size in decimal, a zero byte and the bytes.
    GIT_BLOB("gitblob", 160, "SHA-1");

    private final String label;
    private final int bits;
    private final String algorithm;

    DigestKind(String label, int bits, String algorithm) {
        this.label = label;
        this.bits = bits;
        this.algorithm = algorithm;
    }

    /// The name in manifests and messages, for example `crc64nvme`.
    public String label() {
        return label;
    }

    /// Whether digests of pieces can be combined.
    public boolean combines() {
        return algorithm.isEmpty();
    }

    /// Length of a value in hex digits.
    public int hexLength() {
        return bits / 4;
    }

    /// Width in bits.
    public int bits() {
        return bits;
    }

    /// The JDK's name of a digest that does not combine.
    public String algorithm() {
        return algorithm;
    }

    /// What is digested before the bytes themselves.
    ///
    /// @param size of the whole, in bytes
    public byte[] preamble(long size) {
        return this == GIT_BLOB
                ? ("blob " + size + "\0").getBytes(StandardCharsets.US_ASCII)
                : new byte[0];
    }

    /// A new computation of a digest that combines.
    public Checksum newChecksum() {
        return switch (this) {
            case CRC64NVME -> new Crc64Nvme();
            case CRC64ECMA -> new Crc64Ecma();
            case CRC32C -> new CRC32C();
            case CRC32 -> new CRC32();
            case SHA512, SHA256, SHA1, MD5, GIT_BLOB ->
                    throw new IllegalArgumentException(label + " does not combine");
        };
    }

    /// A value of a digest that combines, in hex.
    public String hex(long value) {
        StringBuilder hex = new StringBuilder(hexLength());
        for (int shift = bits - 4; shift >= 0; shift -= 4) {
            hex.append(Character.forDigit((int) (value >>> shift) & 15, 16));
        }
        return hex.toString();
    }
}
