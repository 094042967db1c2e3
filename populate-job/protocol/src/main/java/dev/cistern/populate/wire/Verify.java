package dev.cistern.populate.wire;

/// How copied objects are verified.
public enum Verify {
    /// Size, and the strongest digest that the store provides.
    FULL("full"),
    /// Size only.
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
