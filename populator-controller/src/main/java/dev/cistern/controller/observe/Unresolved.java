package dev.cistern.controller.observe;

import dev.cistern.controller.model.EventReason;
import dev.cistern.controller.model.Resolution;

/// Why what a PVC names cannot be filled from, thrown out of the depths of its resolution.
final class Unresolved extends Exception {
    private static final long serialVersionUID = 1;
    private final transient Resolution resolution;

    private Unresolved(Resolution resolution) {
        // No stack: it is an answer.
        super(null, null, false, false);
        this.resolution = resolution;
    }

    /// Something is missing that may come.
    static Unresolved waiting(String reason, String message) {
        return new Unresolved(new Resolution.Waiting(reason, message));
    }

    /// A field asks for what there is not.
    static Unresolved unsupported(String field) {
        return new Unresolved(new Resolution.Refused(EventReason.UNSUPPORTED_SOURCE, field));
    }

    Resolution resolution() {
        return resolution;
    }
}
