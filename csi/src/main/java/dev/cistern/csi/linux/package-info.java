/// Kernel interfaces of the plugin beyond mounts: btrfs ioctls, loop devices, file flags. The calls themselves are
/// those of `dev.cistern.linux`. Nothing here knows what a volume is.
@NullMarked
package dev.cistern.csi.linux;

import org.jspecify.annotations.NullMarked;
