package dev.cistern.populate.archive;

/// One entry of an archive.
///
/// @param name as the archive has it; a directory's ends with `/`
/// @param size in bytes; -1 where the archive tells it only behind the entry's bytes
/// @param modifiedMillis when it was changed, by the Unix clock in milliseconds; 0 where the archive gives no time that
///     makes sense
public record ArchiveEntry(String name, Kind kind, long size, long modifiedMillis) {
    /// What an entry stands for.
    public enum Kind {
        FILE("a file"),
        DIRECTORY("a directory"),
        SYMBOLIC_LINK("a symbolic link"),
        HARD_LINK("a hard link"),
        DEVICE("a device"),
        PIPE("a named pipe"),
        OTHER("of a kind that is not known");

        private final String words;

        Kind(String words) {
            this.words = words;
        }

        /// For messages.
        public String words() {
            return words;
        }
    }
}
