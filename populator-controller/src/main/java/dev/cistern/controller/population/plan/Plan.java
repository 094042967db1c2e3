package dev.cistern.controller.population.plan;

import dev.cistern.controller.population.model.Action;
import dev.cistern.controller.population.model.Timeline;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// The next writes for one PVC.
///
/// @param actions writes, in this order; when one fails, the rest is dropped and the PVC is observed again
/// @param timeline steps observed so far
/// @param requeueAfter when to reconcile again even if nothing changes
/// @param done whether all state of this PVC can be dropped
/// @param queued whether the PVC waits for admission
public record Plan(
        List<Action> actions,
        Timeline timeline,
        Optional<Duration> requeueAfter,
        boolean done,
        boolean queued) {
    public Plan {
        actions = List.copyOf(actions);
    }
}
