package dev.cistern.csi.rpc;

import java.time.Duration;

/// Context of a call.
///
/// @param remaining time until the caller's deadline
public record Call(Duration remaining) {

    /// Long enough for the slowest step of another call for the same volume, short enough to answer before the caller's
    /// deadline.
    private static final Duration MAX_TIMEOUT = Duration.ofSeconds(10);

    /// Maximum wait for another call for the same volume.
    Duration timeout() {
        Duration half = remaining.dividedBy(2);
        return half.compareTo(MAX_TIMEOUT) < 0 ? half : MAX_TIMEOUT;
    }
}
