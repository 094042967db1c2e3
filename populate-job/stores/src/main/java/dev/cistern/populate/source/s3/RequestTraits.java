package dev.cistern.populate.source.s3;

import dev.cistern.populate.source.rest.StatusErrors;

/// How requests are made, as far as it matters for what a refusal means.
///
/// @param acceptedKeys whether the store has accepted the keys before
/// @param requesterPays whether they say that the requester pays
/// @param customerKey whether those for objects carry a customer's key
record RequestTraits(boolean acceptedKeys, boolean requesterPays, boolean customerKey) {
    /// The usual way.
    static final RequestTraits PLAIN = new RequestTraits(false, false, false);

    static final String CREDENTIALS_HINT = "check the access key";
    static final String MISSING_HINT = "check bucket, endpoint and region";

    private static final String LIST_HINT =
            "allow s3:ListBucket on the bucket; without it only one object can be read, by its"
                    + " whole key";

    private static final String OBJECT_HINT =
            "allow s3:GetObject on it, and kms:Decrypt on its key where it is encrypted with KMS";

    private static final String PAYER_HINT =
            "; of a bucket that is requester pays, set s3.requesterPays (--request-payer)";

    private static final String KEY_HINT =
            "; another customer's key than it was written with is refused likewise";

    /// What people can do about refusals.
    ///
    /// @param object whether of an object; else of a listing
    StatusErrors.Hints hints(boolean object) {
        return new StatusErrors.Hints(
                CREDENTIALS_HINT,
                MISSING_HINT,
                (object ? OBJECT_HINT : LIST_HINT)
                        + (requesterPays ? "" : PAYER_HINT)
                        + (object && customerKey ? KEY_HINT : ""));
    }
}
