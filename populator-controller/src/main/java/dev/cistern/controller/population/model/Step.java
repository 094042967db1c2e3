package dev.cistern.controller.population.model;

/// The steps whose times a run keeps.
public enum Step {
    /// The prime was asked for.
    PRIME_CREATED("PrimeCreated"),
    /// The prime has its volume.
    PRIME_BOUND("PrimeBound"),
    /// The first Job was made.
    JOB_CREATED("JobCreated"),
    /// The container runs.
    COPY_STARTED("CopyStarted"),
    /// The container ended with success.
    COPY_DONE("CopyDone"),
    /// The volume was given to the PVC.
    REBOUND("Rebound"),
    /// The PVC is bound.
    BOUND("Bound");

    private final String text;

    Step(String text) {
        this.text = text;
    }

    /// The name in the API.
    public String text() {
        return text;
    }
}
