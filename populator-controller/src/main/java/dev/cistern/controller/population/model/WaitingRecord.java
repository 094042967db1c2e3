package dev.cistern.controller.population.model;

import java.util.Optional;

/// The record of a PVC without a run, which explains why. It becomes the run's record when the run begins.
///
/// @param uid of the `VolumePopulation`
/// @param resourceVersion guards its change
/// @param deleting whether it has a deletion time
/// @param status last written status; empty when there is none
public record WaitingRecord(
        String uid, String resourceVersion, boolean deleting, Optional<RunStatus> status) {}
