package dev.cistern.populate.source.oci;

import java.util.List;

/// The manifest of a tag or digest.
///
/// @param digest of the manifest, not of its index
/// @param layers in order, without those with the empty media type
record Manifest(ContentDigest digest, List<Descriptor> layers) {
    Manifest {
        layers = List.copyOf(layers);
    }
}
