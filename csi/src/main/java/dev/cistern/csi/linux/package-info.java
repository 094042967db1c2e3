/// What the plugin asks of the kernel beyond mounts: btrfs ioctls, loop devices, flags of files. The calls themselves are those of
/// `dev.cistern.linux`. Nothing here knows what a volume is.
@NullMarked
package dev.cistern.csi.linux;

import org.jspecify.annotations.NullMarked;
