package dev.cistern.populate.wire;

/// The form of a list of files.
public enum ListForm {
    /// The output of `sha256sum`.
    SHA256SUMS("sha256sums"),
    /// A JSON object per line: `path`, `size`, `sha256`, and `url` where the file is not next to the list under its
    /// path.
    MANIFEST("manifest");

    private final String wireName;

    ListForm(String wireName) {
        this.wireName = wireName;
    }

    /// The name in JSON, for example `sha256sums`.
    public String wireName() {
        return wireName;
    }
}
