package dev.cistern.controller.model;

/// The phases of a run. They only move forward; `FAILED` is left only by a user's change.
public enum RunPhase {
    /// The run was created, or waits for its next attempt's volume.
    PENDING("Pending"),
    /// The prime waits for its volume.
    PROVISIONING("Provisioning"),
    /// Jobs fill the volume, or wait for their next attempt.
    POPULATING("Populating"),
    /// The volume is filled and being handed over.
    BINDING("Binding"),
    /// The PVC is bound to the filled volume.
    SUCCEEDED("Succeeded"),
    /// The run has failed.
    FAILED("Failed");

    private final String text;

    RunPhase(String text) {
        this.text = text;
    }

    /// The name in the API.
    public String text() {
        return text;
    }

    /// Whether only a user's change leaves this phase.
    public boolean settled() {
        return switch (this) {
            case SUCCEEDED, FAILED -> true;
            case PENDING, PROVISIONING, POPULATING, BINDING -> false;
        };
    }

    /// The phase of that name.
    ///
    /// @throws IllegalArgumentException when there is none
    public static RunPhase of(String text) {
        for (RunPhase phase : values()) {
            if (phase.text.equals(text)) {
                return phase;
            }
        }
        throw new IllegalArgumentException("no phase of a run: " + text);
    }
}
