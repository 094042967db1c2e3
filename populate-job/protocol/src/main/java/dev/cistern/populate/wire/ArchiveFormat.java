package dev.cistern.populate.wire;

import org.jspecify.annotations.Nullable;

/// How an archive is packed whose entries are to be copied.
public enum ArchiveFormat {
    TAR("tar"),
    TAR_GZIP("tar.gz"),
    TAR_ZSTD("tar.zst"),
    ZIP("zip");

    private final String wireName;

    ArchiveFormat(String wireName) {
        this.wireName = wireName;
    }

    /// The format of a name; null where there is none of that name.
    public static @Nullable ArchiveFormat of(String wireName) {
        for (ArchiveFormat format : values()) {
            if (format.wireName.equals(wireName)) {
                return format;
            }
        }
        return null;
    }

    /// The name in JSON and in the API, for example `tar.gz`.
    public String wireName() {
        return wireName;
    }
}
