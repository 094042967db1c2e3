package dev.cistern.populate.source.rest;

import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.wire.Reason;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Caches the current credential, such as a token, for any number of threads. One of them fetches the next one while
/// the others go on with the current one; while the service that gives them is unavailable, one is used until it
/// expires.
///
public final class CredentialCache<T extends Expiring> {
    /// A service that failed is left alone for so long while the old credential holds.
    private static final long PAUSE_MILLIS = 5_000;

    /// One way to get a credential.
    @FunctionalInterface
    public interface Fetch<T extends Expiring> {
        /// Asks for a new one; one attempt.
        ///
        /// @throws SourceException when there is none to be had
        T fetch() throws SourceException;
    }

    private final Fetch<T> source;
    private final LongSupplier clock;
    private final ReentrantLock refreshing = new ReentrantLock();
    private volatile @Nullable T current;
    private volatile long notBefore;

    /// @param clock Unix time in milliseconds
    public CredentialCache(Fetch<T> source, LongSupplier clock) {
        this.source = source;
        this.clock = clock;
    }

    /// A credential that is good now.
    ///
    /// @throws SourceException when there is none to be had
    public T get() throws SourceException {
        T now = current;
        long time = clock.getAsLong();
        if (now != null && (now.fresh(time) || (now.usable(time) && time < notBefore))) {
            return now;
        }
        if (now != null && now.usable(time)) {
            return refreshing.tryLock() ? early(now) : now;
        }
        refreshing.lock();
        try {
            T other = current;
            return other != null && other.usable(clock.getAsLong()) ? other : fetched();
        } finally {
            refreshing.unlock();
        }
    }

    /// Called with the lock.
    private T early(T now) throws SourceException {
        try {
            T other = current;
            return other != null && other.fresh(clock.getAsLong()) ? other : fetched();
        } catch (SourceException.Retryable e) {
            notBefore = clock.getAsLong() + PAUSE_MILLIS;
            return now;
        } finally {
            refreshing.unlock();
        }
    }

    /// Another credential than one that was rejected although it should be valid.
    public T instead(T refused) throws SourceException {
        refreshing.lock();
        try {
            T now = current;
            return now != null && !now.equals(refused) ? now : fetched();
        } finally {
            refreshing.unlock();
        }
    }

    private T fetched() throws SourceException {
        T before = current;
        T got;
        try {
            got = source.fetch();
        } catch (SourceException.Refused e) {
            if (before == null || e.reason() != Reason.INVALID_CREDENTIALS) {
                throw e;
            }
            // They were good: whoever rotates them may be late with the new ones.
            throw new SourceException.Refused(
                    Reason.CREDENTIALS_EXPIRED,
                    e.getMessage()
                            + "; the credentials were accepted before: if they were rotated, the"
                            + " next attempt reads the new ones",
                    e);
        }
        current = got;
        return got;
    }
}
