package dev.cistern.csi.mount;

import dev.cistern.csi.volume.VolumeFailure;
import dev.cistern.csi.volume.VolumeId;
import dev.cistern.linux.LinuxException;
import dev.cistern.linux.MountTable;
import dev.cistern.linux.Mounts;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Bind mounts. The mount table is always read from the kernel, so there is no state to lose: after a restart of the
/// program running pods keep their mounts, and every call finds them.
public final class BindMounter implements Mounter {

    /// Maximum number of mounts stacked on one target that are removed; more is not an accident.
    private static final int STACKED_MOUNTS = 16;

    /// An ending process may still have its working directory there: 5 × 100 ms.
    private static final int BUSY_ATTEMPTS = 5;

    private static final Duration BUSY_PAUSE = Duration.ofMillis(100);

    @Override
    public void publish(Path source, Path target, Set<Mounts.Option> options) {
        try {
            MountTable table = MountTable.read();
            Optional<MountTable.Entry> there = table.at(target);
            if (there.isPresent()) {
                checkSame(table.locate(source), there.get(), options.contains(Mounts.Option.RO));
                return;
            }
            boolean made = makeDirectory(target);
            try {
                Mounts.bind(source, target, options);
            } catch (IOException e) {
                if (made) {
                    Files.deleteIfExists(target);
                }
                throw e;
            }
        } catch (IOException e) {
            throw new VolumeFailure.Broken("mounting at target_path " + target, e);
        }
    }

    private static void checkSame(
            MountTable.Place wanted, MountTable.Entry there, boolean readOnly) {
        if (!new MountTable.Place(there.device(), there.root()).equals(wanted)) {
            throw new VolumeFailure.AlreadyExists(
                    "target_path "
                            + there.target()
                            + " has something else mounted: "
                            + there.root());
        }
        if (there.readOnly() != readOnly) {
            throw new VolumeFailure.AlreadyExists(
                    "target_path %s has the volume mounted %s, not %s"
                            .formatted(there.target(), access(there.readOnly()), access(readOnly)));
        }
    }

    private static String access(boolean readOnly) {
        return readOnly ? "read-only" : "read-write";
    }

    private static boolean makeDirectory(Path target) throws IOException {
        try {
            Files.createDirectory(
                    target,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwxr-x---")));
            return true;
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
                throw new VolumeFailure.InvalidArgument(
                        "target_path", "is no directory: " + target);
            }
            return false;
        } catch (NoSuchFileException e) {
            throw new VolumeFailure.InvalidArgument(
                    "target_path", "is in a directory that does not exist: " + target);
        }
    }

    @Override
    public void unpublish(VolumeId id, Path target) {
        try {
            for (int i = 0; i < STACKED_MOUNTS; i++) {
                Optional<MountTable.Entry> there = MountTable.read().at(target);
                if (there.isEmpty()) {
                    removeDirectory(target);
                    return;
                }
                if (!shows(there.get(), id)) {
                    throw new VolumeFailure.Conflict(
                            "target_path "
                                    + target
                                    + " has something else mounted than volume "
                                    + id
                                    + ": "
                                    + there.get().root());
                }
                unmount(target);
            }
            throw new VolumeFailure.Conflict(
                    "target_path " + target + " has more than " + STACKED_MOUNTS + " mounts");
        } catch (IOException e) {
            throw new VolumeFailure.Broken("unmounting target_path " + target, e);
        }
    }

    /// Compares only the directory's name: a pool that is broken or was mounted again is another file system now, and
    /// its old mounts have to be removed nevertheless.
    private static boolean shows(MountTable.Entry entry, VolumeId id) {
        String root = entry.root().replaceFirst("//deleted$", "");
        return root.endsWith("/" + id) || root.contains("/" + id + ".");
    }

    private static void unmount(Path target) throws IOException {
        for (int attempt = 1; ; attempt++) {
            try {
                Mounts.unmount(target);
                return;
            } catch (LinuxException e) {
                switch (e.errno()) {
                    case LinuxException.EINVAL -> {
                        return;
                    }
                    case LinuxException.EBUSY -> {
                        if (attempt == BUSY_ATTEMPTS) {
                            throw new VolumeFailure.Conflict(
                                    "target_path "
                                            + target
                                            + " is in use by a process of the node");
                        }
                        pause();
                    }
                    default -> throw e;
                }
            }
        }
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(BUSY_PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new java.io.InterruptedIOException("interrupted");
        }
    }

    private static void removeDirectory(Path target) throws IOException {
        try {
            if (Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
                Files.deleteIfExists(target);
            }
        } catch (DirectoryNotEmptyException e) {
            // Nothing is mounted there, so these are not the volume's files and must not be
            // deleted.
            throw new VolumeFailure.Conflict(
                    "target_path " + target + " is not mounted and not empty");
        }
    }

    @Override
    public List<Path> published(Path source) {
        try {
            MountTable table = MountTable.read();
            return table.showing(table.locate(source)).stream()
                    .map(MountTable.Entry::target)
                    .toList();
        } catch (IOException e) {
            throw new VolumeFailure.Broken("reading the mount table", e);
        }
    }
}
