/// How a registry learns who asks: its challenge, the token service that the challenge names, and the credentials that a
/// file in the form of Docker's `config.json` has for the registry.
@NullMarked
package dev.cistern.populate.source.oci.auth;

import org.jspecify.annotations.NullMarked;
