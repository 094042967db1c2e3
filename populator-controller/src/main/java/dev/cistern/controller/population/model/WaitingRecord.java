package dev.cistern.controller.population.model;

import java.util.Optional;

/// The record of a PVC that has no run yet, and says why. It becomes the run's record when the run begins.
///
/// @param uid of the `VolumePopulation`
/// @param resourceVersion guards its change
/// @param deleting whether it has a deletion time
/// @param status what was last written of it; empty when nothing was yet
public record WaitingRecord(
        String uid, String resourceVersion, boolean deleting, Optional<RunStatus> status) {}
