package dev.cistern.csi.pool;

import dev.cistern.csi.volume.VolumeUsage;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/// Volumes as plain directories: no size is enforced, and a volume's usage is that of the file system it is on.
final class DirectoryBacking implements Backing {

    private final Path root;

    DirectoryBacking(Path root) {
        this.root = root;
    }

    @Override
    public boolean enforcesSizes() {
        return false;
    }

    @Override
    public long footprint(long sizeBytes) {
        return sizeBytes;
    }

    @Override
    public long sizeWithin(long bytes) {
        return bytes / 4096 * 4096;
    }

    @Override
    public void make(Path path, long sizeBytes) throws IOException {
        Files.createDirectory(path);
    }

    @Override
    public void destroy(Path path) throws IOException {
        FileTrees.delete(path);
    }

    @Override
    public OptionalLong sizeOf(Path path) {
        return OptionalLong.empty();
    }

    @Override
    public VolumeUsage usage(Path path, long sizeBytes) {
        File file = root.toFile();
        long total = file.getTotalSpace();
        return new VolumeUsage(total, total - file.getFreeSpace(), file.getUsableSpace());
    }

    @Override
    public long totalBytes() {
        return root.toFile().getTotalSpace();
    }

    @Override
    public long unclaimedBytes(long promisedBytes, List<Path> volumes) {
        // The usage of a volume is not known without reading its tree, and is not limited anyway.
        return root.toFile().getUsableSpace();
    }

    @Override
    public void tidy() {
        // Directories leave nothing behind.
    }
}
