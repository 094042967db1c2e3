package dev.cistern.csi.volume;

/// Usage of a volume, in bytes.
///
/// @param total capacity
/// @param used including the file system's metadata
/// @param available space that can still be written
public record VolumeUsage(long total, long used, long available) {}
