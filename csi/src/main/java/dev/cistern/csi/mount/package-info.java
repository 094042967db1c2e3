/// How a volume is shown to a pod. Knows neither gRPC nor Vert.x.
@NullMarked
package dev.cistern.csi.mount;

import org.jspecify.annotations.NullMarked;
