package dev.cistern.populate.source.oci;

/// A file of an artifact.
///
/// @param path below the artifact's root
/// @param blob its content
record LayerFile(String path, Descriptor blob) {}
