package dev.cistern.populate.source.oauth;

import dev.cistern.populate.http.Origin;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.rest.CredentialCache;
import dev.cistern.populate.source.rest.OutgoingRequest;
import dev.cistern.populate.source.rest.RequestSigner;
import dev.cistern.populate.source.rest.StoreEndpoint;
import org.jspecify.annotations.Nullable;

/// An endpoint with an access token in each request or without.
public final class BearerEndpoint implements StoreEndpoint {
    private final Origin origin;
    private final @Nullable CredentialCache<AccessToken> tokens;
    private final Runnable closing;

    /// @param tokens null for anonymous requests
    /// @param closing closed with it
    public BearerEndpoint(
            Origin origin, @Nullable CredentialCache<AccessToken> tokens, Runnable closing) {
        this.origin = origin;
        this.tokens = tokens;
        this.closing = closing;
    }

    private record Bearer(AccessToken token) implements RequestSigner {
        @Override
        public void sign(OutgoingRequest request, long epochSecond) {
            request.header("authorization", "Bearer " + token.value());
        }
    }

    @Override
    public Origin origin() {
        return origin;
    }

    @Override
    public @Nullable RequestSigner signer() throws SourceException {
        return tokens == null ? null : new Bearer(tokens.get());
    }

    @Override
    public @Nullable RequestSigner renewed(RequestSigner refused) throws SourceException {
        return tokens != null && refused instanceof Bearer bearer
                ? new Bearer(tokens.instead(bearer.token))
                : signer();
    }

    @Override
    public void close() {
        closing.run();
    }
}
