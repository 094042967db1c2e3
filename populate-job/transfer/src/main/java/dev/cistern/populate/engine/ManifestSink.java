package dev.cistern.populate.engine;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Receives the manifest of a fill: every file on the target after success.
@FunctionalInterface
public interface ManifestSink {
    /// One file.
    ///
    /// @param path below the target
    /// @param size in bytes
    /// @param modifiedMillis modification time in the source, in Unix milliseconds; 0 where unknown
    /// @param digest `crc64nvme:` and hex digits, or another CRC that the copy was verified with
    /// @param sha256 64 hex digits; null where it was not requested
    record ManifestFile(
            String path, long size, long modifiedMillis, String digest, @Nullable String sha256) {}

    /// Receives a file. Files come sorted by their paths' bytes, on one thread, before the fill reports success.
    ///
    /// @throws IOException to end the fill as a failure of the target
    void file(ManifestFile file) throws IOException;
}
