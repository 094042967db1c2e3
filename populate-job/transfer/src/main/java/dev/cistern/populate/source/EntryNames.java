package dev.cistern.populate.source;

import org.jspecify.annotations.Nullable;

/// Says which entries of an archive are wanted, and where they go. Asked once for each entry, in the archive's order,
/// and for all of them again where the archive has to be read again: [#restart] says so.
public interface EntryNames {
    /// The path below the archive's directory; null where the entry is passed over, whatever it is.
    ///
    /// @param name as the archive has it, without `./` before it and `/` behind it; never empty
    /// @param directory whether it is one
    /// @throws IllegalArgumentException when it cannot be taken, with what is wrong
    @Nullable String path(String name, boolean directory);

    /// The archive is read again from its beginning.
    default void restart() {}

    /// Each entry under its own name.
    EntryNames AS_THEY_ARE = (name, directory) -> name;
}
