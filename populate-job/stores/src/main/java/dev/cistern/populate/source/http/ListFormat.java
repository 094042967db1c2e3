package dev.cistern.populate.source.http;

import org.jspecify.annotations.Nullable;

/// How the lines of a list are read.
interface ListFormat {
    /// The file of a line; null where it says nothing: empty, or a comment.
    ///
    /// @param line without its end
    /// @throws IllegalArgumentException saying what is wrong with it
    @Nullable ListedFile file(String line);
}
