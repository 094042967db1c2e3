package dev.cistern.populate.wire;

/// What an attempt is doing. Stages follow one another in this order; `LISTING` and `COPYING` may overlap in time, the
/// later one is then reported.
public enum Stage {
    /// The store has not answered yet.
    CONNECTING("Connecting"),
    /// The source is being listed.
    LISTING("Listing"),
    /// What the listing found is compared with the volume, its space and its journal.
    CHECKING("Checking"),
    /// Bytes are arriving.
    COPYING("Copying"),
    /// Everything has arrived and is being made durable.
    FINISHING("Finishing");

    private final String wireName;

    Stage(String wireName) {
        this.wireName = wireName;
    }

    /// The name in JSON, for example `Copying`.
    public String wireName() {
        return wireName;
    }

    @Override
    public String toString() {
        return wireName;
    }
}
