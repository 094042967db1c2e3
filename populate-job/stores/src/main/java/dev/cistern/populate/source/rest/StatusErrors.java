package dev.cistern.populate.source.rest;

import dev.cistern.populate.http.TransportException;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.wire.Reason;
import org.jspecify.annotations.Nullable;

/// What a status means for a run with any store, after the store's own codes have been looked at; and what a failed exchange means.
public final class StatusErrors {
    /// What people can do about the failures that they alone can mend.
    ///
    /// @param credentials that are not accepted
    /// @param missing nothing is there to be listed
    /// @param denied the credentials are good, and may not read
    public record Hints(String credentials, String missing, String denied) {}

    private StatusErrors() {}

    /// Whether the status says that the same request may be served later.
    public static boolean retryable(int status) {
        return status == 408 || status == 425 || status == 429 || (status >= 500 && status != 501);
    }

    /// Whether the status asks for fewer requests at a time.
    public static boolean busy(int status) {
        return status == 429 || status == 503;
    }

    /// The failure that a status means.
    ///
    /// @param answer 300 and above; what is below may pass, and is taken for 500
    /// @param shown the answer in words, such as `HTTP 403 AccessDenied: not yours`
    /// @param object id of the object asked for; null for a listing
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

    /// The store cannot serve this now.
    ///
    /// @param busy whether it asks for fewer requests at a time
    /// @param what as [#subject] gives it
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

    /// There is nothing to be listed.
    public static SourceException missing(String where, String shown, String hint) {
        return refused(Reason.NO_SUCH_BUCKET, "there is no " + where + " (" + shown + "); " + hint);
    }

    private static SourceException gone(String what, String shown) {
        return new SourceException.Changed(what + " is gone (" + shown + ")", true);
    }

    /// What a message is about.
    public static String subject(String where, @Nullable String object) {
        return object == null ? where : "object " + object + " in " + where;
    }

    /// An exchange that did not come to its end.
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

    /// An answer that does not fit its request; another may.
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
