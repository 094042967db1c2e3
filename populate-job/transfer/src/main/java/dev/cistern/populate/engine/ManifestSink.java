package dev.cistern.populate.engine;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Takes the manifest of a fill: every file that is on the target when it has succeeded.
@FunctionalInterface
public interface ManifestSink {
    /// One file.
    ///
    /// @param path below the target
    /// @param size in bytes
    /// @param modifiedMillis when it was changed in the source, Unix time; 0 where that is not known
    /// @param digest `crc64nvme:` and hex digits, or whatever CRC the copy was verified with
    /// @param sha256 64 hex digits; null where it was not asked for
    record ManifestFile(
            String path, long size, long modifiedMillis, String digest, @Nullable String sha256) {}

    /// Takes a file; they come sorted by their paths' bytes, on one thread, before the fill counts as a success.
    ///
    /// @throws IOException when it cannot be taken, which ends the fill as a failure of the target
    void file(ManifestFile file) throws IOException;
}
