package dev.cistern.populate.source.s3;

import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.rest.StatusErrors;
import dev.cistern.populate.wire.Reason;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Errors about an object's encryption: with a key of AWS KMS (SSE-KMS), or a customer-provided one (SSE-C). The
/// messages are those of AWS and of MinIO, which copies them.
final class EncryptionErrors {
    private static final Pattern KEY_ARN = Pattern.compile("arn:[a-z-]+:kms:[^\\s\"'),]+");

    private EncryptionErrors() {}

    /// The failure for a response; null where it is not about encryption.
    ///
    /// @param what from [StatusErrors#subject]
    /// @param customerKey whether the request had a customer-provided key
    static @Nullable SourceException of(
            S3Errors.ErrorDetails details, String what, boolean object, boolean customerKey) {
        SourceException kms = ofKms(details, what);
        return kms != null || !object ? kms : ofCustomerKey(details, what, customerKey);
    }

    private static @Nullable SourceException ofKms(S3Errors.ErrorDetails details, String what) {
        String code = details.code();
        String message = details.message();
        if (code.startsWith("KMS.")) {
            boolean passes =
                    code.contains("Throttl")
                            || code.contains("LimitExceeded")
                            || code.contains("Timeout")
                            || code.contains("Internal")
                            || code.contains("Unavailable");
            return passes
                    ? StatusErrors.unavailable(details.answer(), true, what, details.shown())
                    : denied(
                            what
                                    + " is encrypted with a key of KMS that cannot be used ("
                                    + details.shown()
                                    + "); check the state and the policy of "
                                    + key(message)
                                    + ", and allow kms:Decrypt on it");
        }
        if (details.status() == 403 && message.contains("kms:")) {
            return denied(
                    what
                            + " is encrypted with a key of KMS that these credentials may not use ("
                            + details.shown()
                            + "); allow kms:Decrypt on "
                            + key(message)
                            + ", in the identity's policy and, in another account, in the key's");
        }
        if (details.status() == 400 && message.contains("require AWS Signature Version 4")) {
            return denied(
                    what
                            + " is encrypted with a key of KMS ("
                            + details.shown()
                            + "), and nobody reads it anonymously: give credentials that may use"
                            + " the key (kms:Decrypt)");
        }
        return null;
    }

    private static String key(String message) {
        Matcher arn = KEY_ARN.matcher(message);
        return arn.find() ? "the key " + arn.group() : "the key";
    }

    private static @Nullable SourceException ofCustomerKey(
            S3Errors.ErrorDetails details, String what, boolean given) {
        String message = details.message().toLowerCase(Locale.ROOT);
        // The response to a HEAD has no message.
        boolean silent = details.status() == 400 && details.code().isEmpty() && message.isEmpty();
        if (!given
                && (silent
                        || message.contains("stored using a form of server side encryption")
                        || message.contains("customer provided keys must provide"))) {
            return denied(
                    what
                            + (silent ? " is probably" : " is")
                            + " encrypted with a customer's key (SSE-C) ("
                            + details.shown()
                            + "); name the Secret that holds the key in s3.customerKeySecretRef"
                            + " (--sse-c-key), or exclude the object");
        }
        if (given && (silent || message.contains("encryption parameters are not applicable"))) {
            return denied(
                    what
                            + " is not encrypted with a customer's key ("
                            + details.shown()
                            + "), but s3.customerKeySecretRef (--sse-c-key) gives one: read such"
                            + " objects by a source without it");
        }
        if (given
                && (message.contains("did not match the ones used originally")
                        || message.contains("secret key does not match")
                        || (details.status() == 403
                                && details.code().equals("AccessDenied")
                                && message.contains("customer")))) {
            return denied(
                    what
                            + " is encrypted with another key than s3.customerKeySecretRef"
                            + " (--sse-c-key) gives ("
                            + details.shown()
                            + "); give the key that it was written with");
        }
        return null;
    }

    private static SourceException denied(String message) {
        return StatusErrors.refused(Reason.ACCESS_DENIED, message);
    }
}
