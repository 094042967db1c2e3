package dev.cistern.controller.observe;

import dev.cistern.controller.model.Attempt;
import dev.cistern.controller.model.Claim;
import dev.cistern.controller.model.LastReport;
import dev.cistern.controller.model.Run;
import dev.cistern.controller.model.RunStatus;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// Whether a run under way cannot get on, so that a change of what was asked may be its mending.
///
/// A run that gets on keeps to what was asked when it was made, whatever becomes of populator and backend. One that does not get on
/// listens, as after a failure; but what has been copied is not thrown away for an edit that may have nothing to do with it: then only
/// the PVC's retry annotation counts, which a person sets for this very purpose.
final class Stuck {
    private Stuck() {}

    /// @param refused whether the provisioner complains, or the API server refuses to make something
    static boolean mayBeMended(Claim claim, Run run, List<Attempt> attempts, boolean refused) {
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
        return stuck && (asked || !copied(run));
    }

    private static boolean copied(Run run) {
        return run.report().filter(r -> r.bytesDone() > 0).isPresent()
                || run.status().flatMap(RunStatus::result).filter(r -> r.bytes() > 0).isPresent();
    }
}
