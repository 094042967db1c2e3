package dev.cistern.populate.source.http;

import org.jspecify.annotations.Nullable;

/// Parses the lines of a list.
interface ListFormat {
    /// The file of a line; null for an empty line or a comment.
    ///
    /// @param line without its end
    /// @throws IllegalArgumentException with the problem
    @Nullable ListedFile file(String line);
}
