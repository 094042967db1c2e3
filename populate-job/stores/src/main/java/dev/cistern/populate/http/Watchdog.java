package dev.cistern.populate.http;

import java.io.Closeable;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Aborts waits that take too long, and bodies that are too slow. A blocking channel has no read timeout; closing it
/// from another thread ends a read, and costs the reader two stores per read instead of a poll.
///
/// A store may take long before the first byte of a response; the timeout adapts: each time that it proved too short it
/// doubles, up to [#MAX_FIRST_BYTE_FACTOR] times the configured one.
final class Watchdog implements Closeable {
    private static final int MAX_FIRST_BYTE_FACTOR = 2;

    /// Measured rates expire after this time.
    private static final long REMEMBERED_NANOS = 600_000_000_000L;

    /// A connection that may be waiting.
    interface Watched {
        /// Start of the current wait, by `System.nanoTime()`; 0 while it is not waiting.
        long waitingSinceNanos();

        /// Whether it waits for the first byte of a response.
        default boolean awaitsFirstByte() {
            return false;
        }

        /// Progress of the bodies that it receives; null when it receives none.
        default @Nullable BodyProgress body() {
            return null;
        }

        /// Makes the wait fail.
        ///
        /// @param why what the peer did or did not do, appended to its name in messages
        void abortWait(String why);
    }

    /// A measurement interval of one body.
    private static final class Stretch {
        private long exchange = -1;
        private long bytes;
        private long waited;
        private long bytesOfAll;
        private long waitedOfAll;
        private long bytesSeen;
        private long waitedSeen;
    }

    private final Map<Watched, Stretch> watched = new ConcurrentHashMap<>();
    private final long limitNanos;
    private final long mostFirstByteNanos;
    private final Thread thread;

    // Used only by the watchdog thread.
    private long firstByteNanos;
    private long bytesOfAll;
    private long waitedOfAll;
    private double usualRate;
    private long usualRateNanos;

    /// @param limitMillis for the next byte, and the waiting time over which a body's rate is measured
    /// @param firstByteMillis for the first byte of a response
    Watchdog(long limitMillis, long firstByteMillis) {
        this.limitNanos = limitMillis * 1_000_000;
        this.firstByteNanos = firstByteMillis * 1_000_000;
        this.mostFirstByteNanos = firstByteNanos * MAX_FIRST_BYTE_FACTOR;
        long stepMillis = Math.max(10, Math.min(500, limitMillis / 4));
        this.thread = new Thread(null, () -> watch(stepMillis), "http-watchdog", 256 * 1024);
        thread.setDaemon(true);
        thread.start();
    }

    private void watch(long stepMillis) {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                Thread.sleep(stepMillis);
            } catch (InterruptedException e) {
                return;
            }
            long now = System.nanoTime();
            watched.forEach((connection, stretch) -> check(connection, stretch, now));
        }
    }

    void add(Watched connection) {
        watched.put(connection, new Stretch());
    }

    void remove(Watched connection) {
        watched.remove(connection);
    }

    /// Makes every wait fail, now and from now on.
    void abortAll() {
        watched.keySet().forEach(connection -> connection.abortWait("is not wanted any more"));
    }

    private void check(Watched connection, Stretch stretch, long now) {
        long since = connection.waitingSinceNanos();
        boolean first = connection.awaitsFirstByte();
        long limit = first ? firstByteNanos : limitNanos;
        if (since != 0 && now - since > limit) {
            if (first) {
                firstByteNanos = Math.min(mostFirstByteNanos, 2 * firstByteNanos);
            }
            connection.abortWait("sent no byte for " + seconds(limit));
            return;
        }
        BodyProgress body = connection.body();
        if (body != null) {
            long waiting = since == 0 || first ? 0 : Math.max(0, now - since);
            rate(connection, stretch, body, waiting, now);
        }
    }

    private void rate(
            Watched connection, Stretch stretch, BodyProgress body, long waiting, long now) {
        long bytes = body.bytes();
        long waited = body.waitedNanos();
        bytesOfAll += bytes - stretch.bytesSeen;
        waitedOfAll += waited - stretch.waitedSeen;
        stretch.bytesSeen = bytes;
        stretch.waitedSeen = waited;
        if (stretch.exchange != body.exchanges()) {
            stretch.exchange = body.exchanges();
            begin(stretch, bytes, waited);
            return;
        }
        long nanos = waited + waiting - stretch.waited;
        if (nanos < limitNanos) {
            return;
        }
        long came = bytes - stretch.bytes;
        long othersWaited = waitedOfAll - stretch.waitedOfAll - (waited - stretch.waited);
        if (othersWaited > limitNanos / 4) {
            usualRate = MinimumRate.rate(bytesOfAll - stretch.bytesOfAll - came, othersWaited);
            usualRateNanos = now;
        }
        double usual = now - usualRateNanos < REMEMBERED_NANOS ? usualRate : 0;
        begin(stretch, bytes, waited);
        if (MinimumRate.below(came, nanos, usual)) {
            connection.abortWait("sent " + came + " bytes in " + seconds(nanos) + " only");
        }
    }

    private void begin(Stretch stretch, long bytes, long waited) {
        stretch.bytes = bytes;
        stretch.waited = waited;
        stretch.bytesOfAll = bytesOfAll;
        stretch.waitedOfAll = waitedOfAll;
    }

    private static String seconds(long nanos) {
        return Math.max(1, nanos / 1_000_000_000) + " s";
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
