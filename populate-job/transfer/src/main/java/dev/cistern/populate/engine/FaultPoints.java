package dev.cistern.populate.engine;

/// Hook for tests that stop the process at defined points of a fill.
@FunctionalInterface
public interface FaultPoints {
    /// The points, in the order in which a fill reaches them.
    enum Point {
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

    /// No hook.
    FaultPoints NONE = point -> {};

    /// Called when a fill reaches a point.
    void reached(Point point);
}
