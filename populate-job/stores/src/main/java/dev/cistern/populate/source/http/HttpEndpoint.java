package dev.cistern.populate.source.http;

import dev.cistern.populate.http.Origin;
import dev.cistern.populate.source.rest.OutgoingRequest;
import dev.cistern.populate.source.rest.RequestSigner;
import dev.cistern.populate.source.rest.StoreEndpoint;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A server, and the headers for requests to it only: credentials, and those of the backend.
///
/// @param headers lower-case names and values alternating; empty for none
record HttpEndpoint(HttpPlace place, List<String> headers) implements StoreEndpoint {
    HttpEndpoint {
        headers = List.copyOf(headers);
    }

    /// Adds the headers.
    private record HeaderSigner(List<String> headers) implements RequestSigner {
        @Override
        public void sign(OutgoingRequest request, long epochSecond) {
            for (int i = 0; i < headers.size(); i += 2) {
                request.header(headers.get(i), headers.get(i + 1));
            }
        }
    }

    @Override
    public Origin origin() {
        return place.origin();
    }

    @Override
    public boolean mayLeadTo(String path) {
        return place.mayLeadTo(path);
    }

    @Override
    public @Nullable RequestSigner signer() {
        return headers.isEmpty() ? null : new HeaderSigner(headers);
    }

    /// Without secrets.
    @Override
    public String toString() {
        return place + " with " + headers.size() / 2 + " headers";
    }
}
