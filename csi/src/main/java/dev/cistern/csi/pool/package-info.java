/// Where volumes are kept: [LocalPool] holds what is the same for every kind (records, the order of steps, accounting), a
/// [Backing] what differs (btrfs, plain directories), [PoolOpener] chooses. Knows neither gRPC nor Vert.x.
@NullMarked
package dev.cistern.csi.pool;

import org.jspecify.annotations.NullMarked;
