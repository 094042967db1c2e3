package dev.cistern.test.odd;

import java.util.List;
import java.util.Map;

/// Expected result of a fill.
public sealed interface Expected {
    /// Success with exactly these files.
    ///
    /// @param files by path below the target
    /// @param folders empty directories
    record Tree(Map<String, byte[]> files, List<String> folders) implements Expected {}

    /// A failure with a reason and a message that contains all of these.
    ///
    /// @param reason in the result, for example `NoSuchBucket`
    /// @param terminal whether another attempt would fail as well
    record Word(String reason, boolean terminal, List<String> texts) implements Expected {}
}
