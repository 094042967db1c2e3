package dev.cistern.populate.engine;

/// Hears of each step of a fill before it is taken. Tests end the process there.
@FunctionalInterface
public interface Steps {
    /// The steps.
    enum Step {
        LISTED,
        CHECKED,
        BLOCK_WRITTEN,
        FILE_VERIFIED,
        BEFORE_SYNC,
        BEFORE_RENAME,
        AFTER_RENAME,
        ALL_RENAMED,
        BEFORE_CLEANUP,
        AFTER_CLEANUP
    }

    /// Nobody listens.
    Steps NONE = step -> {};

    /// A step is about to be taken.
    void reached(Step step);
}
