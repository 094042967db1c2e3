package dev.cistern.populate.source.rest;

import java.util.function.LongSupplier;

/// The store's clock, as far as its answers tell: what requests are signed by.
///
/// Either clock may be wrong, and may be set right in the middle of a run. So what the store says is taken up each time that it refuses
/// a request for its time; who asks bounds how often that is.
final class StoreClock {
    /// A store whose own date is so close to a request's and which refuses it all the same means something else.
    private static final long CLOSE_SECONDS = 60;

    private final LongSupplier machineMillis;
    private volatile long offsetSeconds;

    /// @param machineMillis this machine's clock, Unix time in milliseconds
    StoreClock(LongSupplier machineMillis) {
        this.machineMillis = machineMillis;
    }

    private long machineSeconds() {
        return Math.floorDiv(machineMillis.getAsLong(), 1000L);
    }

    /// What the store's clock shows now, Unix time in seconds.
    long seconds() {
        return machineSeconds() + offsetSeconds;
    }

    /// Takes the date of an answer for the store's time.
    ///
    /// @param storeMillis the date
    /// @param signedSeconds the time that the request carried which the answer refuses
    /// @return whether the two differ, so that signing it anew may help
    boolean adjust(long storeMillis, long signedSeconds) {
        long storeSeconds = Math.floorDiv(storeMillis, 1000L);
        if (Math.abs(storeSeconds - signedSeconds) <= CLOSE_SECONDS) {
            return false;
        }
        offsetSeconds = storeSeconds - machineSeconds();
        return true;
    }
}
