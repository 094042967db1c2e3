package dev.cistern.populate.target;

import java.io.IOException;

/// Makes files for what one fill knows about its objects and has no memory for. None outlives the fill.
@FunctionalInterface
public interface WorkFiles {
    /// A new empty file; closed with the target, or before.
    TargetFile create() throws IOException;
}
