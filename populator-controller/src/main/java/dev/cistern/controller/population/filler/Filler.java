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
import java.util.Map;
import java.util.Optional;

/// Fills a prime's volume: one numbered attempt after the other.
///
/// The planner decides when an attempt starts, what a failure means for the run, and when the volume is handed over; it
/// is the same for every filler. Everything else is here.
public sealed interface Filler permits JobFiller {
    /// The state of a PVC's attempts: how far each is, and how it ended.
    ///
    /// @param run empty when there is no record, even if other objects remain
    /// @throws io.fabric8.kubernetes.client.KubernetesClientException when a necessary read fails
    FillState observe(ClusterView view, Claim claim, Optional<Run> run, Instant now);

    /// The writes that start an attempt.
    ///
    /// @param revisions what attempts before it read of sources whose names may come to stand for something else, by their numbers
    /// @param number from 1
    List<Action> start(
            Claim claim,
            RunSnapshot snapshot,
            Map<Integer, String> revisions,
            Prime prime,
            int number);

    /// Description of an attempt's activity.
    ///
    /// @param followed whether someone follows this run: before its first report it is then described as connecting
    String activity(Run run, int number, boolean followed);

    /// Why a running attempt receives no data at the moment; empty when it does.
    Optional<String> stalled(Run run, int number);

    /// When the next report of a running attempt is due.
    ///
    /// @param since start time of the attempt
    NextReport nextReport(Observed seen, Attempt attempt, Instant since);

    /// Adds information from the whole observation to a failure of the newest attempt, for example its memory limit.
    Attempt.Failure explain(Observed seen, Attempt.Failure failure);

    /// The failure of an attempt that was started and whose objects are gone.
    Attempt.Failure vanished();

    /// The writes that remove the objects of all attempts.
    List<Action> remove(Observed seen);
}
