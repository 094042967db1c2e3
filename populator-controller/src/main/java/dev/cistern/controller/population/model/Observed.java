package dev.cistern.controller.population.model;

import dev.cistern.controller.model.Claim;
import dev.cistern.controller.model.Resolution;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// The planner's input for one PVC.
///
/// @param now the leader's clock
/// @param claim the user's PVC
/// @param storageClass its class
/// @param resolution what its `dataSourceRef` resolves to now
/// @param run the run's record, once there is one
/// @param hold why that run must not go on
/// @param waiting the record that explains why there is no run yet
/// @param prime the temporary PVC
/// @param primeVolume the PV that the prime is bound to
/// @param boundVolume the PV that the user's PVC names
/// @param givenVolume a PV that was filled for this PVC and names it in its `claimRef`
/// @param attempts all attempts with remaining objects, lowest number first
/// @param writers number of processes that may still write to the volume
/// @param provisionerMessage the provisioner's newest warning about the prime
/// @param largestVolume size in bytes of the largest volume that the class can provision now; read only when a volume
///     is slow and there is no warning
/// @param refusal the API server's last rejection of a creation for this run; empty since the last success
/// @param storesReadySince since when all StorageBackends of the run are ready; empty when one is not, or nothing is known of it
/// @param load number of runs in progress
/// @param timeline steps recorded by this process
public record Observed(
        Instant now,
        Claim claim,
        ClassState storageClass,
        Resolution resolution,
        Optional<Run> run,
        Optional<Hold> hold,
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
        Optional<Instant> storesReadySince,
        LoadLevel load,
        Timeline timeline) {

    public Observed {
        attempts = List.copyOf(attempts);
    }

    /// The same without an attempt.
    public Observed without(Attempt attempt) {
        return new Observed(
                now,
                claim,
                storageClass,
                resolution,
                run,
                hold,
                waiting,
                prime,
                primeVolume,
                boundVolume,
                givenVolume,
                attempts.stream().filter(a -> !a.uid().equals(attempt.uid())).toList(),
                writers,
                provisionerMessage,
                largestVolume,
                refusal,
                storesReadySince,
                load,
                timeline);
    }

    /// The attempt with the highest number.
    public Optional<Attempt> latest() {
        return attempts.isEmpty() ? Optional.empty() : Optional.of(attempts.getLast());
    }

    /// Whether only the run's record is left.
    public boolean childless() {
        return prime.isEmpty() && attempts.isEmpty();
    }
}
