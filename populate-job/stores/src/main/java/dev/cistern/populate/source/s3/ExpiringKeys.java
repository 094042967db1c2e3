package dev.cistern.populate.source.s3;

import dev.cistern.populate.source.SourceException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Temporary keys for any number of threads, renewed before they expire: one thread renews them while the others
/// continue to use the old ones. While the provider is unavailable, the old keys are used until they expire.
final class ExpiringKeys implements AwsKeys.Provider {
    /// Signed requests must arrive before the keys expire.
    private static final long SPARE_MILLIS = 10_000;

    /// Time before expiration at which keys are renewed, but never in the first half of their lifetime.
    private static final long EARLY_MILLIS = 5 * 60_000;

    /// Pause after the provider failed, or its keys were rejected.
    private static final long PAUSE_MILLIS = 5_000;

    /// Provides new keys on each call.
    @FunctionalInterface
    interface Issuer {
        Issued issue() throws SourceException;
    }

    /// Keys and their expiration.
    ///
    /// @param expires Unix time in milliseconds
    record Issued(AwsKeys keys, long expires) {}

    private record Held(AwsKeys keys, long issued, long expires) {
        boolean fresh(long now) {
            return now < expires - Math.min(EARLY_MILLIS, (expires - issued) / 2);
        }

        boolean usable(long now) {
            return now < expires - SPARE_MILLIS;
        }
    }

    private final Issuer issuer;
    private final LongSupplier clock;
    private final Runnable closing;
    private final ReentrantLock renewing = new ReentrantLock();
    private volatile @Nullable Held held;
    private volatile long notBefore;

    /// @param clock Unix time in milliseconds
    /// @param closing closed together with it
    ExpiringKeys(Issuer issuer, LongSupplier clock, Runnable closing) {
        this.issuer = issuer;
        this.clock = clock;
        this.closing = closing;
    }

    @Override
    public AwsKeys keys() throws SourceException {
        Held now = held;
        long time = clock.getAsLong();
        if (now != null && (now.fresh(time) || (now.usable(time) && time < notBefore))) {
            return now.keys;
        }
        if (now != null && now.usable(time)) {
            return renewing.tryLock() ? early(now) : now.keys;
        }
        renewing.lock();
        try {
            Held other = held;
            return other != null && other.usable(clock.getAsLong()) ? other.keys : issued();
        } finally {
            renewing.unlock();
        }
    }

    /// Called with the lock.
    private AwsKeys early(Held now) throws SourceException {
        try {
            Held other = held;
            return other != null && other.fresh(clock.getAsLong()) ? other.keys : issued();
        } catch (SourceException.Retryable e) {
            notBefore = clock.getAsLong() + PAUSE_MILLIS;
            return now.keys;
        } finally {
            renewing.unlock();
        }
    }

    @Override
    public AwsKeys insteadOf(AwsKeys refused) throws SourceException {
        renewing.lock();
        try {
            Held now = held;
            boolean young = now != null && clock.getAsLong() - now.issued < PAUSE_MILLIS;
            return now != null && (young || !now.keys.equals(refused)) ? now.keys : issued();
        } finally {
            renewing.unlock();
        }
    }

    private AwsKeys issued() throws SourceException {
        long time = clock.getAsLong();
        Issued next = issuer.issue();
        held = new Held(next.keys, time, next.expires);
        return next.keys;
    }

    @Override
    public void close() {
        closing.run();
    }
}
