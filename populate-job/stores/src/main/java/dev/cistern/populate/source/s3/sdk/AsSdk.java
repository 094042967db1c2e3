package dev.cistern.populate.source.s3.sdk;

import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.s3.AwsKeys;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;

/// Adapts our keys to the SDK.
record AsSdk(AwsKeys.Provider keys) implements AwsCredentialsProvider {
    /// There are no keys, for a known reason.
    static final class None extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient SourceException why;

        None(SourceException why) {
            super(why.getMessage(), why);
            this.why = why;
        }

        SourceException why() {
            return why;
        }
    }

    @Override
    public AwsCredentials resolveCredentials() {
        AwsKeys now;
        try {
            now = keys.keys();
        } catch (SourceException e) {
            throw new None(e);
        }
        if (now == null) {
            throw new IllegalStateException("there are no keys to assume a role with");
        }
        return now.sessionToken() == null
                ? AwsBasicCredentials.create(now.id(), now.secret())
                : AwsSessionCredentials.create(now.id(), now.secret(), now.sessionToken());
    }
}
