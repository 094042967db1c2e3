package dev.cistern.test.odd;

import java.util.List;
import java.util.Map;

/// What a fill has to come to.
public sealed interface Expected {
    /// Exactly these files, and success.
    ///
    /// @param files by path below the target
    /// @param folders empty directories besides those of the files
    record Tree(Map<String, byte[]> files, List<String> folders) implements Expected {}

    /// A failure with a reason, told in words that have all of these.
    ///
    /// @param reason as the result has it, for example `NoSuchBucket`
    /// @param terminal whether another attempt would be pointless
    record Word(String reason, boolean terminal, List<String> texts) implements Expected {}
}
