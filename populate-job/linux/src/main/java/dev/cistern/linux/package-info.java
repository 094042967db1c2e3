/// The Linux system calls that the programs need and the JDK lacks: descriptors, files, mounts, `execve`. The only
/// package of the project that uses `java.lang.foreign`; it knows nothing of volumes, stores or fills.
///
/// A call that fails throws [dev.cistern.linux.LinuxException] with the kernel's error number. On other systems and
/// processors, and where native access is denied, the first use of a class here throws a [java.lang.LinkageError].
///
/// To add a call: a constant in `SystemCall` with its numbers, and a method in the class it belongs to.
@NullMarked
package dev.cistern.linux;

import org.jspecify.annotations.NullMarked;
