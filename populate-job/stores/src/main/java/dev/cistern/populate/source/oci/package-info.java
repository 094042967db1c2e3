/// Artifacts and images of OCI registries (OCI Distribution Specification 1.1, and Docker's registries before it).
///
/// A tag or digest is resolved to a manifest, through an index where there is one. The manifest's named layers are the
/// files of the source; each is verified by its digest, so a registry or cache cannot change the data unnoticed.
@NullMarked
package dev.cistern.populate.source.oci;

import org.jspecify.annotations.NullMarked;
