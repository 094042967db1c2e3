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

    /// Codes that say that there is no such key, which a rotation means when the store knew the key before. That a signature does not match
    /// is not among them: a store that signs some names otherwise says so, too.
    private static final Set<String> UNKNOWN_KEY =
            Set.of(
                    "InvalidAccessKeyId",
                    "InvalidToken",
                    "InvalidClientTokenId",
                    "UnrecognizedClientException");

    private static final String CREDENTIALS_HINT = "check the access key";
    private static final String MISSING_HINT = "check bucket, endpoint and region";

    private static final String LIST_HINT =
            "allow s3:ListBucket on the bucket; without it only one object can be read, by its"
                    + " whole key";

    private static final String OBJECT_HINT =
            "allow s3:GetObject on it, and kms:Decrypt on its key where it is encrypted with KMS";

    private static final String PAYER_HINT =
            "; of a bucket that is requester pays, set s3.requesterPays (--request-payer)";

    /// How requests are made.
    ///
    /// @param acceptedKeys whether the store has accepted the keys before
    /// @param requesterPays whether they say that the requester pays
    /// @param customerKey whether those for objects carry a customer's key
    record Request(boolean acceptedKeys, boolean requesterPays, boolean customerKey) {
        /// The usual way.
        static final Request PLAIN = new Request(false, false, false);

        StatusErrors.Hints hints(boolean object) {
            return new StatusErrors.Hints(
                    CREDENTIALS_HINT,
                    MISSING_HINT,
                    (object ? OBJECT_HINT : LIST_HINT)
                            + (requesterPays ? "" : PAYER_HINT)
                            + (object && customerKey
                                    ? "; another customer's key than it was written with is refused"
                                            + " likewise"
                                    : ""));
        }
    }

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

    /// Whether the keys may be why a request was refused: others may be accepted. The answer to a `HEAD` has no code to tell.
    static boolean aboutKeys(ErrorAnswer answer) {
        String code = Told.of(answer).code();
        boolean silent = answer.status() == 400 || answer.status() == 403;
        return code.isEmpty()
                ? silent
                : EXPIRED.contains(code)
                        || CREDENTIALS.contains(code)
                        || USER.matcher(code).matches();
    }

    /// Whether the time that a request was signed for may be why it was refused. The answer to a `HEAD` has no code to tell.
    static boolean aboutTime(ErrorAnswer answer) {
        String code = Told.of(answer).code();
        return code.equals("RequestTimeTooSkewed") || (answer.status() == 403 && code.isEmpty());
    }

    /// @param where how people call the bucket
    /// @param key of the object asked for; null for a listing
    static SourceException of(Told told, String where, @Nullable String key) {
        return of(told, where, key, Request.PLAIN);
    }

    /// @param where how people call the bucket
    /// @param key of the object asked for; null for a listing
    /// @param request how it was asked for
    static SourceException of(Told told, String where, @Nullable String key, Request request) {
        if (told.status() < 300) {
            return of(told.withStatusOfCode(), where, key, request);
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
        SourceException known = keys(told, what, request.acceptedKeys);
        if (known == null) {
            known = EncryptionErrors.of(told, what, key != null, request.customerKey);
        }
        if (known == null) {
            known = object(told, what, where);
        }
        if (known == null) {
            known = elsewhere(told, what, shown);
        }
        return known != null
                ? known
                : StatusErrors.of(told.answer(), shown, where, key, request.hints(key != null));
    }

    /// What is wrong with the keys; null where nothing is.
    private static @Nullable SourceException keys(Told told, String what, boolean accepted) {
        String code = told.code();
        String shown = told.shown();
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
                        code.equals("RequestTimeTooSkewed") ? "set the clock" : CREDENTIALS_HINT)
                : null;
    }

    /// What is wrong with the bucket or the object; null where it is nothing special.
    private static @Nullable SourceException object(Told told, String what, String where) {
        String code = told.code();
        String shown = told.shown();
        if (code.equals("NoSuchBucket")) {
            return StatusErrors.missing(where, shown, MISSING_HINT);
        }
        if (code.equals("InvalidObjectState") && told.status() == 403) {
            String storage = XmlReader.element(told.answer().document(), "StorageClass");
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
        if (told.status() == 403 && PAYER.matcher(told.message()).find()) {
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
