/// The calls of CSI and of kubelet's plugin registration. A call is: check the request, convert it to typed arguments,
/// make one call to `VolumePool` or `Mounter`, respond. No policy and no system call is here.
@NullMarked
package dev.cistern.csi.rpc;

import org.jspecify.annotations.NullMarked;
