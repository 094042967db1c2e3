package dev.cistern.populate.wire;

/// How what arrived is compared with what the store holds.
public enum Verify {
    /// Length, and the strongest digest that the store gives.
    FULL("full"),
    /// Length only.
    SIZE("size");

    private final String wireName;

    Verify(String wireName) {
        this.wireName = wireName;
    }

    /// The name in JSON, for example `full`.
    public String wireName() {
        return wireName;
    }

    @Override
    public String toString() {
        return wireName;
    }
}
