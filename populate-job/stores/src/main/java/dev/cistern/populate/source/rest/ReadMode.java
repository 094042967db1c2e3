package dev.cistern.populate.source.rest;

/// How object bytes are requested, adapted to the store.
///
/// @param conditional whether requests are conditional on the listed version
/// @param encoding value of `Accept-Encoding`
public record ReadMode(boolean conditional, String encoding) {
    /// As stored.
    public static final String IDENTITY = "identity";

    /// Google's store decompresses objects stored with gzip unless the client accepts gzip.
    public static final String GZIP = "gzip";

    /// Initial mode.
    public static final ReadMode USUAL = new ReadMode(true, IDENTITY);

    /// A copy without the condition.
    public ReadMode unconditional() {
        return new ReadMode(false, encoding);
    }

    /// A copy with the other encoding.
    public ReadMode otherwise() {
        return new ReadMode(conditional, encoding.equals(IDENTITY) ? GZIP : IDENTITY);
    }
}
