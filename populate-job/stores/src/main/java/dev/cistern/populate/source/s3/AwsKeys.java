package dev.cistern.populate.source.s3;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Keys for signing requests.
///
/// @param id of the key
/// @param secret of the key
/// @param sessionToken of temporary keys; null for others
public record AwsKeys(String id, String secret, @Nullable String sessionToken) {
    /// Like a record's generated one, which is linked on first use; called for every request.
    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || (other instanceof AwsKeys that
                        && id.equals(that.id)
                        && secret.equals(that.secret)
                        && Objects.equals(sessionToken, that.sessionToken));
    }

    @Override
    public int hashCode() {
        return id.hashCode();
    }

    @Override
    public String toString() {
        return "AwsKeys[" + id + "]";
    }

    /// Provides current keys.
    public interface Provider extends AutoCloseable {
        /// The keys, renewed when they are about to expire; null where requests are not to be signed.
        ///
        /// @throws dev.cistern.populate.source.SourceException when none can be obtained
        @Nullable AwsKeys keys() throws dev.cistern.populate.source.SourceException;

        /// Keys instead of ones that the store refused, such as rotated ones; those again where there are no others.
        ///
        /// @throws dev.cistern.populate.source.SourceException when there are none to be had
        default @Nullable AwsKeys insteadOf(AwsKeys refused)
                throws dev.cistern.populate.source.SourceException {
            return keys();
        }

        @Override
        default void close() {}
    }
}
