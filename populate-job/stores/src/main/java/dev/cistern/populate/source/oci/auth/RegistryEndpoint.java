package dev.cistern.populate.source.oci.auth;

import dev.cistern.populate.http.HttpClient;
import dev.cistern.populate.http.Origin;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.rest.ErrorAnswer;
import dev.cistern.populate.source.rest.OutgoingRequest;
import dev.cistern.populate.source.rest.RequestSigner;
import dev.cistern.populate.source.rest.StoreEndpoint;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// A registry and its authentication. The first request is anonymous: the response's challenge requires user and
/// password, or a token of a token service. Only the registry's own responses are evaluated: a host that it redirects
/// to gets no credentials, and its challenges are ignored.
///
/// Matching credentials are tried in turn, as in the kubelet. They are read again when they are rejected, since they
/// may have been replaced during the run.
public final class RegistryEndpoint implements StoreEndpoint {
    private final Origin origin;
    private final Logins logins;
    private final TokenService tokens;
    private final LongSupplier clock;
    private final ReentrantLock renewing = new ReentrantLock();

    private volatile @Nullable Challenge challenge;
    private volatile State state = new State(List.of(), 0, null, false);

    /// The current authentication.
    ///
    /// @param known all matching credentials when last read
    /// @param number index of the credentials in use; their count for anonymous requests
    /// @param token null where none was requested
    /// @param again whether it replaces a rejected token of the same age
    private record State(List<Login> known, int number, @Nullable Token token, boolean again) {
        @Nullable Login login() {
            return number < known.size() ? known.get(number) : null;
        }
    }

    /// The value of `Authorization`; null where there is none yet, or none is required.
    private record Authorization(@Nullable String value) implements RequestSigner {
        @Override
        public void sign(OutgoingRequest request, long epochSecond) {
            if (value != null) {
                request.header("authorization", value);
            }
        }

        /// No secret is shown.
        @Override
        public String toString() {
            return value == null ? "no authorization" : "authorization";
        }
    }

    /// @param http for the token service, closed by the caller
    /// @param scope of tokens
    /// @param clock Unix time in milliseconds
    /// @throws SourceException.Refused when the credentials cannot be read
    public RegistryEndpoint(
            Origin origin,
            Logins logins,
            HttpClient http,
            String scope,
            String userAgent,
            LongSupplier clock)
            throws SourceException.Refused {
        this.origin = origin;
        this.logins = logins;
        this.tokens = new TokenService(http, origin, scope, userAgent, clock);
        this.clock = clock;
        this.state = new State(logins.read(), 0, null, false);
    }

    /// Whether there are no credentials for the registry.
    public boolean anonymous() {
        return state.known.isEmpty();
    }

    @Override
    public Origin origin() {
        return origin;
    }

    @Override
    public RequestSigner signer() throws SourceException {
        State now = state;
        Login login = now.login();
        if (login != null && login.registryToken() != null) {
            return new Authorization("Bearer " + login.registryToken());
        }
        Challenge asked = challenge;
        if (asked == null) {
            return new Authorization(null);
        }
        if (!asked.bearer()) {
            return new Authorization(login == null || !login.hasPassword() ? null : login.basic());
        }
        Token token = now.token;
        long time = clock.getAsLong();
        if (token != null && token.fresh(time)) {
            return bearer(token);
        }
        // One thread renews it while the others continue to use it.
        if (token != null && token.usable(time) && !renewing.tryLock()) {
            return bearer(token);
        }
        if (!renewing.isHeldByCurrentThread()) {
            renewing.lock();
        }
        try {
            State then = state;
            return then.token != null && then.token != token && then.token.usable(clock.getAsLong())
                    ? bearer(then.token)
                    : early(token, asked);
        } finally {
            renewing.unlock();
        }
    }

    /// Called with the lock.
    private RequestSigner early(@Nullable Token old, Challenge asked) throws SourceException {
        try {
            return fetched(asked, false);
        } catch (SourceException.Retryable e) {
            if (old != null && old.usable(clock.getAsLong())) {
                return bearer(old);
            }
            throw e;
        }
    }

    private static Authorization bearer(Token token) {
        return new Authorization("Bearer " + token.value());
    }

    /// A token for the credentials in use, or for the next that get one. Called with the lock.
    ///
    /// @param again whether a token of the same age was rejected
    private RequestSigner fetched(Challenge asked, boolean again) throws SourceException {
        reread();
        while (true) {
            State now = state;
            try {
                Token token = tokens.fetch(asked, now.login());
                state = new State(now.known, now.number, token, again);
                return bearer(token);
            } catch (SourceException.Refused e) {
                if (now.number + 1 >= now.known.size()) {
                    throw e;
                }
                state = new State(now.known, now.number + 1, null, false);
            }
        }
    }

    /// Restarts with the first when the credentials have changed.
    private void reread() throws SourceException.Refused {
        List<Login> read = logins.read();
        if (!read.equals(state.known)) {
            state = new State(read, 0, null, false);
        }
    }

    @Override
    public boolean refusedCredentials(ErrorAnswer answer) {
        if (answer.status() == 401) {
            Challenge asked = Challenge.of(answer.header().apply("www-authenticate"));
            if (asked != null) {
                challenge = asked;
            }
            return true;
        }
        State now = state;
        return answer.status() == 403 && now.number + 1 < now.known.size();
    }

    @Override
    public RequestSigner renewed(RequestSigner refused) throws SourceException {
        renewing.lock();
        try {
            Authorization current = current();
            if (current.value != null && !current.equals(refused)) {
                return current;
            }
            Challenge asked = challenge;
            List<Login> before = state.known;
            reread();
            State now = state;
            boolean first = ((Authorization) refused).value == null || now.known != before;
            // A registry's restart may invalidate a new token.
            boolean young = now.token != null && !aged(now.token);
            boolean worthAgain =
                    now.token != null
                            && !(asked != null && asked.insufficient())
                            && !(young && now.again);
            if (!first && !worthAgain) {
                // These credentials were rejected themselves.
                if (now.number + 1 >= now.known.size()) {
                    return refused;
                }
                state = new State(now.known, now.number + 1, null, false);
            }
            Login login = state.login();
            if (asked != null
                    && asked.bearer()
                    && (login == null || login.registryToken() == null)) {
                return fetched(asked, !first && worthAgain && young);
            }
            state = new State(state.known, state.number, null, false);
            return signer();
        } finally {
            renewing.unlock();
        }
    }

    /// Whether a token may have expired early, or its key was changed.
    private boolean aged(Token token) {
        return clock.getAsLong() - token.issuedMillis() > 5_000;
    }

    private Authorization current() {
        State now = state;
        Token token = now.token;
        return token == null ? new Authorization(null) : bearer(token);
    }
}
