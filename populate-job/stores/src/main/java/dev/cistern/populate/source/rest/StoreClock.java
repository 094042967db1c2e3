package dev.cistern.populate.source.rest;

import java.util.function.LongSupplier;

/// The store's clock as shown in its responses, used for signatures.
///
/// Either clock may be wrong, and may be corrected during a run. So the offset is updated whenever the store rejects a
/// request for its time; the caller limits how often.
final class StoreClock {
    /// A store whose clock is this close to a request's time rejects it for another reason.
    private static final long CLOSE_SECONDS = 60;

    private final LongSupplier machineMillis;
    private volatile long offsetSeconds;

    /// @param machineMillis the local clock, Unix time in milliseconds
    StoreClock(LongSupplier machineMillis) {
        this.machineMillis = machineMillis;
    }

    private long machineSeconds() {
        return Math.floorDiv(machineMillis.getAsLong(), 1000L);
    }

    /// Current time by the store's clock, Unix time in seconds.
    long seconds() {
        return machineSeconds() + offsetSeconds;
    }

    /// Adopts the date of a response as the store's time.
    ///
    /// @param storeMillis the date
    /// @param signedSeconds time in the rejected request
    /// @return whether the two differ, so that signing again may help
    boolean adjust(long storeMillis, long signedSeconds) {
        long storeSeconds = Math.floorDiv(storeMillis, 1000L);
        if (Math.abs(storeSeconds - signedSeconds) <= CLOSE_SECONDS) {
            return false;
        }
        offsetSeconds = storeSeconds - machineSeconds();
        return true;
    }
}
