package dev.cistern.populate.source.rest;

import dev.cistern.populate.http.TransportException;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.wire.Reason;
import org.jspecify.annotations.Nullable;

/// Maps status codes to failures, for all stores, after the store's own codes were evaluated; also maps failed
/// exchanges.
public final class StatusErrors {
    /// Advice for failures that only the user can resolve.
    ///
    /// @param credentials for rejected credentials
    /// @param missing for a missing bucket or path
    /// @param denied for valid credentials without permission
    public record Hints(String credentials, String missing, String denied) {}

    private StatusErrors() {}

    /// Whether a retry of the same request may succeed.
    public static boolean retryable(int status) {
        return status == 408 || status == 425 || status == 429 || (status >= 500 && status != 501);
    }

    /// Whether the status means overload.
    public static boolean busy(int status) {
        return status == 429 || status == 503;
    }

    /// The failure for a status.
    ///
    /// @param answer with a status of 300 or more; a lower one is treated as 500
    /// @param shown the response for messages, such as `HTTP 403 AccessDenied: not yours`
    /// @param object id of the requested object; null for a listing
    public static SourceException of(
            ErrorAnswer answer, String shown, String where, @Nullable String object, Hints hints) {
        String what = subject(where, object);
        int status = answer.status() < 300 ? 500 : answer.status();
        if (retryable(status)) {
            return unavailable(answer, busy(status), what, shown);
        }
        return switch (status) {
            case 401 -> credentials(what, shown, hints.credentials());
            case 403 ->
                    refused(
                            Reason.ACCESS_DENIED,
                            what
                                    + " may not be read with these credentials ("
                                    + shown
                                    + "); "
                                    + hints.denied());
            case 404 -> object == null ? missing(where, shown, hints.missing()) : gone(what, shown);
            case 410 -> gone(what, shown);
            case 416 ->
                    new SourceException.Changed(
                            what + " has not the bytes that were asked for (" + shown + ")", false);
            case 409, 412 ->
                    new SourceException.Changed(
                            what + " changed while it was copied (" + shown + ")", false);
            case 405, 501 ->
                    SourceException.Refused.unsupported(
                            what + " does not support this request (" + shown + ")");
            default ->
                    refused(
                            Reason.INVALID_CONFIGURATION,
                            what + " refuses the request (" + shown + ")");
        };
    }

    /// The store is temporarily unavailable.
    ///
    /// @param busy whether it is overloaded
    /// @param what from [#subject]
    public static SourceException unavailable(
            ErrorAnswer answer, boolean busy, String what, String shown) {
        String problem = what + " cannot be served now (" + shown + ")";
        return busy
                ? SourceException.Retryable.busy(
                        Reason.SOURCE_UNAVAILABLE, problem, answer.retryAfterMillis())
                : new SourceException.Retryable(
                        Reason.SOURCE_UNAVAILABLE, problem, answer.retryAfterMillis(), true, null);
    }

    /// The credentials are not accepted.
    public static SourceException credentials(String what, String shown, String hint) {
        return refused(
                Reason.INVALID_CREDENTIALS,
                what + " does not accept the credentials (" + shown + "); " + hint);
    }

    /// There is nothing to list.
    public static SourceException missing(String where, String shown, String hint) {
        return refused(Reason.NO_SUCH_BUCKET, "there is no " + where + " (" + shown + "); " + hint);
    }

    private static SourceException gone(String what, String shown) {
        return new SourceException.Changed(what + " is gone (" + shown + ")", true);
    }

    /// The subject of a message.
    public static String subject(String where, @Nullable String object) {
        return object == null ? where : "object " + object + " in " + where;
    }

    /// The failure for a failed exchange.
    public static SourceException of(TransportException e, String where, @Nullable String object) {
        String what = subject(where, object) + ": " + e.getMessage();
        return switch (e.kind()) {
            case TLS ->
                    refused(
                            Reason.INVALID_CONFIGURATION,
                            what
                                    + "; give the authority's certificate, or use the"
                                    + " name the certificate is for");
            case PROXY -> refused(Reason.INVALID_CONFIGURATION, what);
            case STALLED -> new SourceException.Retryable(Reason.SOURCE_STALLED, what, 0, true, e);
            case CONNECT ->
                    new SourceException.Retryable(Reason.SOURCE_UNAVAILABLE, what, 0, false, e);
            case CUT, PROTOCOL ->
                    new SourceException.Retryable(Reason.SOURCE_UNAVAILABLE, what, 0, true, e);
        };
    }

    /// A response that does not match its request; a retry may succeed.
    public static SourceException.Retryable garbled(
            String where, @Nullable String object, String problem) {
        return new SourceException.Retryable(
                Reason.SOURCE_UNAVAILABLE,
                subject(where, object) + " answered wrongly: " + problem,
                0,
                true,
                null);
    }

    public static SourceException.Refused refused(Reason reason, String message) {
        return new SourceException.Refused(reason, message, null);
    }
}
