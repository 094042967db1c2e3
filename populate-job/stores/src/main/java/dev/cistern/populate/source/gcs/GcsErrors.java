package dev.cistern.populate.source.gcs;

import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.rest.ErrorAnswer;
import dev.cistern.populate.source.rest.Json;
import dev.cistern.populate.source.rest.StatusErrors;
import dev.cistern.populate.wire.Reason;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What errors of Google Cloud Storage mean for a run: the only place that knows.
final class GcsErrors {
    private static final int MAX_SHOWN = 400;

    /// Reasons that ask for less; they come with 403 as well as with 429.
    private static final Set<String> TOO_MUCH =
            Set.of(
                    "rateLimitExceeded",
                    "userRateLimitExceeded",
                    "quotaExceeded",
                    "dailyLimitExceeded",
                    "slowDown");

    private static final StatusErrors.Hints HINTS =
            new StatusErrors.Hints(
                    "check the service account, its key, and the clock",
                    "check bucket and endpoint",
                    "grant them roles/storage.objectViewer on the bucket (storage.objects.list and"
                            + " storage.objects.get)");

    /// What an answer says.
    ///
    /// @param reason such as `rateLimitExceeded`; empty where there is none, as in answers to requests for bytes
    /// @param message for people; empty where there is none
    record Told(ErrorAnswer answer, String reason, String message) {
        static Told of(ErrorAnswer answer) {
            String text = answer.document().strip();
            if (text.startsWith("{")) {
                try {
                    Json error = Json.parse(text.getBytes(StandardCharsets.UTF_8)).get("error");
                    List<Json> details = error.get("errors").items();
                    String reason =
                            details.isEmpty()
                                    ? error.get("status").text("")
                                    : details.getFirst().get("reason").text("");
                    return new Told(answer, reason, cut(error.get("message").text("")));
                } catch (IllegalArgumentException e) {
                    return new Told(answer, "", "");
                }
            }
            // A page of somebody between says less than its status.
            return new Told(answer, "", text.startsWith("<") ? "" : cut(text));
        }

        private static String cut(String text) {
            String line = text.replaceAll("\\s+", " ");
            return line.length() <= MAX_SHOWN ? line : line.substring(0, MAX_SHOWN) + "…";
        }

        /// Whether the message holds one of some words.
        boolean says(String... words) {
            String lower = message.toLowerCase(Locale.ROOT);
            for (String word : words) {
                if (lower.contains(word)) {
                    return true;
                }
            }
            return false;
        }

        String shown() {
            return "HTTP "
                    + answer.status()
                    + (reason.isEmpty() ? "" : " " + reason)
                    + (message.isEmpty() ? "" : ": " + message);
        }
    }

    private GcsErrors() {}

    /// @param object name of the object asked for; null for a listing
    static SourceException of(ErrorAnswer answer, String where, @Nullable String object) {
        Told told = Told.of(answer);
        String what = StatusErrors.subject(where, object);
        if (TOO_MUCH.contains(told.reason)) {
            return StatusErrors.unavailable(answer, true, what, told.shown());
        }
        SourceException known =
                switch (answer.status()) {
                    case 400 -> badRequest(told, what);
                    case 401 -> unauthorized(told, what);
                    case 403 -> forbidden(told, what);
                    case 404 ->
                            told.says("bucket does not exist")
                                    ? StatusErrors.missing(where, told.shown(), HINTS.missing())
                                    : null;
                    default -> null;
                };
        return known != null ? known : StatusErrors.of(answer, told.shown(), where, object, HINTS);
    }

    private static @Nullable SourceException badRequest(Told told, String what) {
        if (told.says("requester pays", "no user project")) {
            return StatusErrors.refused(
                    Reason.INVALID_CONFIGURATION,
                    what
                            + " is requester pays ("
                            + told.shown()
                            + "); set gcs.userProject (--user-project) to the project that is to"
                            + " pay");
        }
        if (told.says("customer-supplied encryption key", "customer-provided encryption key")) {
            return StatusErrors.refused(
                    Reason.ACCESS_DENIED,
                    what
                            + " is encrypted with a key of its owner ("
                            + told.shown()
                            + "), which cistern does not have: write it with a key of Cloud KMS,"
                            + " or exclude it");
        }
        return null;
    }

    private static @Nullable SourceException unauthorized(Told told, String what) {
        return told.says("anonymous caller")
                ? denied(
                        told,
                        what,
                        "it is not public: give an identity that may read it instead of anonymous")
                : null;
    }

    private static @Nullable SourceException forbidden(Told told, String what) {
        if (told.says("serviceusage.services.use", "user project specified")) {
            return denied(
                    told,
                    what,
                    "grant them roles/serviceusage.serviceUsageConsumer on the project that"
                            + " gcs.userProject (--user-project) names");
        }
        if (told.says("insufficient permission", "insufficient authentication scopes")) {
            return denied(
                    told,
                    what,
                    "the token lacks the scope devstorage.read_only: give the node's pool that"
                            + " scope, or use workload identity");
        }
        if (told.says("billing account")) {
            return denied(told, what, "its project's billing is off");
        }
        if (told.says("organization's policy", "vpc service controls")) {
            return denied(told, what, "a perimeter of VPC Service Controls is around it");
        }
        return null;
    }

    private static SourceException denied(Told told, String what, String hint) {
        return StatusErrors.refused(
                Reason.ACCESS_DENIED,
                what + " may not be read with these credentials (" + told.shown() + "); " + hint);
    }
}
