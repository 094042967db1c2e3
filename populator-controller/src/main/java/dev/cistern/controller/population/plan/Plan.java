package dev.cistern.controller.population.plan;

import dev.cistern.controller.population.model.Action;
import dev.cistern.controller.population.model.Timeline;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// What to do now for one PVC, in this order.
///
/// @param actions writes, first to last; when one fails, the rest is dropped and everything is looked at again
/// @param timeline the steps seen so far
/// @param requeueAfter when to reconcile again even if nothing changes
/// @param done whether nothing of this PVC is remembered any more
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
