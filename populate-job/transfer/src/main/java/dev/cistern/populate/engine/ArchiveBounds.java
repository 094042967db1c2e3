package dev.cistern.populate.engine;

/// What an archive may become. How many bytes and files that are is for the volume to bear; what grows out of next to
/// nothing is refused before it has filled one.
final class ArchiveBounds {
    /// Below this nothing is a bomb.
    private static final long ALWAYS_BYTES = 256L << 20;

    /// Text of logs comes to some 50 times its packed size, gzip to 1,032 times at the very most, with nothing but
    /// zeros.
    private static final int MAX_RATIO = 500;

    static final String PROBLEM =
            "it unpacks to more than "
                    + MAX_RATIO
                    + " times its size, as archives do that are made to fill disks: unpack it"
                    + " before it is stored";

    private ArchiveBounds() {}

    /// @param unpacked bytes so far
    /// @param packed bytes that they came out of
    static boolean exceeded(long unpacked, long packed) {
        return unpacked > ALWAYS_BYTES && unpacked / MAX_RATIO > packed;
    }
}
