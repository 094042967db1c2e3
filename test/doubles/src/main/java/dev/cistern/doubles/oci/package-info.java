/// An OCI registry, its token service and the content delivery network that it redirects to, all on the loopback
/// interface.
@NullMarked
package dev.cistern.doubles.oci;

import org.jspecify.annotations.NullMarked;
