package dev.cistern.csi.volume;

/// A requested size.
///
/// @param requiredBytes minimum size; 0 for none
/// @param limitBytes maximum size; 0 for none
public record VolumeSize(long requiredBytes, long limitBytes) {

    /// Enough for a subvolume's first blocks and a file.
    public static final long MINIMUM_BYTES = 1L << 20;

    /// Size of a volume when the request has none.
    public static final long DEFAULT_BYTES = 1L << 30;

    /// Sizes are whole blocks.
    private static final long BLOCK_BYTES = 4096;

    /// Larger than any pool, and small enough for rounding up without overflow.
    private static final long MAXIMUM_BYTES = 1L << 60;

    /// @throws VolumeFailure.InvalidArgument for negative numbers or a required size above the limit
    public VolumeSize {
        if (requiredBytes < 0) {
            throw new VolumeFailure.InvalidArgument(
                    "capacity_range.required_bytes", "is negative: " + requiredBytes);
        }
        if (limitBytes < 0) {
            throw new VolumeFailure.InvalidArgument(
                    "capacity_range.limit_bytes", "is negative: " + limitBytes);
        }
        if (limitBytes > 0 && requiredBytes > limitBytes) {
            throw new VolumeFailure.InvalidArgument(
                    "capacity_range",
                    "asks for " + requiredBytes + " bytes but at most " + limitBytes);
        }
    }

    /// The size in bytes of a new volume.
    ///
    /// @throws VolumeFailure.OutOfRange when no valid size is within the range
    public long choose() {
        if (requiredBytes > MAXIMUM_BYTES) {
            throw new VolumeFailure.OutOfRange(
                    "capacity_range.required_bytes is "
                            + requiredBytes
                            + "; no volume is larger than "
                            + MAXIMUM_BYTES);
        }
        if (limitBytes > 0 && limitBytes < MINIMUM_BYTES) {
            throw new VolumeFailure.OutOfRange(
                    "capacity_range.limit_bytes is "
                            + limitBytes
                            + "; no volume is smaller than "
                            + MINIMUM_BYTES);
        }
        long wanted = requiredBytes > 0 ? requiredBytes : DEFAULT_BYTES;
        long rounded =
                Math.max(MINIMUM_BYTES, (wanted + BLOCK_BYTES - 1) / BLOCK_BYTES * BLOCK_BYTES);
        return limitBytes > 0 ? Math.min(rounded, limitBytes) : rounded;
    }

    /// Whether a volume of this size satisfies the request.
    public boolean admits(long bytes) {
        return bytes >= requiredBytes && (limitBytes == 0 || bytes <= limitBytes);
    }
}
