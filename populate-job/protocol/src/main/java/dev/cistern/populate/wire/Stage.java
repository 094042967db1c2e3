package dev.cistern.populate.wire;

/// Stage of an attempt, in this order. `LISTING` and `COPYING` may overlap; then the later one is reported.
public enum Stage {
    /// The store has not responded yet.
    CONNECTING("Connecting"),
    /// The source is being listed.
    LISTING("Listing"),
    /// The listing is compared with the volume's space and journal.
    CHECKING("Checking"),
    /// Objects are being copied.
    COPYING("Copying"),
    /// Everything is copied and is being made durable.
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
