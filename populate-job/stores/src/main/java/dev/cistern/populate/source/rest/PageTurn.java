package dev.cistern.populate.source.rest;

import org.jspecify.annotations.Nullable;

/// How a listing goes on after a page.
public sealed interface PageTurn {
    /// Ask for the page there.
    ///
    /// @param position in a form of the store's own, not empty
    record GoOn(String position) implements PageTurn {}

    /// The listing is whole.
    record End() implements PageTurn {}

    /// The listing cannot be followed to its end.
    ///
    /// @param problem what the store answers, for people
    record Broken(String problem) implements PageTurn {}

    /// For a store that gives a token with every page but the last.
    static PageTurn byToken(@Nullable String token) {
        return token == null || token.isEmpty() ? new End() : new GoOn(token);
    }
}
