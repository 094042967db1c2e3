package dev.cistern.test.odd;

import static dev.cistern.test.odd.Quirk.*;

import dev.cistern.test.server.HttpHead;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Error responses to every request.
final class ErrorResponses {
    /// The endpoint that `moved-with-endpoint` redirects to.
    static final String ENDPOINT = "odd.s3.odd-2.example.org";

    private ErrorResponses() {}

    /// Null where no enabled quirk has one.
    static @Nullable Answer of(Set<Quirk> quirks, HttpHead request) {
        if (quirks.contains(REQUESTER_PAYS)
                && !request.header("x-amz-request-payer").orElse("").equals("requester")) {
            return Answer.error(
                    403,
                    "AccessDenied",
                    "Access Denied. Bucket is requester pays; x-amz-request-payer is missing");
        }
        if (quirks.contains(FORBIDS_BODYLESS)) {
            return Answer.of(403, new byte[0]);
        }
        if (quirks.contains(USER_UNKNOWN_404)) {
            return Answer.error(
                    404,
                    "InvalidAccessKeyId",
                    "The OSS Access Key Id you provided does not exist in our records.");
        }
        if (quirks.contains(MOVED_WITH_ENDPOINT)) {
            return Answer.error(
                    301,
                    "PermanentRedirect",
                    "The bucket you are attempting to access must be addressed using the specified"
                            + " endpoint.",
                    "<Endpoint>" + ENDPOINT + "</Endpoint><Bucket>odd</Bucket>");
        }
        if (quirks.contains(REGION_MALFORMED)
                && !RequestCheck.region(request).equals(OddStore.OTHER_REGION)) {
            return Answer.error(
                    400,
                    "AuthorizationHeaderMalformed",
                    "The authorization header is malformed; the region is wrong",
                    "<Region>" + OddStore.OTHER_REGION + "</Region>");
        }
        return null;
    }
}
