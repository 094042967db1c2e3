package dev.cistern.controller.model;

/// The phases of a PVC that the API server knows.
public enum ClaimPhase {
    /// Not bound yet.
    PENDING,
    /// Bound to a volume.
    BOUND,
    /// Was bound; its volume is gone or claimed by another.
    LOST
}
