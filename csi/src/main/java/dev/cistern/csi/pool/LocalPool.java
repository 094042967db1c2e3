package dev.cistern.csi.pool;

import dev.cistern.csi.linux.Restrictions;
import dev.cistern.csi.volume.PoolCapacity;
import dev.cistern.csi.volume.Volume;
import dev.cistern.csi.volume.VolumeFailure;
import dev.cistern.csi.volume.VolumeId;
import dev.cistern.csi.volume.VolumePool;
import dev.cistern.csi.volume.VolumeSize;
import dev.cistern.csi.volume.VolumeUsage;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentSkipListMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The volumes below one directory:
///
/// | directory | what |
/// |---|---|
/// | `records/` | one JSON file for each volume |
/// | `volumes/` | the content of each volume |
/// | `staging/` | content being made, not a volume yet |
/// | `trash/` | content being removed, no volume any more |
///
/// Creation: record, content in `staging/`, rename to `volumes/`. Removal: rename to `trash/`, record, content. So
/// after a crash at any point a record without content was never confirmed or is being removed, and can be deleted;
/// what is in `staging/` and `trash/` can be deleted; and content without a record never results from a crash, and is
/// left alone.
///
/// Space is reserved, not measured: a volume counts with its full size from the moment it is requested, so that
/// reserved space can always be written.
public final class LocalPool implements VolumePool {

    /// Maximum number of volumes; a node runs some hundred pods.
    static final int MAXIMUM_VOLUMES = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(LocalPool.class);

    private final Path root;
    private final Backing backing;
    private final VolumeRecords records;
    private final Trash trash;
    private final int overcommitPercent;
    private final InstantSource clock;

    /// Volumes that exist or are being created, by id.
    private final ConcurrentSkipListMap<VolumeId, Volume> volumes = new ConcurrentSkipListMap<>();

    /// Why a volume with content cannot be used, by id.
    private final ConcurrentSkipListMap<VolumeId, String> unusable = new ConcurrentSkipListMap<>();

    private final Object promising = new Object();

    private LocalPool(Path root, Backing backing, int overcommitPercent, InstantSource clock) {
        this.root = root;
        this.backing = backing;
        this.records = new VolumeRecords(root.resolve("records"));
        this.overcommitPercent = overcommitPercent;
        this.clock = clock;
        this.trash = new Trash(root, backing, volumes::containsKey);
    }

    /// Opens the pool at `root`; the next [#tidy] deletes what a crash has left.
    ///
    /// @param overcommitPercent how much of the pool may be reserved, 100 for its capacity
    static LocalPool open(Path root, Backing backing, int overcommitPercent, InstantSource clock)
            throws IOException {
        Files.createDirectories(root);
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwx------"));
        for (String directory : List.of("records", "volumes", "staging", "trash")) {
            Files.createDirectories(root.resolve(directory));
        }
        LocalPool pool = new LocalPool(root, backing, overcommitPercent, clock);
        pool.recover();
        return pool;
    }

    private void recover() throws IOException {
        for (VolumeRecords.Found found : records.readAll()) {
            switch (found) {
                case VolumeRecords.Readable readable -> recover(readable.volume());
                case VolumeRecords.Unreadable unreadable -> recover(unreadable);
            }
        }
        try (DirectoryStream<Path> contents = Files.newDirectoryStream(root.resolve("volumes"))) {
            for (Path content : contents) {
                if (VolumeId.parse(content.getFileName().toString())
                        .filter(id -> volumes.containsKey(id) || unusable.containsKey(id))
                        .isEmpty()) {
                    LOG.atWarn()
                            .addKeyValue("path", content)
                            .log(
                                    "content without a record: left alone, remove it by hand if it"
                                            + " is not wanted");
                }
            }
        }
    }

    private void recover(Volume volume) throws IOException {
        if (Files.isDirectory(path(volume.id()))) {
            volumes.put(volume.id(), volume);
        } else {
            LOG.atInfo()
                    .addKeyValue("volume", volume.id())
                    .log("volume was only half made or half removed: record dropped");
            records.delete(volume.id());
        }
    }

    /// An unreadable record affects only its volume: where the content shows its size, the record is recreated, else
    /// that volume cannot be used.
    private void recover(VolumeRecords.Unreadable record) throws IOException {
        VolumeId id = record.id();
        if (!Files.isDirectory(path(id))) {
            LOG.atWarn()
                    .addKeyValue("volume", id)
                    .addKeyValue("problem", record.problem())
                    .log("a volume without content has an unreadable record: dropped");
            records.delete(id);
            return;
        }
        OptionalLong size = record.replaceable() ? sizeOf(id) : OptionalLong.empty();
        if (size.isPresent()) {
            Volume volume = new Volume(id, id.value(), size.getAsLong(), clock.instant());
            records.write(volume);
            volumes.put(id, volume);
            LOG.atWarn()
                    .addKeyValue("volume", id)
                    .addKeyValue("problem", record.problem())
                    .addKeyValue("bytes", volume.bytes())
                    .log("an unreadable record was made anew from the volume's limit");
            return;
        }
        unusable.put(id, record.problem());
        LOG.atError()
                .addKeyValue("volume", id)
                .addKeyValue("problem", record.problem())
                .log("this volume cannot be used; its size is not counted");
    }

    private OptionalLong sizeOf(VolumeId id) {
        try {
            return backing.sizeOf(path(id));
        } catch (IOException e) {
            LOG.atWarn().addKeyValue("volume", id).setCause(e).log("its size cannot be read");
            return OptionalLong.empty();
        }
    }

    @Override
    public boolean enforcesSizes() {
        return backing.enforcesSizes();
    }

    @Override
    public Volume create(String name, VolumeSize size) {
        VolumeId id = VolumeId.ofName(name);
        Volume existing = find(id).orElse(null);
        if (existing != null) {
            if (!size.admits(existing.bytes())) {
                throw new VolumeFailure.AlreadyExists(
                        "volume %s exists with %d bytes, but capacity_range asks for %d to %d"
                                .formatted(
                                        name,
                                        existing.bytes(),
                                        size.requiredBytes(),
                                        size.limitBytes()));
            }
            return existing;
        }
        Volume volume = new Volume(id, name, size.choose(), clock.instant());
        promise(volume);
        boolean made = false;
        try {
            make(volume);
            made = true;
            return volume;
        } catch (IOException e) {
            throw new VolumeFailure.Broken("making volume " + id, e);
        } finally {
            if (!made) {
                abandon(id);
            }
        }
    }

    private void abandon(VolumeId id) {
        try {
            remove(id);
        } catch (IOException e) {
            LOG.atWarn()
                    .addKeyValue("volume", id)
                    .setCause(e)
                    .log("what was made of the volume could not be removed");
        } finally {
            volumes.remove(id);
        }
    }

    private void promise(Volume volume) {
        synchronized (promising) {
            if (volumes.size() >= MAXIMUM_VOLUMES) {
                throw new VolumeFailure.NoSpace(
                        "this node has " + MAXIMUM_VOLUMES + " volumes, the most it may have");
            }
            long largest = capacity().largestVolume();
            if (volume.bytes() > largest) {
                throw new VolumeFailure.NoSpace(
                        "volume %s needs %d bytes; the largest that this node's pool has room for is %d"
                                .formatted(volume.name(), volume.bytes(), largest));
            }
            if (Files.exists(path(volume.id()))) {
                throw new VolumeFailure.AlreadyExists(
                        path(volume.id())
                                + " has content that no volume's record tells of: move it away");
            }
            volumes.put(volume.id(), volume);
        }
    }

    private void make(Volume volume) throws IOException {
        Path content = path(volume.id());
        records.write(volume);
        Path staged = root.resolve("staging").resolve(volume.id().value());
        if (Files.exists(staged)) {
            backing.destroy(staged);
        }
        backing.make(staged, volume.bytes());
        // A pod's user is not known here: kubelet restricts this for pods with an fsGroup.
        Files.setPosixFilePermissions(staged, PosixFilePermissions.fromString("rwxrwxrwx"));
        // On a btrfs this also commits the subvolume and its limit.
        DurableFiles.rename(staged, content);
    }

    @Override
    public void delete(VolumeId id) {
        if (!volumes.containsKey(id) && !unusable.containsKey(id)) {
            return;
        }
        try {
            remove(id);
        } catch (IOException e) {
            throw new VolumeFailure.Broken("removing volume " + id, e);
        }
        volumes.remove(id);
        unusable.remove(id);
    }

    private void remove(VolumeId id) throws IOException {
        // Not only the id: a volume of the same name may be created and removed before this one is
        // deleted.
        String unique = id.value() + "." + Long.toUnsignedString(System.nanoTime(), 36);
        if (Files.exists(path(id))) {
            // A directory whose owner made it read-only or immutable cannot be moved.
            Restrictions.lift(path(id));
            DurableFiles.rename(path(id), root.resolve("trash").resolve(unique));
        }
        records.delete(id);
    }

    /// Deletes removed content; what cannot be deleted is in [#leftovers].
    public void tidy() {
        trash.empty();
    }

    @Override
    public Map<Path, String> leftovers() {
        return trash.stuck();
    }

    @Override
    public Optional<Volume> find(VolumeId id) {
        String problem = unusable.get(id);
        if (problem != null) {
            throw new VolumeFailure.Broken("volume " + id, new IOException(problem));
        }
        return Optional.ofNullable(volumes.get(id));
    }

    @Override
    public List<Volume> list() {
        return List.copyOf(volumes.values());
    }

    @Override
    public PoolCapacity capacity() {
        try {
            List<Volume> all = list();
            long promised = all.stream().mapToLong(v -> backing.footprint(v.bytes())).sum();
            long unpromised =
                    Math.multiplyExact(backing.totalBytes() / 100, overcommitPercent) - promised;
            List<Path> contents =
                    all.stream().map(v -> path(v.id())).filter(Files::isDirectory).toList();
            long unclaimed =
                    overcommitPercent > 100
                            ? Long.MAX_VALUE
                            : backing.unclaimedBytes(promised, contents);
            long room = Math.max(0, Math.min(unpromised, unclaimed));
            long largest = Math.max(0, backing.sizeWithin(room));
            return new PoolCapacity(largest, largest);
        } catch (IOException e) {
            throw new VolumeFailure.Broken("reading the pool's space", e);
        }
    }

    @Override
    public VolumeUsage usage(Volume volume) {
        try {
            return backing.usage(path(volume.id()), volume.bytes());
        } catch (IOException e) {
            throw new VolumeFailure.Broken("reading the usage of volume " + volume.id(), e);
        }
    }

    @Override
    public Path path(VolumeId id) {
        return root.resolve("volumes").resolve(id.value());
    }

    @Override
    public void check() {
        Path probe = root.resolve(".probe");
        try {
            Files.deleteIfExists(probe);
            Files.createFile(probe);
            Files.delete(probe);
        } catch (IOException e) {
            throw new VolumeFailure.Broken("writing to the pool", e);
        }
    }
}
