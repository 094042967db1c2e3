package dev.cistern.populate.source.rest;

import dev.cistern.populate.http.Origin;
import dev.cistern.populate.source.SourceException;
import org.jspecify.annotations.Nullable;

/// Destination and signer of a store's requests. Both may change during a run. Thread-safe.
public interface StoreEndpoint extends AutoCloseable {
    /// Current destination of requests.
    Origin origin();

    /// The signer with current credentials, renewed before they expire; null where requests are not signed.
    ///
    /// @throws SourceException when none can be obtained
    @Nullable RequestSigner signer() throws SourceException;

    /// Whether a response rejects the credentials such that other ones may be accepted, for example because they have
    /// expired. Then [#renewed] is called.
    default boolean refusedCredentials(ErrorAnswer answer) {
        return answer.status() == 401;
    }

    /// A replacement for a signer whose credentials the store rejected, if there is one; an equal one ends the request
    /// with the rejection. Implementations that cache credentials drop the rejected ones.
    ///
    /// @throws SourceException when none can be obtained
    default @Nullable RequestSigner renewed(RequestSigner refused) throws SourceException {
        return signer();
    }

    /// Called for each successful response to a signed request.
    default void accepted(RequestSigner signer) {}

    /// Whether the request may have been rejected for its time. If so, [#storeMillis] becomes the store's clock.
    default boolean refusedTime(ErrorAnswer answer) {
        return false;
    }

    /// The store's clock in a response, Unix time in milliseconds; 0 where there is none.
    default long storeMillis(ErrorAnswer answer) {
        return answer.dateMillis();
    }

    /// Adopts another destination from a response; true to send the request again to [#origin].
    default boolean moved(ErrorAnswer answer) {
        return false;
    }

    /// How a request is sent to another origin than [#origin], by a redirect or [StoreRequest#at]. Credentials stay
    /// with their host.
    default RedirectRule redirected(Origin to) {
        return Redirect.sameSite(origin(), to) ? RedirectRule.SIGNED : RedirectRule.UNSIGNED;
    }

    /// Whether a redirect to the endpoint's own site, which is followed with its credentials, may lead to a path.
    ///
    /// @param path percent-encoded
    default boolean mayLeadTo(String path) {
        return true;
    }

    @Override
    default void close() {}
}
