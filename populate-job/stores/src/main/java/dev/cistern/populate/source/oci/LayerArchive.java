package dev.cistern.populate.source.oci;

import dev.cistern.populate.wire.ArchiveFormat;

/// A layer whose entries are files of the source.
///
/// @param name for messages
/// @param root directory below which all its entries have to be; empty for the artifact's own
record LayerArchive(String name, Descriptor blob, ArchiveFormat format, String root) {}
