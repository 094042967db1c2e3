/// The calls of CSI and of kubelet's plugin registration. A call is: check the request, turn it into typed arguments, make
/// one call to `VolumePool` or `Mounter`, answer. No policy and no system call lives here.
@NullMarked
package dev.cistern.csi.rpc;

import org.jspecify.annotations.NullMarked;
