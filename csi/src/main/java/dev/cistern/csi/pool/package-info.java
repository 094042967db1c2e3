/// Storage of volumes: [LocalPool] implements what is common to all kinds (records, order of steps, accounting), a
/// [Backing] what differs (btrfs, plain directories); [PoolOpener] selects. Knows neither gRPC nor Vert.x.
@NullMarked
package dev.cistern.csi.pool;

import org.jspecify.annotations.NullMarked;
