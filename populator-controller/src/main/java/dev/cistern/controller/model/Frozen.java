package dev.cistern.controller.model;

import dev.cistern.api.v1alpha1.VolumePopulationSpec;

/// The frozen copy of what was asked: a run keeps to it, whatever becomes of populator and backend.
///
/// @param spec as it is kept in the run's record
/// @param fingerprint equal exactly when the same was asked, the PVC's retry annotation included
public record Frozen(VolumePopulationSpec spec, String fingerprint) {}
