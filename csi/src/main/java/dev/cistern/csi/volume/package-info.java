/// Local volumes, and the two small interfaces behind the calls: [VolumePool] stores volumes, `Mounter` (package
/// `mount`) mounts them for pods. Knows neither gRPC nor Vert.x nor Linux.
@NullMarked
package dev.cistern.csi.volume;

import org.jspecify.annotations.NullMarked;
