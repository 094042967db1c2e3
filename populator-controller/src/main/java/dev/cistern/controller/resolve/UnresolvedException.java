package dev.cistern.controller.resolve;

import dev.cistern.controller.model.EventReason;
import dev.cistern.controller.model.Resolution;

/// Ends a resolution: the reason why a PVC cannot be filled from what it names.
final class UnresolvedException extends Exception {
    private static final long serialVersionUID = 1;
    private final transient Resolution resolution;

    UnresolvedException(Resolution resolution) {
        // No stack trace: it is a normal result.
        super(null, null, false, false);
        this.resolution = resolution;
    }

    /// Something is missing that may be created later.
    static UnresolvedException waiting(String reason, String message) {
        return new UnresolvedException(new Resolution.Waiting(reason, message));
    }

    /// A field asks for something that is not supported.
    static UnresolvedException unsupported(String field) {
        return new UnresolvedException(
                new Resolution.Refused(EventReason.UNSUPPORTED_SOURCE, field));
    }

    Resolution resolution() {
        return resolution;
    }
}
