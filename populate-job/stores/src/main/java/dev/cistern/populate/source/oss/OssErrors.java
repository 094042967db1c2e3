package dev.cistern.populate.source.oss;

import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.rest.ErrorAnswer;
import dev.cistern.populate.source.rest.StatusErrors;
import dev.cistern.populate.source.rest.XmlReader;
import dev.cistern.populate.wire.Reason;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What OSS's answers mean for a run when they are errors: the only place that knows.
final class OssErrors {
    private static final int MAX_SHOWN = 400;

    /// Codes that say of the keys that they are not, or no longer, good.
    private static final Set<String> KEYS =
            Set.of(
                    "InvalidAccessKeyId",
                    "SignatureDoesNotMatch",
                    "InvalidSecurityToken",
                    "AccessKeyIdAndSecurityTokenNotMatch",
                    "SecurityTokenNotSupported",
                    "MissingSecurityToken");

    private static final String EXPIRED = "SecurityTokenExpired";

    /// What throttling is called, by account, by bucket, by direction: `QpsLimitExceeded`, `DownloadTrafficRateLimitExceeded` and others.
    private static final Pattern TOO_MUCH =
            Pattern.compile(".*(LimitExceeded|RateLimit|Throttl|SlowDown|TooManyRequests).*");

    /// Codes that may pass whatever status comes with them.
    private static final Set<String> MAY_PASS =
            Set.of("RequestTimeout", "InternalError", "ServiceUnavailable", "ServerBusy");

    /// Codes that say of the endpoint that it is not the bucket's.
    private static final Set<String> ELSEWHERE =
            Set.of("AccessDenied", "PermanentRedirect", "TemporaryRedirect", "NoSuchBucket");

    /// Codes that say of the host name that no bucket is at it.
    private static final Set<String> HOST =
            Set.of("NonStandardHostForbidden", "CnameDenied", "NoSuchCname", "InvalidHost");

    /// Codes that say of an account that nothing of its is served.
    private static final Set<String> ACCOUNT =
            Set.of(
                    "UserDisable",
                    "InDebt",
                    "InDebtOverdue",
                    "BucketDisable",
                    "AbnormalBucketOwnerStatus");

    private static final String NOT_PAID = "0003-00000702";

    private static final StatusErrors.Hints LISTING =
            new StatusErrors.Hints(
                    "check the access key",
                    "check bucket, endpoint and region",
                    "allow oss:ListObjects on the bucket and oss:GetObject on its objects");
    private static final StatusErrors.Hints OBJECT =
            new StatusErrors.Hints(
                    LISTING.credentials(),
                    LISTING.missing(),
                    "allow oss:GetObject on the object; one that is encrypted with a key of KMS"
                            + " needs kms:Decrypt, too");

    /// What an answer says.
    ///
    /// @param code such as `AccessDenied`; empty where there is none
    /// @param message for people; empty where there is none
    /// @param cause the code of the case (`EC`), which OSS documents one by one; empty where there is none
    /// @param requestId for the store's support; empty where there is none
    /// @param endpoint where it says the bucket is; null where it does not say
    record Told(
            ErrorAnswer answer,
            String code,
            String message,
            String cause,
            String requestId,
            @Nullable String endpoint) {
        static Told of(ErrorAnswer answer) {
            String document = document(answer);
            return new Told(
                    answer,
                    element(document, "Code", ""),
                    cut(element(document, "Message", "")),
                    element(document, "EC", header(answer, "x-oss-ec")),
                    element(document, "RequestId", header(answer, "x-oss-request-id")),
                    XmlReader.element(document, "Endpoint"));
        }

        /// The answer to a `HEAD` has its document in a header.
        private static String document(ErrorAnswer answer) {
            String packed = header(answer, "x-oss-err");
            if (!answer.document().isEmpty() || packed.isEmpty()) {
                return answer.document();
            }
            try {
                return new String(Base64.getDecoder().decode(packed), StandardCharsets.UTF_8);
            } catch (IllegalArgumentException e) {
                return "";
            }
        }

        private static String header(ErrorAnswer answer, String name) {
            String value = answer.header().apply(name);
            return value == null ? "" : value.strip();
        }

        private static String element(String document, String name, String otherwise) {
            String value = XmlReader.element(document, name);
            return value == null ? otherwise : value.strip();
        }

        private static String cut(String text) {
            String line = text.replaceAll("\\s+", " ");
            return line.length() <= MAX_SHOWN ? line : line.substring(0, MAX_SHOWN) + "…";
        }

        int status() {
            return answer.status();
        }

        boolean refusesKeys() {
            return KEYS.contains(code) || code.equals(EXPIRED);
        }

        /// Whether the time that a request was signed for may be why it was refused. Somebody between may have dropped the code of an
        /// answer to a `HEAD`.
        boolean aboutTime() {
            return code.equals("RequestTimeTooSkewed") || (status() == 403 && code.isEmpty());
        }

        boolean says(String word) {
            return message.toLowerCase(Locale.ROOT).contains(word);
        }

        String shown() {
            return "HTTP "
                    + status()
                    + (code.isEmpty() ? "" : " " + code)
                    + (message.isEmpty() ? "" : ": " + message)
                    + (cause.isEmpty() ? "" : "; EC " + cause)
                    + (requestId.isEmpty() ? "" : "; RequestId " + requestId);
        }

        /// An error document that came with the status of a good answer, as if its code had come with its own status: what is not
        /// known may pass.
        Told withStatusOfCode() {
            int own =
                    switch (code) {
                        case "AccessDenied", "InvalidObjectState", "RequestTimeTooSkewed" -> 403;
                        case "NoSuchKey", "NoSuchBucket", "SymlinkTargetNotExist" -> 404;
                        case "PreconditionFailed" -> 412;
                        case "InvalidRange" -> 416;
                        case "InvalidArgument" -> 400;
                        default -> refusesKeys() ? 403 : 500;
                    };
            return new Told(
                    new ErrorAnswer(own, answer.document(), answer.header()),
                    code,
                    message + " (with status " + status() + ")",
                    cause,
                    requestId,
                    endpoint);
        }
    }

    private OssErrors() {}

    /// @param where how people call the bucket
    /// @param object name of the object asked for; null for a listing
    /// @param admitted whether the store has taken the keys in this attempt
    static SourceException of(Told told, String where, @Nullable String object, boolean admitted) {
        if (told.status() < 300) {
            return of(told.withStatusOfCode(), where, object, admitted);
        }
        String what = StatusErrors.subject(where, object);
        boolean busy = StatusErrors.busy(told.status()) || TOO_MUCH.matcher(told.code).matches();
        if (busy || StatusErrors.retryable(told.status()) || MAY_PASS.contains(told.code)) {
            return StatusErrors.unavailable(told.answer, busy, what, told.shown());
        }
        if (told.refusesKeys() || told.code.equals("RequestTimeTooSkewed")) {
            return keys(told, what, admitted);
        }
        SourceException known = elsewhere(told, what);
        known = known == null ? ofObject(told, what) : known;
        known = known == null ? denied(told, what) : known;
        if (known != null) {
            return known;
        }
        return told.code.equals("NoSuchBucket")
                ? StatusErrors.missing(where, told.shown(), LISTING.missing())
                : StatusErrors.of(
                        told.answer,
                        told.shown() + otherProtocol(told),
                        where,
                        object,
                        object == null ? LISTING : OBJECT);
    }

    private static SourceException keys(Told told, String what, boolean admitted) {
        if (told.code.equals(EXPIRED)) {
            return StatusErrors.refused(
                    Reason.CREDENTIALS_EXPIRED,
                    what
                            + " was asked for with keys that have expired ("
                            + told.shown()
                            + "); renew them where they come from: the next attempt reads them"
                            + " anew");
        }
        if (admitted && !told.code.equals("RequestTimeTooSkewed")) {
            return StatusErrors.refused(
                    Reason.CREDENTIALS_EXPIRED,
                    what
                            + " does not accept the keys any more ("
                            + told.shown()
                            + "); put those that replace them where they come from: the next"
                            + " attempt reads them anew");
        }
        return StatusErrors.credentials(
                what,
                told.shown() + otherProtocol(told),
                switch (told.code) {
                    case "RequestTimeTooSkewed" -> "set the clock";
                    case "SignatureDoesNotMatch" -> "check the access key's secret, and the region";
                    case "InvalidAccessKeyId" ->
                            "check the access key: it may be gone or off, or be a temporary one"
                                    + " whose token is missing";
                    default -> "check that the token and the access key are of the same keys";
                });
    }

    /// The endpoint is wrong; null where the answer does not say so.
    private static @Nullable SourceException elsewhere(Told told, String what) {
        String endpoint = told.endpoint;
        if (endpoint != null
                && !endpoint.isBlank()
                && (told.status() < 400 || ELSEWHERE.contains(told.code))) {
            return wrong(
                    told,
                    what,
                    "the bucket is at "
                            + endpoint.strip()
                            + ": set endpoint, and region where it is another");
        }
        if (told.code.equals("SecondLevelDomainForbidden")) {
            return wrong(
                    told,
                    what,
                    "it wants the bucket before the host name: give the endpoint by a name and"
                            + " without a port, or set addressingStyle (--addressing-style) to"
                            + " virtual");
        }
        if (HOST.contains(told.code)) {
            return wrong(
                    told,
                    what,
                    "check endpoint: with a custom domain name set addressingStyle"
                            + " (--addressing-style) to cname");
        }
        return told.status() == 400 && told.says("region")
                ? wrong(told, what, "set region to the bucket's own, such as cn-hangzhou")
                : null;
    }

    private static @Nullable SourceException ofObject(Told told, String what) {
        return switch (told.code) {
            case "InvalidObjectState" ->
                    StatusErrors.refused(
                            Reason.ACCESS_DENIED,
                            what
                                    + " is archived and not restored ("
                                    + told.shown()
                                    + "); restore it (ossutil restore) and wait until it can be"
                                    + " read, or exclude it");
            case "SymlinkTargetNotExist" ->
                    StatusErrors.refused(
                            Reason.NO_SUCH_OBJECT,
                            what
                                    + " is a symlink whose target is not there ("
                                    + told.shown()
                                    + "); put the target back, or exclude the symlink");
            case "InvalidTargetType" ->
                    StatusErrors.refused(
                            Reason.INVALID_CONFIGURATION,
                            what
                                    + " is a symlink to another symlink, which OSS does not follow"
                                    + " ("
                                    + told.shown()
                                    + "); let it point to the object itself, or exclude it");
            default -> null;
        };
    }

    private static @Nullable SourceException denied(Told told, String what) {
        if (told.cause.equals(NOT_PAID) || (told.status() == 403 && told.says("requester pay"))) {
            return StatusErrors.refused(
                    Reason.ACCESS_DENIED,
                    what
                            + " is requester pays ("
                            + told.shown()
                            + "); set requesterPays (--request-payer) to pay for requests and"
                            + " traffic");
        }
        return ACCOUNT.contains(told.code)
                ? StatusErrors.refused(
                        Reason.ACCESS_DENIED,
                        what
                                + " is not served ("
                                + told.shown()
                                + "): its account, or the one of the keys, is off or has bills to"
                                + " pay")
                : null;
    }

    private static SourceException wrong(Told told, String what, String hint) {
        return StatusErrors.refused(
                Reason.INVALID_CONFIGURATION,
                what + " refuses the request (" + told.shown() + "); " + hint);
    }

    /// Stores that speak S3 alone were read with type `oss` before OSS's own protocol was.
    private static String otherProtocol(Told told) {
        boolean amazon = told.answer.header().apply("x-amz-request-id") != null;
        boolean oss = told.answer.header().apply("x-oss-request-id") != null;
        return amazon && !oss ? "; it answers as S3 does: read it with type s3 (s3://)" : "";
    }
}
