package dev.cistern.csi.volume;

/// What a pool has left to give, in bytes.
///
/// @param available sum of the sizes of volumes that could still be made
/// @param largestVolume size of the largest volume that could be made now
public record PoolCapacity(long available, long largestVolume) {}
