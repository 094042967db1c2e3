package dev.cistern.populate.source.oss;

import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.rest.StatusErrors;
import dev.cistern.populate.wire.Reason;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Maps OSS's errors to failures of a run. No other class does.
final class OssErrors {
    /// Codes of throttling, by account, bucket and direction: `QpsLimitExceeded`, `DownloadTrafficRateLimitExceeded`
    /// and others.
    private static final Pattern TOO_MUCH =
            Pattern.compile(".*(LimitExceeded|RateLimit|Throttl|SlowDown|TooManyRequests).*");

    /// Codes for keys that may have been valid before. A wrong signature is not among them: a key's secret never changes.
    private static final Set<String> REVOKED =
            Set.of(
                    "InvalidAccessKeyId",
                    "InvalidSecurityToken",
                    "AccessKeyIdAndSecurityTokenNotMatch");

    /// Codes of transient errors, whatever their status.
    private static final Set<String> MAY_PASS =
            Set.of("RequestTimeout", "InternalError", "ServiceUnavailable", "ServerBusy");

    /// Codes that come with the bucket's endpoint when another one was used.
    private static final Set<String> ELSEWHERE =
            Set.of("AccessDenied", "PermanentRedirect", "TemporaryRedirect", "NoSuchBucket");

    /// Codes for a host name that belongs to no bucket.
    private static final Set<String> HOST =
            Set.of("NonStandardHostForbidden", "CnameDenied", "NoSuchCname", "InvalidHost");

    /// Codes for a suspended account or bucket.
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

    private OssErrors() {}

    /// @param where the bucket, for messages
    /// @param object name of the object asked for; null for a listing
    /// @param admitted whether the store has accepted the keys in this attempt
    static SourceException of(
            OssError told, String where, @Nullable String object, boolean admitted) {
        if (told.status() < 300) {
            return of(told.withStatusOfCode(), where, object, admitted);
        }
        String what = StatusErrors.subject(where, object);
        boolean busy = StatusErrors.busy(told.status()) || TOO_MUCH.matcher(told.code()).matches();
        if (busy || StatusErrors.retryable(told.status()) || MAY_PASS.contains(told.code())) {
            return StatusErrors.unavailable(told.answer(), busy, what, told.shown());
        }
        if (told.refusesKeys() || told.code().equals("RequestTimeTooSkewed")) {
            return keys(told, what, admitted);
        }
        SourceException known = elsewhere(told, what);
        known = known == null ? ofObject(told, what) : known;
        known = known == null ? denied(told, what) : known;
        if (known != null) {
            return known;
        }
        return told.code().equals("NoSuchBucket")
                ? StatusErrors.missing(where, told.shown(), LISTING.missing())
                : StatusErrors.of(
                        told.answer(),
                        told.shown() + otherProtocol(told),
                        where,
                        object,
                        object == null ? LISTING : OBJECT);
    }

    private static SourceException keys(OssError told, String what, boolean admitted) {
        if (told.expired()) {
            return StatusErrors.refused(
                    Reason.CREDENTIALS_EXPIRED,
                    what
                            + " was asked for with keys that have expired ("
                            + told.shown()
                            + "); renew them where they come from: the next attempt reads them"
                            + " anew");
        }
        if (admitted && REVOKED.contains(told.code())) {
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
                switch (told.code()) {
                    case "RequestTimeTooSkewed" -> "set the clock";
                    case "SignatureDoesNotMatch" -> "check the access key's secret, and the region";
                    case "InvalidAccessKeyId" ->
                            "check the access key: it may be gone or off, or be a temporary one"
                                    + " whose token is missing";
                    default -> "check that the token and the access key are of the same keys";
                });
    }

    /// The endpoint is wrong; null where the answer does not say so.
    private static @Nullable SourceException elsewhere(OssError told, String what) {
        String endpoint = told.endpoint();
        if (endpoint != null
                && !endpoint.isBlank()
                && (told.status() < 400 || ELSEWHERE.contains(told.code()))) {
            return wrong(
                    told,
                    what,
                    "the bucket is at "
                            + endpoint.strip()
                            + ": set endpoint, and region where it is another");
        }
        if (told.code().equals("SecondLevelDomainForbidden")) {
            return wrong(
                    told,
                    what,
                    "it wants the bucket before the host name: give the endpoint by a name and"
                            + " without a port, or set addressingStyle (--addressing-style) to"
                            + " virtual");
        }
        if (HOST.contains(told.code())) {
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

    private static @Nullable SourceException ofObject(OssError told, String what) {
        return switch (told.code()) {
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

    private static @Nullable SourceException denied(OssError told, String what) {
        if (told.cause().equals(NOT_PAID) || (told.status() == 403 && told.says("requester pay"))) {
            return StatusErrors.refused(
                    Reason.ACCESS_DENIED,
                    what
                            + " is requester pays ("
                            + told.shown()
                            + "); set requesterPays (--request-payer) to pay for requests and"
                            + " traffic");
        }
        return ACCOUNT.contains(told.code())
                ? StatusErrors.refused(
                        Reason.ACCESS_DENIED,
                        what
                                + " is not served ("
                                + told.shown()
                                + "): its account, or the one of the keys, is off or has bills to"
                                + " pay")
                : null;
    }

    private static SourceException wrong(OssError told, String what, String hint) {
        return StatusErrors.refused(
                Reason.INVALID_CONFIGURATION,
                what + " refuses the request (" + told.shown() + "); " + hint);
    }

    /// A hint for stores that only speak S3, which type `oss` did before it used OSS's own protocol.
    private static String otherProtocol(OssError told) {
        boolean amazon = told.answer().header().apply("x-amz-request-id") != null;
        boolean oss = told.answer().header().apply("x-oss-request-id") != null;
        return amazon && !oss ? "; it answers as S3 does: read it with type s3 (s3://)" : "";
    }
}
