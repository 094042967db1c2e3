package dev.cistern.controller.population.filler;

import dev.cistern.controller.cluster.ClusterView;
import dev.cistern.controller.model.Claim;
import dev.cistern.controller.model.RunSnapshot;
import dev.cistern.controller.population.model.Action;
import dev.cistern.controller.population.model.Attempt;
import dev.cistern.controller.population.model.Observed;
import dev.cistern.controller.population.model.Prime;
import dev.cistern.controller.population.model.Run;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What puts the data onto a prime's volume: one attempt after the other, each with a number.
///
/// The planner decides when an attempt starts, what a failure means for the run, and when the volume changes hands; it is the same
/// for every filler. The rest is here.
public sealed interface Filler permits JobFiller {
    /// What there is of the attempts of a PVC: how far each is, and how it ended.
    ///
    /// @param run empty when there is no record, whatever else may be left
    /// @throws io.fabric8.kubernetes.client.KubernetesClientException when something has to be asked for, and is not answered
    FillState observe(ClusterView view, Claim claim, Optional<Run> run, Instant now);

    /// The writes that start an attempt.
    ///
    /// @param number from 1
    List<Action> start(Claim claim, RunSnapshot snapshot, Prime prime, int number);

    /// What an attempt is doing, for people.
    ///
    /// @param followed whether a person follows this run: before its first report it is then said to connect
    String activity(Run run, int number, boolean followed);

    /// Why a running attempt gets no data now; empty when it does.
    Optional<String> stalled(Run run, int number);

    /// When the next report of a running attempt is due.
    ///
    /// @param since when it began to run
    NextReport nextReport(Observed seen, Attempt attempt, Instant since);

    /// A failure of the newest attempt with what only the whole observation tells, for example what the attempt was allowed to use.
    Attempt.Failure explain(Observed seen, Attempt.Failure failure);

    /// The failure of an attempt that was started and of which nothing is left.
    Attempt.Failure vanished();

    /// The writes that remove what is left of all attempts.
    List<Action> remove(Observed seen);
}
