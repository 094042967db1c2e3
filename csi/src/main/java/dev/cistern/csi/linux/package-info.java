/// The system calls the plugin needs and the JDK lacks, by the foreign function interface: mounts, loop devices, btrfs ioctls.
/// Nothing here knows what a volume is.
@NullMarked
package dev.cistern.csi.linux;

import org.jspecify.annotations.NullMarked;
