/// Mounts volumes for pods. Knows neither gRPC nor Vert.x.
@NullMarked
package dev.cistern.csi.mount;

import org.jspecify.annotations.NullMarked;
