/// What a local volume is, and the two small interfaces the calls are answered with: [VolumePool] keeps volumes,
/// `Mounter` (package `mount`) shows them to pods. Knows neither gRPC nor Vert.x nor Linux.
@NullMarked
package dev.cistern.csi.volume;

import org.jspecify.annotations.NullMarked;
