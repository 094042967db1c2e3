package dev.cistern.controller.population.filler;

import java.time.Duration;

/// When the next report of a running attempt is due at the latest.
///
/// @param in how long from now; zero when it is overdue
/// @param whenOverdue what to tell people then
public record NextReport(Duration in, String whenOverdue) {
    /// Whether it should have arrived.
    public boolean overdue() {
        return in.isZero();
    }
}
