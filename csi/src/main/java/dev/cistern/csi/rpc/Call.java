package dev.cistern.csi.rpc;

import java.time.Duration;

/// What a call knows beside its request.
///
/// @param remaining how long the caller still waits
public record Call(Duration remaining) {

    /// Long enough for the slowest step of another call for the same volume, short enough to answer before callers lose patience.
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /// How long to wait for another call for the same volume.
    Duration patience() {
        Duration half = remaining.dividedBy(2);
        return half.compareTo(PATIENCE) < 0 ? half : PATIENCE;
    }
}
