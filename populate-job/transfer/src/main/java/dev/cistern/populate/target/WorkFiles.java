package dev.cistern.populate.target;

import java.io.IOException;

/// Creates temporary files for data that does not fit in memory. None outlives the fill.
@FunctionalInterface
public interface WorkFiles {
    /// Creates an empty file, closed with the target or before.
    TargetFile create() throws IOException;
}
