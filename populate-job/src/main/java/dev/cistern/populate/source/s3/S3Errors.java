package dev.cistern.populate.source.s3;

import dev.cistern.populate.http.TransportException;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.wire.Reason;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What S3's answers mean for a run: the only place that knows.
final class S3Errors {
    private static final Set<String> CREDENTIALS =
            Set.of(
                    "InvalidAccessKeyId",
                    "SignatureDoesNotMatch",
                    "InvalidToken",
                    "InvalidSecurity",
                    "InvalidClientTokenId",
                    "UnrecognizedClientException",
                    "AuthorizationHeaderMalformed",
                    "CredentialsNotSupported",
                    "MissingSecurityHeader",
                    "RequestTimeTooSkewed",
                    "InvalidIdentityToken",
                    "XAmzContentSHA256Mismatch");

    /// Codes that say of the user or its key that there is none: stores that are not S3 call it `NoSuchUser`, `XAdminNoSuchUser` or
    /// `NoSuchAccessKey`, and answer it with 404 or 400 as readily as with 403.
    private static final Pattern USER =
            Pattern.compile(
                    "(?i)(?=.*(?:user|access_?key|account|principal))"
                        + "(?=.*(?:no_?such|not_?found|not_?exist|unknown|invalid|inactive|disabled)).*");

    /// Codes that say that the keys were good once.
    private static final Set<String> EXPIRED =
            Set.of("ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired");

    /// Stores do not agree on a code for it.
    private static final Pattern PAYER =
            Pattern.compile("requester.?pay", Pattern.CASE_INSENSITIVE);

    private static final Set<String> RETRYABLE =
            Set.of(
                    "RequestTimeout",
                    "SlowDown",
                    "InternalError",
                    "ServiceUnavailable",
                    "Busy",
                    "Throttling",
                    "ThrottlingException",
                    "RequestLimitExceeded",
                    "RequestThrottled",
                    "OperationAborted");

    /// Codes that ask for less.
    private static final Set<String> TOO_MUCH =
            Set.of(
                    "SlowDown",
                    "Busy",
                    "ServiceUnavailable",
                    "Throttling",
                    "ThrottlingException",
                    "RequestLimitExceeded",
                    "RequestThrottled");

    /// An answer that is an error.
    ///
    /// @param status of the answer
    /// @param code from its body; empty where there was none
    /// @param message from its body; empty where there was none
    /// @param retryAfterMillis what it asked to wait; 0 where it asked for nothing
    /// @param bucketRegion the region that it says the bucket is in; null where it does not say
    /// @param endpoint the host that it says the bucket is at; null where it does not say
    record Answer(
            int status,
            String code,
            String message,
            long retryAfterMillis,
            @Nullable String bucketRegion,
            @Nullable String endpoint) {
        /// An error document that came with the status of a good answer, as if its code had come with its own status: what is
        /// not known may pass.
        Answer withStatusOfCode() {
            int own =
                    switch (code) {
                        case "AccessDenied", "AllAccessDisabled", "InvalidObjectState" -> 403;
                        case "NoSuchKey", "NoSuchVersion", "NoSuchBucket" -> 404;
                        case "PreconditionFailed" -> 412;
                        case "InvalidRange" -> 416;
                        case "InvalidArgument", "InvalidRequest" -> 400;
                        default -> CREDENTIALS.contains(code) ? 403 : 500;
                    };
            return new Answer(
                    own,
                    code,
                    message.isEmpty() ? "with status 200" : message + " (with status 200)",
                    retryAfterMillis,
                    bucketRegion,
                    endpoint);
        }

        Answer withCode(String known) {
            return new Answer(status, known, message, retryAfterMillis, bucketRegion, endpoint);
        }

        String shown() {
            return "HTTP "
                    + status
                    + (code.isEmpty() ? "" : " " + code)
                    + (message.isEmpty() ? "" : ": " + message);
        }
    }

    private S3Errors() {}

    /// Whether the keys have expired.
    static boolean expired(Answer answer) {
        return EXPIRED.contains(answer.code());
    }

    /// Whether the time that a request was signed for may be why it was refused. The answer to a `HEAD` has no code to tell.
    static boolean aboutTime(Answer answer) {
        return answer.code().equals("RequestTimeTooSkewed")
                || (answer.status() == 403 && answer.code().isEmpty());
    }

    /// Whether fewer requests at a time may be served. The answer to a `HEAD` has no code to tell.
    private static boolean tooMuch(Answer answer) {
        return answer.status() == 503 || answer.status() == 429 || TOO_MUCH.contains(answer.code());
    }

    /// @param key of the object asked for; null for a listing
    static SourceException of(Answer answer, S3Location where, @Nullable String key) {
        String what = (key == null ? "" : "object " + key + " in ") + where;
        String code = answer.code();
        if (answer.status() < 300) {
            return of(answer.withStatusOfCode(), where, key);
        }
        if (answer.status() == 408
                || answer.status() == 425
                || answer.status() == 429
                || answer.status() >= 500 && answer.status() != 501
                || RETRYABLE.contains(code)) {
            String problem = what + " cannot be served now (" + answer.shown() + ")";
            return tooMuch(answer)
                    ? SourceException.Retryable.busy(
                            Reason.SOURCE_UNAVAILABLE, problem, answer.retryAfterMillis())
                    : new SourceException.Retryable(
                            Reason.SOURCE_UNAVAILABLE,
                            problem,
                            answer.retryAfterMillis(),
                            true,
                            null);
        }
        if (expired(answer)) {
            return refused(
                    Reason.CREDENTIALS_EXPIRED,
                    what
                            + " was asked for with keys that have expired ("
                            + answer.shown()
                            + "); renew them where they come from: the next attempt reads them"
                            + " anew");
        }
        if (CREDENTIALS.contains(code) || USER.matcher(code).matches() || answer.status() == 401) {
            String hint =
                    code.equals("RequestTimeTooSkewed") ? "set the clock" : "check the access key";
            return refused(
                    Reason.INVALID_CREDENTIALS,
                    what + " does not accept the credentials (" + answer.shown() + "); " + hint);
        }
        if (code.equals("NoSuchBucket") || (answer.status() == 404 && key == null)) {
            return refused(
                    Reason.NO_SUCH_BUCKET,
                    "there is no "
                            + where
                            + " ("
                            + answer.shown()
                            + "); check bucket, endpoint and region");
        }
        if (answer.status() == 404 || answer.status() == 410) {
            return new SourceException.Changed(what + " is gone (" + answer.shown() + ")", true);
        }
        if (answer.status() == 416) {
            return new SourceException.Changed(
                    what + " has not the bytes that were asked for (" + answer.shown() + ")",
                    false);
        }
        if (answer.status() == 412 || answer.status() == 409) {
            return new SourceException.Changed(
                    what + " changed while it was copied (" + answer.shown() + ")", false);
        }
        if (code.equals("InvalidObjectState")) {
            return refused(
                    Reason.ACCESS_DENIED,
                    what + " is archived (" + answer.shown() + "); restore it in the store first");
        }
        if (answer.status() == 403) {
            return refused(
                    Reason.ACCESS_DENIED,
                    what
                            + " may not be read with these credentials ("
                            + answer.shown()
                            + "); "
                            + (PAYER.matcher(answer.message()).find()
                                    ? "the bucket is requester pays, and cistern does not offer to"
                                            + " pay: ask its owner, or copy it elsewhere first"
                                    : "allow s3:GetObject and s3:ListBucket; a bucket that is"
                                            + " requester pays refuses likewise, since cistern does"
                                            + " not offer to pay"));
        }
        String region = answer.bucketRegion();
        String endpoint = answer.endpoint();
        if (endpoint != null && answer.status() < 400) {
            return refused(
                    Reason.INVALID_CONFIGURATION,
                    what
                            + " refuses the request ("
                            + answer.shown()
                            + "); the bucket is at "
                            + endpoint
                            + (region == null ? "" : " in region " + region)
                            + ": set endpoint"
                            + (region == null ? "" : " and region"));
        }
        if (answer.status() == 405 || answer.status() == 501) {
            return SourceException.Refused.unsupported(
                    what + " does not support this request (" + answer.shown() + ")");
        }
        return refused(
                Reason.INVALID_CONFIGURATION,
                what
                        + " refuses the request ("
                        + answer.shown()
                        + (region == null
                                ? ")"
                                : "); the bucket is in region " + region + ": set region"));
    }

    static SourceException of(TransportException e, S3Location where, @Nullable String key) {
        String what = (key == null ? "" : "object " + key + " in ") + where + ": " + e.getMessage();
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

    static SourceException.Retryable garbled(
            S3Location where, @Nullable String key, String problem) {
        String what = (key == null ? "" : "object " + key + " in ") + where;
        return new SourceException.Retryable(
                Reason.SOURCE_UNAVAILABLE, what + " answered wrongly: " + problem, 0, true, null);
    }

    static SourceException.Refused refused(Reason reason, String message) {
        return new SourceException.Refused(reason, message, null);
    }
}
