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

/// Maps errors of Google Cloud Storage to failures of a run.
final class GcsErrors {
    private static final int MAX_SHOWN = 400;

    /// Reasons for rate limiting; sent with 403 as well as 429.
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

    /// Details of an error response.
    ///
    /// @param reason such as `rateLimitExceeded`; empty where there is none, as in responses to requests for bytes
    /// @param message human-readable; empty where there is none
    record ErrorDetails(ErrorAnswer answer, String reason, String message) {
        static ErrorDetails of(ErrorAnswer answer) {
            String text = answer.document().strip();
            if (text.startsWith("{")) {
                try {
                    Json error = Json.parse(text.getBytes(StandardCharsets.UTF_8)).get("error");
                    List<Json> details = error.get("errors").items();
                    String reason =
                            details.isEmpty()
                                    ? error.get("status").text("")
                                    : details.getFirst().get("reason").text("");
                    return new ErrorDetails(answer, reason, cut(error.get("message").text("")));
                } catch (IllegalArgumentException e) {
                    return new ErrorDetails(answer, "", "");
                }
            }
            // An intermediary's page is less useful than its status.
            return new ErrorDetails(answer, "", text.startsWith("<") ? "" : cut(text));
        }

        private static String cut(String text) {
            String line = text.replaceAll("\\s+", " ");
            return line.length() <= MAX_SHOWN ? line : line.substring(0, MAX_SHOWN) + "…";
        }

        /// Whether the message contains one of the words.
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

    /// Whether the bucket is requester pays, and the request named no project.
    static boolean asksWhoPays(ErrorAnswer answer) {
        return answer.status() == 400 && asksWhoPays(ErrorDetails.of(answer));
    }

    private static boolean asksWhoPays(ErrorDetails details) {
        return details.says("requester pays", "no user project");
    }

    /// @param object name of the requested object; null for a listing
    static SourceException of(ErrorAnswer answer, String where, @Nullable String object) {
        ErrorDetails details = ErrorDetails.of(answer);
        String what = StatusErrors.subject(where, object);
        if (TOO_MUCH.contains(details.reason)) {
            return StatusErrors.unavailable(answer, true, what, details.shown());
        }
        SourceException known =
                switch (answer.status()) {
                    case 400 -> badRequest(details, what);
                    case 401 -> unauthorized(details, what);
                    case 403 -> forbidden(details, what);
                    case 404 ->
                            details.says("bucket does not exist")
                                    ? StatusErrors.missing(where, details.shown(), HINTS.missing())
                                    : null;
                    default -> null;
                };
        return known != null
                ? known
                : StatusErrors.of(answer, details.shown(), where, object, HINTS);
    }

    private static @Nullable SourceException badRequest(ErrorDetails details, String what) {
        if (asksWhoPays(details)) {
            return StatusErrors.refused(
                    Reason.INVALID_CONFIGURATION,
                    what
                            + " is requester pays ("
                            + details.shown()
                            + "); set gcs.userProject or gcs.projectId (--user-project) to the"
                            + " project that is to pay");
        }
        if (details.says("customer-supplied encryption key", "customer-provided encryption key")) {
            return StatusErrors.refused(
                    Reason.ACCESS_DENIED,
                    what
                            + " is encrypted with a key of its owner ("
                            + details.shown()
                            + "), which cistern does not have: write it with a key of Cloud KMS,"
                            + " or exclude it");
        }
        return null;
    }

    private static @Nullable SourceException unauthorized(ErrorDetails details, String what) {
        return details.says("anonymous caller")
                ? denied(
                        details,
                        what,
                        "it is not public: give an identity that may read it instead of anonymous")
                : null;
    }

    private static @Nullable SourceException forbidden(ErrorDetails details, String what) {
        if (details.says("serviceusage.services.use", "user project specified")) {
            return denied(
                    details,
                    what,
                    "grant them roles/serviceusage.serviceUsageConsumer on the project that"
                            + " gcs.userProject or gcs.projectId (--user-project) names");
        }
        if (details.says("insufficient permission", "insufficient authentication scopes")) {
            return denied(
                    details,
                    what,
                    "the token lacks the scope devstorage.read_only: give the node's pool that"
                            + " scope, or use workload identity");
        }
        if (details.says("billing account")) {
            return denied(details, what, "its project's billing is off");
        }
        if (details.says("organization's policy", "vpc service controls")) {
            return denied(details, what, "a perimeter of VPC Service Controls is around it");
        }
        return null;
    }

    private static SourceException denied(ErrorDetails details, String what, String hint) {
        return StatusErrors.refused(
                Reason.ACCESS_DENIED,
                what
                        + " may not be read with these credentials ("
                        + details.shown()
                        + "); "
                        + hint);
    }
}
