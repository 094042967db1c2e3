package dev.cistern.populate.engine;

/// Suffix of a folder marker's key after the directory's path.
enum MarkerName {
    /// No suffix: `out` beside `out/x`.
    PLAIN(""),
    /// `out/`.
    SLASH("/"),
    /// The suffix used by old versions of Hadoop and by EMR.
    FOLDER("_$folder$");

    private final String suffix;

    MarkerName(String suffix) {
        this.suffix = suffix;
    }

    String suffix() {
        return suffix;
    }
}
