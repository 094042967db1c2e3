package dev.cistern.populate.source.s3;

import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.rest.ErrorAnswer;
import dev.cistern.populate.source.rest.StatusErrors;
import dev.cistern.populate.source.rest.XmlReader;
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

    private static final String CREDENTIALS_HINT = "check the access key";

    private static final StatusErrors.Hints HINTS =
            new StatusErrors.Hints(
                    CREDENTIALS_HINT,
                    "check bucket, endpoint and region",
                    "allow s3:GetObject and s3:ListBucket; a bucket that is requester pays refuses"
                            + " likewise, since cistern does not offer to pay");

    /// What an error document says, beside its status.
    ///
    /// @param code empty where there is none
    /// @param message empty where there is none
    /// @param bucketRegion the region that it says the bucket is in; null where it does not say
    /// @param endpoint the host that it says the bucket is at; null where it does not say
    record Told(
            ErrorAnswer answer,
            String code,
            String message,
            @Nullable String bucketRegion,
            @Nullable String endpoint) {
        static Told of(ErrorAnswer answer) {
            String document = answer.document();
            String region = answer.header().apply("x-amz-bucket-region");
            String code = XmlReader.element(document, "Code");
            String message = XmlReader.element(document, "Message");
            return new Told(
                    answer,
                    code == null ? "" : code,
                    message == null ? "" : message,
                    region == null ? XmlReader.element(document, "Region") : region,
                    XmlReader.element(document, "Endpoint"));
        }

        int status() {
            return answer.status();
        }

        /// An error document that came with the status of a good answer, as if its code had come with its own status: what is
        /// not known may pass.
        Told withStatusOfCode() {
            int own =
                    switch (code) {
                        case "AccessDenied", "AllAccessDisabled", "InvalidObjectState" -> 403;
                        case "NoSuchKey", "NoSuchVersion", "NoSuchBucket" -> 404;
                        case "PreconditionFailed" -> 412;
                        case "InvalidRange" -> 416;
                        case "InvalidArgument", "InvalidRequest" -> 400;
                        default -> CREDENTIALS.contains(code) ? 403 : 500;
                    };
            return new Told(
                    new ErrorAnswer(own, answer.document(), answer.header()),
                    code,
                    message.isEmpty() ? "with status 200" : message + " (with status 200)",
                    bucketRegion,
                    endpoint);
        }

        Told withCode(String known) {
            return new Told(answer, known, message, bucketRegion, endpoint);
        }

        String shown() {
            return "HTTP "
                    + status()
                    + (code.isEmpty() ? "" : " " + code)
                    + (message.isEmpty() ? "" : ": " + message);
        }
    }

    private S3Errors() {}

    /// Whether the keys have expired.
    static boolean expired(ErrorAnswer answer) {
        return EXPIRED.contains(Told.of(answer).code());
    }

    /// Whether the time that a request was signed for may be why it was refused. The answer to a `HEAD` has no code to tell.
    static boolean aboutTime(ErrorAnswer answer) {
        String code = Told.of(answer).code();
        return code.equals("RequestTimeTooSkewed") || (answer.status() == 403 && code.isEmpty());
    }

    /// @param where how people call the bucket
    /// @param key of the object asked for; null for a listing
    static SourceException of(Told told, String where, @Nullable String key) {
        if (told.status() < 300) {
            return of(told.withStatusOfCode(), where, key);
        }
        String what = StatusErrors.subject(where, key);
        String code = told.code();
        String shown = told.shown();
        if (StatusErrors.retryable(told.status()) || RETRYABLE.contains(code)) {
            return StatusErrors.unavailable(
                    told.answer(),
                    StatusErrors.busy(told.status()) || TOO_MUCH.contains(code),
                    what,
                    shown);
        }
        if (EXPIRED.contains(code)) {
            return StatusErrors.refused(
                    Reason.CREDENTIALS_EXPIRED,
                    what
                            + " was asked for with keys that have expired ("
                            + shown
                            + "); renew them where they come from: the next attempt reads them"
                            + " anew");
        }
        if (CREDENTIALS.contains(code) || USER.matcher(code).matches()) {
            return StatusErrors.credentials(
                    what,
                    shown,
                    code.equals("RequestTimeTooSkewed") ? "set the clock" : CREDENTIALS_HINT);
        }
        if (code.equals("NoSuchBucket")) {
            return StatusErrors.missing(where, shown, HINTS.missing());
        }
        if (code.equals("InvalidObjectState") && told.status() == 403) {
            return StatusErrors.refused(
                    Reason.ACCESS_DENIED,
                    what + " is archived (" + shown + "); restore it in the store first");
        }
        if (told.status() == 403 && PAYER.matcher(told.message()).find()) {
            return StatusErrors.refused(
                    Reason.ACCESS_DENIED,
                    what
                            + " may not be read with these credentials ("
                            + shown
                            + "); the bucket is requester pays, and cistern does not offer to pay:"
                            + " ask its owner, or copy it elsewhere first");
        }
        SourceException elsewhere = elsewhere(told, what, shown);
        return elsewhere != null
                ? elsewhere
                : StatusErrors.of(told.answer(), shown, where, key, HINTS);
    }

    /// The bucket is somewhere else; null where the answer does not say so.
    private static @Nullable SourceException elsewhere(Told told, String what, String shown) {
        String region = told.bucketRegion();
        String endpoint = told.endpoint();
        int status = told.status();
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
