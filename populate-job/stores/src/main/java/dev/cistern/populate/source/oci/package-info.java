/// Artifacts and images of OCI registries (OCI Distribution Specification 1.1, and Docker's registries before it).
///
/// A tag or digest leads to a manifest, over an index where there is one. The manifest's layers that have a name are the files of
/// the source; each is known by the digest of its bytes, so what is read is right whatever the registry or a cache on the
/// way sends.
@NullMarked
package dev.cistern.populate.source.oci;

import org.jspecify.annotations.NullMarked;
