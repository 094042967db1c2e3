package dev.cistern.populate.source.rest;

import org.jspecify.annotations.Nullable;

/// How a listing continues after a page.
public sealed interface PageTurn {
    /// Request the page at a position.
    ///
    /// @param position in the store's own form, not empty
    record GoOn(String position) implements PageTurn {}

    /// The listing is complete.
    record End() implements PageTurn {}

    /// The listing cannot be completed.
    ///
    /// @param problem of the store's response, for messages
    record Broken(String problem) implements PageTurn {}

    /// For a store that sends a token with every page but the last.
    static PageTurn byToken(@Nullable String token) {
        return token == null || token.isEmpty() ? new End() : new GoOn(token);
    }
}
