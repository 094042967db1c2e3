package dev.cistern.controller.population.observe;

import dev.cistern.controller.model.Claim;
import dev.cistern.controller.population.model.Attempt;
import dev.cistern.controller.population.model.LastReport;
import dev.cistern.controller.population.model.Run;
import dev.cistern.controller.population.model.RunStatus;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// Decides whether a run is blocked, so that a changed request restarts it.
///
/// A run that makes progress keeps its snapshot, whatever happens to populator and backend. A blocked run restarts when
/// the request changes, as after a failure; once data was copied only the PVC's retry annotation counts, so that no
/// copy is discarded because of an unrelated edit.
final class RestartRule {
    private RestartRule() {}

    /// @param refused whether the provisioner warns, or the API server rejects a creation
    /// @param held whether it must not go on as it was asked; then no copy is worth keeping
    static boolean mayRestart(
            Claim claim, Run run, List<Attempt> attempts, boolean refused, boolean held) {
        Optional<Attempt.State> state =
                attempts.isEmpty() ? Optional.empty() : Optional.of(attempts.getLast().state());
        boolean notStarting =
                state.filter(s -> s instanceof Attempt.State.Starting(var why) && why.isPresent())
                        .isPresent();
        boolean silentStore =
                state.filter(Attempt.State.Running.class::isInstance).isPresent()
                        && run.report()
                                .filter(r -> r.attempt() == attempts.getLast().number())
                                .flatMap(LastReport::trouble)
                                .isPresent();
        boolean betweenAttempts = run.status().filter(s -> s.nextAttempt() != null).isPresent();
        boolean stuck = refused || notStarting || silentStore || betweenAttempts;
        boolean asked = !Objects.equals(run.retry(), claim.retry());
        return held || (stuck && (asked || !copied(run)));
    }

    private static boolean copied(Run run) {
        return run.report().filter(r -> r.bytesDone() > 0).isPresent()
                || run.status().flatMap(RunStatus::result).filter(r -> r.bytes() > 0).isPresent();
    }
}
