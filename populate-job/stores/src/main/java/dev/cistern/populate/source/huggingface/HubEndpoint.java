package dev.cistern.populate.source.huggingface;

import dev.cistern.populate.http.Origin;
import dev.cistern.populate.source.rest.OutgoingRequest;
import dev.cistern.populate.source.rest.RequestSigner;
import dev.cistern.populate.source.rest.StoreEndpoint;
import org.jspecify.annotations.Nullable;

/// The Hub or a mirror, whose own host alone sees the token.
record HubEndpoint(Origin origin, HubToken token) implements StoreEndpoint {
    private record Bearer(String token) implements RequestSigner {
        @Override
        public void sign(OutgoingRequest request, long epochSecond) {
            request.header("authorization", "Bearer " + token);
        }

        /// No secret is shown.
        @Override
        public String toString() {
            return "Bearer";
        }
    }

    @Override
    public @Nullable RequestSigner signer() {
        String value = token.value();
        return value == null ? null : new Bearer(value);
    }

    @Override
    public @Nullable RequestSigner renewed(RequestSigner refused) {
        return refused instanceof Bearer bearer
                ? new Bearer(token.instead(bearer.token))
                : signer();
    }
}
