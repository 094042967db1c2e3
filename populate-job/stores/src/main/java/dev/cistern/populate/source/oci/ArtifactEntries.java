package dev.cistern.populate.source.oci;

import dev.cistern.populate.source.EntryNames;
import org.jspecify.annotations.Nullable;

/// The entries of an artifact's archive.
///
/// @param root directory below which all have to be; empty for any
/// @param wanted the part that is asked for
record ArtifactEntries(String root, SubPath wanted) implements EntryNames {
    @Override
    public @Nullable String path(String name, boolean directory) {
        boolean below = root.isEmpty() || name.equals(root) || name.startsWith(root + "/");
        if (!below) {
            throw new IllegalArgumentException("lies outside of the layer's directory " + root);
        }
        return directory ? wanted.belowDirectory(name) : wanted.below(name);
    }
}
