package dev.cistern.populate.target;

import java.io.IOException;

/// Destination of a fill: a directory tree ([DirectoryTarget]), or anything else that accepts files by path, such as a
/// content-addressed store.
public interface Target {
    /// Name for messages.
    String name();

    /// Locks it for one fill.
    ///
    /// @param durable whether everything has to be durable before it counts
    /// @throws IOException when it cannot be used or is locked by another fill
    OpenTarget open(boolean durable) throws IOException;
}
