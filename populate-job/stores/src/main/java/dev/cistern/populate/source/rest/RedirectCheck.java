package dev.cistern.populate.source.rest;

import dev.cistern.populate.source.SourceException;

/// Looks at answers that lead elsewhere, before a request follows: what a store says of an object may be there alone,
/// and not where the object's bytes are.
@FunctionalInterface
public interface RedirectCheck {
    /// An answer leads elsewhere.
    ///
    /// @throws SourceException when it is not about what was asked for
    void leads(ErrorAnswer answer, Redirect to) throws SourceException;
}
