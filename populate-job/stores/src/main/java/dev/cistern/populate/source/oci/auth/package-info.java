/// Authentication with a registry: its challenge, the token service of the challenge, and credentials from a file in
/// the form of Docker's `config.json`.
@NullMarked
package dev.cistern.populate.source.oci.auth;

import org.jspecify.annotations.NullMarked;
