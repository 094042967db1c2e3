package dev.cistern.controller.population.model;

import dev.cistern.controller.model.Claim;
import dev.cistern.controller.model.Resolution;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Everything the planner looks at for one PVC, at one moment.
///
/// @param now the leader's clock
/// @param claim the user's PVC
/// @param storageClass its class
/// @param resolution what its `dataSourceRef` resolves to now
/// @param run the run's record, once there is one
/// @param waiting the record that says why there is no run yet
/// @param prime the temporary PVC
/// @param primeVolume the PV that the prime is bound to
/// @param boundVolume the PV that the user's PVC names
/// @param givenVolume a PV that was filled for this PVC and names it as its claim
/// @param attempts all attempts that something is left of, lowest number first
/// @param writers processes that may still write to the volume
/// @param provisionerMessage the provisioner's newest complaint about the prime
/// @param largestVolume bytes of the largest volume that the class can make now; asked for only when a volume is slow and nobody complains
/// @param refusal the API server's words when it refused to make something of this run the last time; empty since it did make it
/// @param load how many runs are under way beside it
/// @param timeline what this process noted of the run so far
public record Observed(
        Instant now,
        Claim claim,
        ClassState storageClass,
        Resolution resolution,
        Optional<Run> run,
        Optional<WaitingRecord> waiting,
        Optional<Prime> prime,
        Optional<Volume> primeVolume,
        Optional<Volume> boundVolume,
        Optional<Volume> givenVolume,
        List<Attempt> attempts,
        int writers,
        Optional<String> provisionerMessage,
        Optional<Long> largestVolume,
        Optional<String> refusal,
        LoadLevel load,
        Timeline timeline) {

    public Observed {
        attempts = List.copyOf(attempts);
    }

    /// The attempt with the highest number.
    public Optional<Attempt> latest() {
        return attempts.isEmpty() ? Optional.empty() : Optional.of(attempts.getLast());
    }

    /// Whether nothing of the run but its record is left.
    public boolean childless() {
        return prime.isEmpty() && attempts.isEmpty();
    }
}
