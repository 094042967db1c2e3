package dev.cistern.controller.population.filler;

import dev.cistern.controller.population.model.Attempt;
import java.util.List;

/// State of a PVC's attempts.
///
/// @param attempts lowest number first
/// @param writers number of processes that may still write to the volume; never more than one is allowed
/// @param unexplained whether an attempt has ended without a result in the expected place: the run's last report may
///     contain it
public record FillState(List<Attempt> attempts, int writers, boolean unexplained) {
    public FillState {
        attempts = List.copyOf(attempts);
    }
}
