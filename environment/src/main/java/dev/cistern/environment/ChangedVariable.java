package dev.cistern.environment;

import org.jspecify.annotations.Nullable;

/// An environment variable of the last release that has another name now, or none.
///
/// @param oldName name in the last release
/// @param newName current name; null where the variable has no effect any more
public record ChangedVariable(String oldName, @Nullable String newName) {
    /// A variable with a new name. The old one works until the next release.
    public static ChangedVariable renamed(String oldName, String newName) {
        return new ChangedVariable(oldName, newName);
    }

    /// A variable without effect.
    public static ChangedVariable removed(String oldName) {
        return new ChangedVariable(oldName, null);
    }
}
