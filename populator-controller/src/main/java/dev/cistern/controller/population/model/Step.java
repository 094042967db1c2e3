package dev.cistern.controller.population.model;

/// Steps of a run whose times are recorded.
public enum Step {
    /// The prime was created.
    PRIME_CREATED("PrimeCreated"),
    /// The prime has its volume.
    PRIME_BOUND("PrimeBound"),
    /// The first Job was created.
    JOB_CREATED("JobCreated"),
    /// The container runs.
    COPY_STARTED("CopyStarted"),
    /// The container succeeded.
    COPY_DONE("CopyDone"),
    /// The volume was handed over to the PVC.
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
