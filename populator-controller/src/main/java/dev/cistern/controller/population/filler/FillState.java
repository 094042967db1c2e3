package dev.cistern.controller.population.filler;

import dev.cistern.controller.population.model.Attempt;
import java.util.List;

/// What there is of a PVC's attempts.
///
/// @param attempts lowest number first
/// @param writers how many processes may still write to the volume; there must never be two
/// @param unexplained whether an attempt is over and left no result where it was looked for: then the run's last report may have it
public record FillState(List<Attempt> attempts, int writers, boolean unexplained) {
    public FillState {
        attempts = List.copyOf(attempts);
    }
}
