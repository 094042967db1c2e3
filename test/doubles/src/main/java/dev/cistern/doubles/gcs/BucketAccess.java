package dev.cistern.doubles.gcs;

import dev.cistern.doubles.gcs.AccessTokens.Grant;
import dev.cistern.doubles.gcs.StrictGcs.Asked;
import dev.cistern.doubles.gcs.StrictGcs.Kind;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Who may ask what of the bucket, and who pays.
final class BucketAccess {
    private static final Set<String> LIST_PARAMETERS =
            Set.of(
                    "prefix",
                    "pageToken",
                    "maxResults",
                    "fields",
                    "projection",
                    "prettyPrint",
                    "userProject",
                    "alt",
                    "versions",
                    "startOffset");
    private static final Set<String> OBJECT_PARAMETERS =
            Set.of(
                    "alt",
                    "generation",
                    "ifGenerationMatch",
                    "ifGenerationNotMatch",
                    "ifMetagenerationMatch",
                    "fields",
                    "projection",
                    "prettyPrint",
                    "userProject");

    private final AccessTokens tokens;
    private volatile boolean publicRead;
    private volatile Set<String> denied = Set.of();
    private volatile @Nullable String paidBy;

    BucketAccess(AccessTokens tokens) {
        this.tokens = tokens;
    }

    void publicRead(boolean allowed) {
        publicRead = allowed;
    }

    void denies(Set<String> principals) {
        denied = principals;
    }

    void requesterPays(@Nullable String project) {
        paidBy = project;
    }

    /// The error response for authentication or authorization; null when both are fine.
    @Nullable Answer refusal(Asked request, String bucket) {
        Set<String> known = request.kind() == Kind.LIST ? LIST_PARAMETERS : OBJECT_PARAMETERS;
        for (String parameter : request.query().keySet()) {
            if (!known.contains(parameter)) {
                return Answer.error(400, "invalidParameter", "Unknown parameter " + parameter);
            }
        }
        String authorization = request.headers().get("authorization");
        Grant grant = tokens.of(authorization);
        String what = request.kind() == Kind.LIST ? "storage.objects.list" : "storage.objects.get";
        if (authorization != null && grant == null) {
            return Answer.error(401, "authError", "Invalid Credentials")
                    .with(
                            Map.of(
                                    "WWW-Authenticate",
                                    "Bearer realm=\"https://accounts.google.com/\","
                                            + " error=\"invalid_token\""));
        }
        if (!bucket.equals(StrictGcs.BUCKET)) {
            return grant == null
                    ? anonymous(what)
                    : Answer.error(404, "notFound", "The specified bucket does not exist.");
        }
        if (grant == null) {
            return publicRead && paidBy == null ? null : anonymous(what);
        }
        if (!grant.reads()) {
            return Answer.error(403, "insufficientPermissions", "Insufficient Permission");
        }
        if (denied.contains(grant.principal())) {
            return Answer.error(
                    403,
                    "forbidden",
                    grant.principal()
                            + " does not have "
                            + what
                            + " access to the Google Cloud Storage bucket. Permission '"
                            + what
                            + "' denied on resource (or it may not exist).");
        }
        return payment(request, grant);
    }

    private @Nullable Answer payment(Asked request, Grant grant) {
        String payer = paidBy;
        String given =
                request.query()
                        .getOrDefault(
                                "userProject",
                                request.headers().getOrDefault("x-goog-user-project", ""));
        if (payer != null && given.isEmpty()) {
            return Answer.error(
                    400,
                    "required",
                    "Bucket is a requester pays bucket but no user project provided.");
        }
        if (!given.isEmpty() && !given.equals(payer)) {
            return Answer.error(
                    403,
                    "forbidden",
                    grant.principal()
                            + " does not have serviceusage.services.use access to the Google Cloud"
                            + " project. Permission 'serviceusage.services.use' denied on resource"
                            + " (or it may not exist).");
        }
        return null;
    }

    private static Answer anonymous(String what) {
        return Answer.error(
                401,
                "required",
                "Anonymous caller does not have "
                        + what
                        + " access to the Google Cloud Storage bucket. Permission '"
                        + what
                        + "' denied on resource (or it may not exist).");
    }
}
