package dev.cistern.csi.volume;

import java.time.Instant;

/// A volume that exists.
///
/// @param name its name in the request
/// @param bytes its size in bytes, at least [VolumeSize#MINIMUM_BYTES]
public record Volume(VolumeId id, String name, long bytes, Instant created) {}
