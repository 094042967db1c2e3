package dev.cistern.controller.probe.plan;

import dev.cistern.controller.model.Messages;
import dev.cistern.controller.probe.plan.ProbeRecord.Outcome;
import dev.cistern.populate.wire.ProbeResult;
import dev.cistern.populate.wire.ProbeStage;
import dev.cistern.populate.wire.Reason;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a probe's result means for a backend.
///
/// @param outcome for the backend
/// @param reason one word for machines; null when all was found in order
/// @param message for people: what was found, and what was not checked
record ProbeFindings(Outcome outcome, @Nullable String reason, String message) {
    /// What a result means.
    ///
    /// @param location what was to be looked at
    /// @param given whether the backend itself names it: only then is a bucket that is not there, or a list that cannot be read, its fault
    static ProbeFindings of(ProbeResult result, String location, boolean given) {
        Reason reason = result.reason();
        if (reason == null) {
            return new ProbeFindings(Outcome.SUCCEEDED, null, found(result, location));
        }
        String words = Messages.shorten(result.message());
        if (result.stage() == ProbeStage.LISTED) {
            return reason == Reason.ACCESS_DENIED
                    ? partial(
                            reason,
                            "listed "
                                    + location
                                    + ", and may not read what is there; whether other objects may"
                                    + " be read was not checked: "
                                    + words)
                    : new ProbeFindings(Outcome.PARTIAL, reason.wireName(), words);
        }
        Optional<String> unchecked = unchecked(reason, location, given);
        if (unchecked.isPresent()) {
            return partial(reason, unchecked.get() + ": " + words);
        }
        return new ProbeFindings(
                ofTheProbe(reason) ? Outcome.UNKNOWN : Outcome.FAILED, reason.wireName(), words);
    }

    private static ProbeFindings partial(Reason reason, String message) {
        return new ProbeFindings(Outcome.PARTIAL, reason.wireName(), message);
    }

    private static String found(ProbeResult result, String location) {
        String listed = "listed " + location;
        if (result.objects() == 0) {
            return listed + "; nothing is there, so whether objects may be read was not checked";
        }
        return result.stage() == ProbeStage.DESCRIBED
                ? listed + " and looked at one object there"
                : listed;
    }

    /// What could not be checked although the store answered, and accepted what it was asked with; empty when it is the backend's fault.
    private static Optional<String> unchecked(Reason reason, String location, boolean given) {
        return switch (reason) {
            case ACCESS_DENIED ->
                    Optional.of(
                            "the store answers, and may not list "
                                    + location
                                    + "; whether single objects may be read was not checked");
            case NO_SUCH_OBJECT, EMPTY_SOURCE ->
                    Optional.of(
                            "the store answers, and has nothing at "
                                    + location
                                    + "; whether objects may be read was not checked");
            case NO_SUCH_BUCKET, INVALID_CONFIGURATION, DIGEST_MISMATCH, LISTING_INCOMPLETE ->
                    given
                            ? Optional.empty()
                            : Optional.of(
                                    "the store answers; what a user of the backend names,"
                                            + " "
                                            + location
                                            + ", cannot be listed, and nothing else was checked;"
                                            + " set spec.probe.path");
            case INVALID_CREDENTIALS,
                    CREDENTIALS_EXPIRED,
                    SOURCE_UNAVAILABLE,
                    SOURCE_STALLED,
                    UNSAFE_KEY,
                    INSUFFICIENT_SPACE,
                    TOO_MANY_OBJECTS,
                    OBJECT_CHANGED,
                    TARGET_IO_ERROR,
                    INTERRUPTED,
                    INTERNAL_ERROR ->
                    Optional.empty();
        };
    }

    /// Whether a reason says nothing about the store.
    private static boolean ofTheProbe(Reason reason) {
        return switch (reason) {
            case INTERRUPTED,
                    INTERNAL_ERROR,
                    TARGET_IO_ERROR,
                    UNSAFE_KEY,
                    INSUFFICIENT_SPACE,
                    TOO_MANY_OBJECTS,
                    OBJECT_CHANGED ->
                    true;
            case INVALID_CONFIGURATION,
                    INVALID_CREDENTIALS,
                    ACCESS_DENIED,
                    NO_SUCH_BUCKET,
                    NO_SUCH_OBJECT,
                    EMPTY_SOURCE,
                    DIGEST_MISMATCH,
                    LISTING_INCOMPLETE,
                    CREDENTIALS_EXPIRED,
                    SOURCE_UNAVAILABLE,
                    SOURCE_STALLED ->
                    false;
        };
    }
}
