package dev.cistern.csi.rpc;

import dev.cistern.csi.volume.PoolCapacity;
import dev.cistern.csi.volume.Volume;
import dev.cistern.csi.volume.VolumeFailure;
import dev.cistern.csi.volume.VolumeId;
import dev.cistern.csi.volume.VolumePool;
import dev.cistern.csi.volume.VolumeSize;
import dev.cistern.csi.volume.VolumeUsage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// A pool in memory with 100 GiB.
final class FakePool implements VolumePool {

    private final TreeMap<VolumeId, Volume> volumes = new TreeMap<>();
    boolean broken;
    boolean enforces = true;

    @Override
    public boolean enforcesSizes() {
        return enforces;
    }

    @Override
    public synchronized Volume create(String name, VolumeSize size) {
        check();
        Volume existing = volumes.get(VolumeId.ofName(name));
        if (existing != null) {
            if (!size.admits(existing.bytes())) {
                throw new VolumeFailure.AlreadyExists("other size");
            }
            return existing;
        }
        if (size.choose() > capacity().largestVolume()) {
            throw new VolumeFailure.NoSpace("full");
        }
        Volume volume = new Volume(VolumeId.ofName(name), name, size.choose(), Instant.EPOCH);
        volumes.put(volume.id(), volume);
        return volume;
    }

    @Override
    public synchronized void delete(VolumeId id) {
        volumes.remove(id);
    }

    @Override
    public synchronized Optional<Volume> find(VolumeId id) {
        return Optional.ofNullable(volumes.get(id));
    }

    @Override
    public synchronized List<Volume> list() {
        return List.copyOf(volumes.values());
    }

    @Override
    public synchronized PoolCapacity capacity() {
        long left = (100L << 30) - volumes.values().stream().mapToLong(Volume::bytes).sum();
        return new PoolCapacity(left, left);
    }

    @Override
    public VolumeUsage usage(Volume volume) {
        return new VolumeUsage(volume.bytes(), 4096, volume.bytes() - 4096);
    }

    @Override
    public Map<Path, String> leftovers() {
        return Map.of();
    }

    @Override
    public Path path(VolumeId id) {
        return Path.of("/pool/volumes", id.value());
    }

    @Override
    public void check() {
        if (broken) {
            throw new VolumeFailure.Broken("writing to the pool", new IOException("disk on fire"));
        }
    }
}
