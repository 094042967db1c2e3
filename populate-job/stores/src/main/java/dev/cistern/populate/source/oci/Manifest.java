package dev.cistern.populate.source.oci;

import java.util.List;

/// What a tag or digest stands for.
///
/// @param digest of the manifest, not of an index before it
/// @param layers in order, without those that are empty by their media type
record Manifest(ContentDigest digest, List<Descriptor> layers) {
    Manifest {
        layers = List.copyOf(layers);
    }
}
