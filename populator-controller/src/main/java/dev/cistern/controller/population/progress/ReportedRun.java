package dev.cistern.controller.population.progress;

/// A `VolumePopulation` object: one that was deleted and recreated has the same name and another UID.
///
/// @param namespace that it is in
/// @param uid of its own, not its PVC's
public record ReportedRun(String namespace, String uid) {}
