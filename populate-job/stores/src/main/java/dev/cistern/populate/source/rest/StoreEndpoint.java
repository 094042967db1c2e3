package dev.cistern.populate.source.rest;

import dev.cistern.populate.http.Origin;
import dev.cistern.populate.source.SourceException;
import org.jspecify.annotations.Nullable;

/// Where a store's requests go and who signs them. Both may change while a store is read; all methods may be called by any number of
/// threads.
public interface StoreEndpoint extends AutoCloseable {
    /// Where requests go now.
    Origin origin();

    /// Signs with the credentials that hold now, renewed when they are about to expire; null where requests are not signed.
    ///
    /// @throws SourceException when there are none to be had
    @Nullable RequestSigner signer() throws SourceException;

    /// Whether an answer refuses the credentials in a way that others may pass, such as because they have expired. Then
    /// [#renewed] is asked.
    default boolean refusedCredentials(ErrorAnswer answer) {
        return answer.status() == 401;
    }

    /// A signer instead of one whose credentials the store refused, if there is another; an equal one ends the request with the answer
    /// that refused it. Whoever keeps credentials drops those refused here.
    ///
    /// @throws SourceException when there are none to be had
    default @Nullable RequestSigner renewed(RequestSigner refused) throws SourceException {
        return signer();
    }

    /// The store has accepted a signed request: it gave a good answer. Called for each, so it costs next to nothing.
    default void accepted(RequestSigner signer) {}

    /// Whether the time that a request was signed for may be why it was refused. If so, [#storeMillis] becomes the store's clock.
    default boolean refusedTime(ErrorAnswer answer) {
        return false;
    }

    /// What the store's clock showed, Unix time in milliseconds; 0 where the answer does not say.
    default long storeMillis(ErrorAnswer answer) {
        return answer.dateMillis();
    }

    /// Takes up what an answer says about where the store is to be asked; true sends the request again to [#origin].
    default boolean moved(ErrorAnswer answer) {
        return false;
    }

    /// How a request goes to another origin than [#origin], where an answer or [StoreRequest#at] sends it. Credentials stay with the
    /// host that they are for.
    default RedirectRule redirected(Origin to) {
        return Redirect.sameSite(origin(), to) ? RedirectRule.SIGNED : RedirectRule.UNSIGNED;
    }

    @Override
    default void close() {}
}
