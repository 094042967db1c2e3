/// The CSI plugin `local.cistern.dev`: the program, its configuration and its wiring.
@NullMarked
package dev.cistern.csi;

import org.jspecify.annotations.NullMarked;
