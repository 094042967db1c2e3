package dev.cistern.populate.wire;

/// How far a probe came.
public enum ProbeStage {
    /// No page of a listing came.
    NONE("None"),
    /// A page came; of no object anything else is known.
    LISTED("Listed"),
    /// A page came, and what the store knows of one object of it.
    DESCRIBED("Described");

    private final String wireName;

    ProbeStage(String wireName) {
        this.wireName = wireName;
    }

    /// The name in JSON, for example `Listed`.
    public String wireName() {
        return wireName;
    }

    @Override
    public String toString() {
        return wireName;
    }
}
