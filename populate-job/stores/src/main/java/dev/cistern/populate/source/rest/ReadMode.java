package dev.cistern.populate.source.rest;

/// How the bytes of objects are asked for: what was learned of the store.
///
/// @param conditional whether only the version that was listed will do
/// @param encoding `Accept-Encoding`: what the answer may be packed with
public record ReadMode(boolean conditional, String encoding) {
    /// As they are stored.
    public static final String IDENTITY = "identity";

    /// Google's store unpacks what is stored packed, unless the client would do it.
    public static final String GZIP = "gzip";

    /// The first thing to try.
    public static final ReadMode USUAL = new ReadMode(true, IDENTITY);

    /// Whatever version there is.
    public ReadMode unconditional() {
        return new ReadMode(false, encoding);
    }

    /// The other encoding.
    public ReadMode otherwise() {
        return new ReadMode(conditional, encoding.equals(IDENTITY) ? GZIP : IDENTITY);
    }
}
