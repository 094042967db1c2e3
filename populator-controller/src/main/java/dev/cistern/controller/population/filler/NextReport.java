package dev.cistern.controller.population.filler;

import java.time.Duration;

/// Deadline of a running attempt's next report.
///
/// @param in time from now; zero when it is overdue
/// @param whenOverdue message for that case
public record NextReport(Duration in, String whenOverdue) {
    /// Whether it should have arrived.
    public boolean overdue() {
        return in.isZero();
    }
}
