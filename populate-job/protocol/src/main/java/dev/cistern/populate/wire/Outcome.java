package dev.cistern.populate.wire;

/// How an attempt ended.
public enum Outcome {
    /// Everything is on the volume, verified and durable.
    SUCCEEDED("Succeeded"),
    /// The attempt failed; the [Reason] says why.
    FAILED("Failed");

    private final String wireName;

    Outcome(String wireName) {
        this.wireName = wireName;
    }

    /// The name in JSON, for example `Succeeded`.
    public String wireName() {
        return wireName;
    }

    @Override
    public String toString() {
        return wireName;
    }
}
