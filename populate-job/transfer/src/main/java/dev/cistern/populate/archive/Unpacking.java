package dev.cistern.populate.archive;

import com.github.luben.zstd.ZstdInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

/// The streams that undo a packing.
final class Unpacking {
    /// What `zstd` needs without `--long` and `--ultra` is 8 MiB.
    private static final int LEAST_WINDOW_LOG = 23;

    /// What it needs with `--long`, and what its own command refuses to exceed unless told otherwise.
    private static final int MOST_WINDOW_LOG = 27;

    private Unpacking() {}

    /// Members follow each other in files that were put together, as `pigz` and `cat` do.
    static InputStream gzip(InputStream in) throws IOException {
        try {
            return GzipCompressorInputStream.builder()
                    .setInputStream(in)
                    .setDecompressConcatenated(true)
                    .get();
        } catch (IOException e) {
            throw bad("gzip", e);
        }
    }

    /// @param memoryBytes what the window may take
    static InputStream zstd(InputStream in, long memoryBytes) throws IOException {
        int log = 63 - Long.numberOfLeadingZeros(Math.max(1, memoryBytes));
        ZstdInputStream unpacked = new ZstdInputStream(in);
        unpacked.setLongMax(Math.clamp(log, LEAST_WINDOW_LOG, MOST_WINDOW_LOG));
        unpacked.setContinuous(false);
        return unpacked;
    }

    /// What a library says of a stream is about the archive, unless it only passes on what was thrown below.
    static IOException bad(String format, IOException e) {
        return e instanceof PassedThrough || e instanceof BadArchiveException
                ? e
                : new BadArchiveException(
                        "it cannot be read as " + format + " (" + e.getMessage() + ")", e);
    }
}
