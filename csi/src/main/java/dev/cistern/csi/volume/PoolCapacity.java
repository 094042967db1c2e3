package dev.cistern.csi.volume;

/// Remaining capacity of a pool, in bytes.
///
/// @param available total size of volumes that could still be created
/// @param largestVolume size of the largest volume that could be created now
public record PoolCapacity(long available, long largestVolume) {}
