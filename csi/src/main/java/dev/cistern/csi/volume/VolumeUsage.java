package dev.cistern.csi.volume;

/// How full a volume is, in bytes.
///
/// @param total what it may hold
/// @param used what it holds, file system's metadata included
/// @param available what can still be written
public record VolumeUsage(long total, long used, long available) {}
