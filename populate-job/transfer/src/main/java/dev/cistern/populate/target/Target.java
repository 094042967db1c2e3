package dev.cistern.populate.target;

import java.io.IOException;

/// Where a fill puts files: a directory tree ([DirectoryTarget]), or whatever else can take files by their paths, such as a store by
/// content.
public interface Target {
    /// How people call it.
    String name();

    /// Takes hold of it for one fill.
    ///
    /// @param durable whether everything is to be on the disk before it counts
    /// @throws IOException when it cannot be used, or another fill holds it
    OpenTarget open(boolean durable) throws IOException;
}
