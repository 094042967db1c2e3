package dev.cistern.populate.source.oss;

import dev.cistern.populate.http.Origin;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.oss.auth.KeyProvider;
import dev.cistern.populate.source.oss.auth.OssKeys;
import dev.cistern.populate.source.rest.ErrorAnswer;
import dev.cistern.populate.source.rest.HttpDates;
import dev.cistern.populate.source.rest.OutgoingRequest;
import dev.cistern.populate.source.rest.RedirectRule;
import dev.cistern.populate.source.rest.RequestSigner;
import dev.cistern.populate.source.rest.SigningTimestamp;
import dev.cistern.populate.source.rest.StoreEndpoint;
import dev.cistern.populate.source.rest.XmlReader;
import org.jspecify.annotations.Nullable;

/// Address of a bucket and the keys to sign requests with.
final class OssEndpoint implements StoreEndpoint {
    private final OssLocation location;
    private final OssSignature signature;
    private final @Nullable KeyProvider keys;
    private final Runnable closing;
    private volatile SigningTimestamp timestamp = new SigningTimestamp(0, "");

    /// @param keys null for requests that are not signed
    /// @param closing what is closed along with it
    OssEndpoint(OssLocation location, @Nullable KeyProvider keys, Runnable closing) {
        this.location = location;
        this.signature = new OssSignature(location.region());
        this.keys = keys;
        this.closing = closing;
    }

    /// Signs with given keys. Two signers with equal keys are equal.
    private final class Signer implements RequestSigner {
        private final OssKeys keys;

        Signer(OssKeys keys) {
            this.keys = keys;
        }

        @Override
        public void sign(OutgoingRequest request, long epochSecond) {
            SigningTimestamp now = timestamp.at(epochSecond);
            timestamp = now;
            request.header("x-oss-content-sha256", OssSignature.UNSIGNED_PAYLOAD);
            request.header("x-oss-date", now.text());
            String token = keys.securityToken();
            if (token != null) {
                request.header("x-oss-security-token", token);
            }
            request.header(
                    "authorization",
                    signature.authorization(
                            keys,
                            request.method(),
                            location.signedPath(request.path()),
                            request.query(),
                            request.headers(),
                            now.text()));
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Signer that && keys.equals(that.keys);
        }

        @Override
        public int hashCode() {
            return keys.hashCode();
        }
    }

    @Override
    public Origin origin() {
        return location.origin();
    }

    @Override
    public @Nullable RequestSigner signer() throws SourceException {
        return keys == null ? null : new Signer(keys.keys());
    }

    @Override
    public boolean refusedCredentials(ErrorAnswer answer) {
        return OssError.of(answer).refusesKeys();
    }

    @Override
    public @Nullable RequestSigner renewed(RequestSigner refused) throws SourceException {
        return keys != null && refused instanceof Signer signer
                ? new Signer(keys.instead(signer.keys))
                : signer();
    }

    @Override
    public boolean refusedTime(ErrorAnswer answer) {
        return OssError.of(answer).aboutTime();
    }

    @Override
    public long storeMillis(ErrorAnswer answer) {
        long date = answer.dateMillis();
        return date != 0
                ? date
                : HttpDates.millis(XmlReader.element(answer.document(), "ServerTime"));
    }

    /// OSS does not redirect signed requests. A server that does is not the bucket's endpoint, and gets neither
    /// signature nor token.
    @Override
    public RedirectRule redirected(Origin to) {
        return StoreEndpoint.super.redirected(to) == RedirectRule.SIGNED
                ? RedirectRule.SIGNED
                : RedirectRule.REFUSED;
    }

    @Override
    public void close() {
        closing.run();
    }
}
