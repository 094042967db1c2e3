package dev.cistern.csi.rpc;

import dev.cistern.csi.mount.Mounter;
import dev.cistern.csi.volume.VolumeId;
import dev.cistern.linux.Mounts;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Mounts in memory.
final class FakeMounter implements Mounter {

    /// What is mounted, by target.
    final Map<Path, Mounted> mounts = new TreeMap<>();

    record Mounted(Path source, Set<Mounts.Option> options) {}

    @Override
    public synchronized void publish(Path source, Path target, Set<Mounts.Option> options) {
        mounts.put(target, new Mounted(source, Set.copyOf(options)));
    }

    @Override
    public synchronized void unpublish(VolumeId id, Path target) {
        mounts.remove(target);
    }

    @Override
    public synchronized List<Path> published(Path source) {
        return mounts.entrySet().stream()
                .filter(e -> e.getValue().source().equals(source))
                .map(Map.Entry::getKey)
                .toList();
    }
}
