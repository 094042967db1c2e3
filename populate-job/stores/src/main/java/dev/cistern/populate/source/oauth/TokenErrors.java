package dev.cistern.populate.source.oauth;

import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.rest.ErrorAnswer;
import dev.cistern.populate.source.rest.Json;
import dev.cistern.populate.source.rest.StatusErrors;
import dev.cistern.populate.source.rest.StoreErrors;
import dev.cistern.populate.wire.Reason;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Maps errors of a token service to failures of a run.
///
/// @param where the service and the identity, for messages
/// @param hint what to do after a rejection
public record TokenErrors(String where, String hint) implements StoreErrors {
    private static final int MAX_SHOWN = 400;

    @Override
    public SourceException of(ErrorAnswer answer, @Nullable String object) {
        String problem = problem(answer.document());
        String shown = "HTTP " + answer.status() + (problem.isEmpty() ? "" : ": " + problem);
        if (StatusErrors.retryable(answer.status())) {
            return StatusErrors.unavailable(
                    answer, StatusErrors.busy(answer.status()), where, shown);
        }
        String what = where + " gives no access token (" + shown + "); ";
        if (problem.contains("reasonable timeframe") || problem.contains("not yet valid")) {
            return refused(Reason.INVALID_CREDENTIALS, what + "set the clock");
        }
        // 403 means that the identity is known.
        return refused(
                answer.status() == 403 ? Reason.ACCESS_DENIED : Reason.INVALID_CREDENTIALS,
                what + hint);
    }

    private static SourceException refused(Reason reason, String message) {
        return StatusErrors.refused(reason, message);
    }

    /// The message of an error document: OAuth's `error` and `error_description`, or the `message` of an error that
    /// is an object, or a line of text; empty where there is none.
    public static String problem(String document) {
        String text = document.strip();
        if (!text.startsWith("{")) {
            return text.startsWith("<") ? "" : cut(text);
        }
        try {
            Json all = Json.parse(text.getBytes(StandardCharsets.UTF_8));
            String error = all.get("error").text();
            String description = all.get("error_description").text("");
            String message = all.get("error").get("message").text("");
            return cut(
                    error == null
                            ? message
                            : error + (description.isEmpty() ? "" : ": " + description));
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    private static String cut(String text) {
        String line = text.replaceAll("\\s+", " ");
        return line.length() <= MAX_SHOWN ? line : line.substring(0, MAX_SHOWN) + "…";
    }
}
