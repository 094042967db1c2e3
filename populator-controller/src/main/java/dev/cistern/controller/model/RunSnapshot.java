package dev.cistern.controller.model;

import dev.cistern.api.v1alpha1.VolumePopulationSpec;

/// What was asked when a run started: it keeps to that, whatever becomes of populator and backend.
///
/// @param spec as it is kept in the run's record
/// @param fingerprint equal exactly when the same was asked, the PVC's retry annotation included
public record RunSnapshot(VolumePopulationSpec spec, String fingerprint) {}
