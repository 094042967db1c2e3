package dev.cistern.controller.model;

import dev.cistern.api.v1alpha1.VolumePopulationSpec;

/// The request when a run started, independent of later changes to populator and backend.
///
/// @param spec as stored in the run's record
/// @param fingerprint equal exactly for equal requests, including the PVC's retry annotation
public record RunSnapshot(VolumePopulationSpec spec, String fingerprint) {}
