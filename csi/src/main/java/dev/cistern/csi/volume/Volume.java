package dev.cistern.csi.volume;

import java.time.Instant;

/// A volume that exists.
///
/// @param name the name it was asked for with
/// @param bytes its size in bytes, at least [VolumeSize#MINIMUM_BYTES]
public record Volume(VolumeId id, String name, long bytes, Instant created) {}
