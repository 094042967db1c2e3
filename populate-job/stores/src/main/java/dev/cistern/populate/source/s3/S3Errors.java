package dev.cistern.populate.source.s3;

import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.rest.ErrorAnswer;
import dev.cistern.populate.source.rest.StatusErrors;
import dev.cistern.populate.source.rest.XmlReader;
import dev.cistern.populate.wire.Reason;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Maps S3's error responses to failures of a run.
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

    /// Codes for an unknown user or key: S3-compatible stores use `NoSuchUser`, `XAdminNoSuchUser` or
    /// `NoSuchAccessKey`, with status 404 or 400 as well as 403.
    private static final Pattern USER =
            Pattern.compile(
                    "(?i)(?=.*(?:user|access_?key|account|principal))"
                        + "(?=.*(?:no_?such|not_?found|not_?exist|unknown|invalid|inactive|disabled)).*");

    /// Codes for expired keys.
    private static final Set<String> EXPIRED =
            Set.of("ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired");

    /// Stores use different codes for it.
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

    /// Codes for overload.
    private static final Set<String> TOO_MUCH =
            Set.of(
                    "SlowDown",
                    "Busy",
                    "ServiceUnavailable",
                    "Throttling",
                    "ThrottlingException",
                    "RequestLimitExceeded",
                    "RequestThrottled");

    /// Codes that say that there is no such key, which a rotation means when the store knew the key before. That a signature does not match
    /// is not among them: a store that signs some names otherwise says so, too.
    private static final Set<String> UNKNOWN_KEY =
            Set.of(
                    "InvalidAccessKeyId",
                    "InvalidToken",
                    "InvalidClientTokenId",
                    "UnrecognizedClientException");

    /// Content of an error document.
    ///
    /// @param code empty where there is none
    /// @param message empty where there is none
    /// @param bucketRegion the bucket's region; null where there is none
    /// @param endpoint the bucket's host; null where there is none
    record ErrorDetails(
            ErrorAnswer answer,
            String code,
            String message,
            @Nullable String bucketRegion,
            @Nullable String endpoint) {
        static ErrorDetails of(ErrorAnswer answer) {
            String document = answer.document();
            String region = answer.header().apply("x-amz-bucket-region");
            String code = XmlReader.element(document, "Code");
            String message = XmlReader.element(document, "Message");
            return new ErrorDetails(
                    answer,
                    code == null ? "" : code,
                    message == null ? "" : message,
                    region == null ? XmlReader.element(document, "Region") : region,
                    XmlReader.element(document, "Endpoint"));
        }

        int status() {
            return answer.status();
        }

        /// An error document with a success status, with the status of its code instead; unknown codes are retryable.
        ErrorDetails withStatusOfCode() {
            int own =
                    switch (code) {
                        case "AccessDenied", "AllAccessDisabled", "InvalidObjectState" -> 403;
                        case "NoSuchKey", "NoSuchVersion", "NoSuchBucket" -> 404;
                        case "PreconditionFailed" -> 412;
                        case "InvalidRange" -> 416;
                        case "InvalidArgument", "InvalidRequest" -> 400;
                        default -> CREDENTIALS.contains(code) ? 403 : 500;
                    };
            return new ErrorDetails(
                    new ErrorAnswer(own, answer.document(), answer.header()),
                    code,
                    message.isEmpty() ? "with status 200" : message + " (with status 200)",
                    bucketRegion,
                    endpoint);
        }

        ErrorDetails withCode(String known) {
            return new ErrorDetails(answer, known, message, bucketRegion, endpoint);
        }

        String shown() {
            return "HTTP "
                    + status()
                    + (code.isEmpty() ? "" : " " + code)
                    + (message.isEmpty() ? "" : ": " + message);
        }
    }

    private S3Errors() {}

    /// Whether the request may have been rejected for its keys, so that others may be accepted. The response to a `HEAD`
    /// has no code.
    static boolean aboutKeys(ErrorAnswer answer) {
        String code = ErrorDetails.of(answer).code();
        boolean silent = answer.status() == 400 || answer.status() == 403;
        return code.isEmpty()
                ? silent
                : EXPIRED.contains(code)
                        || CREDENTIALS.contains(code)
                        || USER.matcher(code).matches();
    }

    /// Whether the request may have been rejected for its time. The response to a `HEAD` has no code.
    static boolean aboutTime(ErrorAnswer answer) {
        String code = ErrorDetails.of(answer).code();
        return code.equals("RequestTimeTooSkewed") || (answer.status() == 403 && code.isEmpty());
    }

    /// @param where name of the bucket for messages
    /// @param key of the requested object; null for a listing
    static SourceException of(ErrorDetails details, String where, @Nullable String key) {
        return of(details, where, key, RequestTraits.PLAIN);
    }

    /// @param where name of the bucket for messages
    /// @param key of the requested object; null for a listing
    /// @param request properties of the request
    static SourceException of(
            ErrorDetails details, String where, @Nullable String key, RequestTraits request) {
        if (details.status() < 300) {
            return of(details.withStatusOfCode(), where, key, request);
        }
        String what = StatusErrors.subject(where, key);
        String code = details.code();
        String shown = details.shown();
        if (StatusErrors.retryable(details.status()) || RETRYABLE.contains(code)) {
            return StatusErrors.unavailable(
                    details.answer(),
                    StatusErrors.busy(details.status()) || TOO_MUCH.contains(code),
                    what,
                    shown);
        }
        SourceException known = keys(details, what, request.acceptedKeys());
        if (known == null) {
            known = EncryptionErrors.of(details, what, key != null, request.customerKey());
        }
        if (known == null) {
            known = object(details, what, where);
        }
        if (known == null) {
            known = elsewhere(details, what, shown);
        }
        return known != null
                ? known
                : StatusErrors.of(details.answer(), shown, where, key, request.hints(key != null));
    }

    /// What is wrong with the keys; null where nothing is.
    private static @Nullable SourceException keys(
            ErrorDetails details, String what, boolean accepted) {
        String code = details.code();
        String shown = details.shown();
        if (EXPIRED.contains(code)) {
            return StatusErrors.refused(
                    Reason.CREDENTIALS_EXPIRED,
                    what
                            + " was asked for with keys that have expired ("
                            + shown
                            + "); renew them where they come from: the next attempt reads them"
                            + " anew");
        }
        boolean unknown = UNKNOWN_KEY.contains(code) || USER.matcher(code).matches();
        if (accepted && unknown) {
            return StatusErrors.refused(
                    Reason.CREDENTIALS_EXPIRED,
                    what
                            + " was asked for with keys that the store accepted before and does not"
                            + " know any more ("
                            + shown
                            + "): they were rotated; the next attempt reads them anew");
        }
        return CREDENTIALS.contains(code) || unknown
                ? StatusErrors.credentials(
                        what,
                        shown,
                        code.equals("RequestTimeTooSkewed")
                                ? "set the clock"
                                : RequestTraits.CREDENTIALS_HINT)
                : null;
    }

    /// What is wrong with the bucket or the object; null where it is nothing special.
    private static @Nullable SourceException object(
            ErrorDetails details, String what, String where) {
        String code = details.code();
        String shown = details.shown();
        if (code.equals("NoSuchBucket")) {
            return StatusErrors.missing(where, shown, RequestTraits.MISSING_HINT);
        }
        if (code.equals("InvalidObjectState") && details.status() == 403) {
            String storage = XmlReader.element(details.answer().document(), "StorageClass");
            return StatusErrors.refused(
                    Reason.ACCESS_DENIED,
                    what
                            + " is archived"
                            + (storage == null ? "" : " in storage class " + storage)
                            + " ("
                            + shown
                            + "); restore it in the store first, which takes minutes to days, or"
                            + " exclude it");
        }
        if (details.status() == 403 && PAYER.matcher(details.message()).find()) {
            return StatusErrors.refused(
                    Reason.ACCESS_DENIED,
                    what
                            + " may not be read with these credentials ("
                            + shown
                            + "); the bucket is requester pays: set s3.requesterPays"
                            + " (--request-payer), and the account of the credentials pays");
        }
        return null;
    }

    /// The bucket is elsewhere; null where the response does not say so.
    private static @Nullable SourceException elsewhere(
            ErrorDetails details, String what, String shown) {
        String region = details.bucketRegion();
        String endpoint = details.endpoint();
        int status = details.status();
        if (endpoint != null && status < 400) {
            return StatusErrors.refused(
                    Reason.INVALID_CONFIGURATION,
                    what
                            + " refuses the request ("
                            + shown
                            + "); the bucket is at "
                            + endpoint
                            + (region == null ? "" : " in region " + region)
                            + ": set endpoint"
                            + (region == null ? "" : " and region"));
        }
        boolean known =
                switch (status) {
                    case 401, 403, 404, 405, 409, 410, 412, 416, 501 -> true;
                    default -> false;
                };
        return region == null || known
                ? null
                : StatusErrors.refused(
                        Reason.INVALID_CONFIGURATION,
                        what
                                + " refuses the request ("
                                + shown
                                + "); the bucket is in region "
                                + region
                                + ": set region");
    }
}
