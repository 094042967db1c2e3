package dev.cistern.populate.source.gcs.auth;

import dev.cistern.populate.source.SourceException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Caches the current token for any number of threads. One of them fetches the next while the others continue with the
/// current one; while the token service is unavailable, a token is used until it expires.
public final class TokenCache {
    /// Pause after a failure of the service while the old token is valid.
    private static final long PAUSE_MILLIS = 5_000;

    private final TokenSource source;
    private final LongSupplier clock;
    private final ReentrantLock refreshing = new ReentrantLock();
    private volatile @Nullable AccessToken current;
    private volatile long notBefore;

    /// @param clock Unix time in milliseconds
    TokenCache(TokenSource source, LongSupplier clock) {
        this.source = source;
        this.clock = clock;
    }

    /// A valid token.
    ///
    /// @throws SourceException when none can be obtained
    AccessToken token() throws SourceException {
        AccessToken now = current;
        long time = clock.getAsLong();
        if (now != null && (now.fresh(time) || (now.usable(time) && time < notBefore))) {
            return now;
        }
        if (now != null && now.usable(time)) {
            return refreshing.tryLock() ? early(now) : now;
        }
        refreshing.lock();
        try {
            AccessToken other = current;
            return other != null && other.usable(clock.getAsLong()) ? other : fetched();
        } finally {
            refreshing.unlock();
        }
    }

    /// Called with the lock.
    private AccessToken early(AccessToken now) throws SourceException {
        try {
            AccessToken other = current;
            return other != null && other.fresh(clock.getAsLong()) ? other : fetched();
        } catch (SourceException.Retryable e) {
            notBefore = clock.getAsLong() + PAUSE_MILLIS;
            return now;
        } finally {
            refreshing.unlock();
        }
    }

    /// Replaces a token that was rejected before its expiry.
    AccessToken instead(AccessToken refused) throws SourceException {
        refreshing.lock();
        try {
            AccessToken now = current;
            return now != null && !now.equals(refused) ? now : fetched();
        } finally {
            refreshing.unlock();
        }
    }

    private AccessToken fetched() throws SourceException {
        AccessToken token = source.fetch();
        current = token;
        return token;
    }
}
