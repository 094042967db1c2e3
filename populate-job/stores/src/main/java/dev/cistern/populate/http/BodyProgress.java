package dev.cistern.populate.http;

import java.util.concurrent.atomic.AtomicLong;

/// Bytes received on a connection, and the time spent waiting for them. Written by the connection's thread, read by the
/// watchdog.
final class BodyProgress {
    private final AtomicLong exchanges = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong waitedNanos = new AtomicLong();

    /// Starts another body.
    void begin() {
        exchanges.lazySet(exchanges.getPlain() + 1);
    }

    void received(int count, long nanos) {
        waitedNanos.lazySet(waitedNanos.getPlain() + nanos);
        bytes.lazySet(bytes.getPlain() + Math.max(0, count));
    }

    long exchanges() {
        return exchanges.get();
    }

    long bytes() {
        return bytes.get();
    }

    long waitedNanos() {
        return waitedNanos.get();
    }
}
