package dev.cistern.csi.pool;

import dev.cistern.csi.volume.VolumeUsage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/// Plain directories with a given pool size and injected faults.
final class FaultyBacking implements Backing {

    private final DirectoryBacking directories;
    long totalBytes = 100L << 20;
    long unclaimedBytes = Long.MAX_VALUE;
    boolean failMake;
    boolean failDestroy;
    OptionalLong size = OptionalLong.empty();

    FaultyBacking(Path root) {
        this.directories = new DirectoryBacking(root);
    }

    @Override
    public boolean enforcesSizes() {
        return true;
    }

    @Override
    public long footprint(long sizeBytes) {
        return sizeBytes;
    }

    @Override
    public long sizeWithin(long bytes) {
        return bytes;
    }

    @Override
    public void make(Path path, long sizeBytes) throws IOException {
        directories.make(path, sizeBytes);
        if (failMake) {
            throw new IOException("no limit could be set");
        }
    }

    @Override
    public void destroy(Path path) throws IOException {
        if (failDestroy) {
            throw new IOException("still in use");
        }
        directories.destroy(path);
    }

    @Override
    public OptionalLong sizeOf(Path path) {
        return size;
    }

    @Override
    public VolumeUsage usage(Path path, long sizeBytes) {
        return new VolumeUsage(sizeBytes, 0, sizeBytes);
    }

    @Override
    public long totalBytes() {
        return totalBytes;
    }

    @Override
    public long unclaimedBytes(long promisedBytes, List<Path> volumes) {
        return unclaimedBytes;
    }

    @Override
    public void tidy() {}
}
