package dev.cistern.csi.pool;

import dev.cistern.csi.volume.VolumeId;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Deletes the content of `staging/` and `trash/` that belongs to no volume. What cannot be deleted is kept, logged
/// with its reason when that is new, and retried by the next pass; it blocks nothing else.
final class Trash {

    private static final Logger LOG = LoggerFactory.getLogger(Trash.class);

    /// Maximum number of remembered failures of a pass: 1,000 × some 300 bytes. A pass with more ends; the next one
    /// starts from the beginning.
    private static final int MOST_STUCK = 1000;

    private final List<Path> directories;
    private final Backing backing;
    private final Predicate<VolumeId> isVolume;

    /// What the last pass could not delete, and why.
    private volatile Map<Path, String> stuck = Map.of();

    /// @param isVolume whether a volume of that id exists or is being created
    Trash(Path root, Backing backing, Predicate<VolumeId> isVolume) {
        this.directories = List.of(root.resolve("staging"), root.resolve("trash"));
        this.backing = backing;
        this.isVolume = isVolume;
    }

    /// What the last pass could not delete, with the reason of each.
    Map<Path, String> stuck() {
        return stuck;
    }

    /// Deletes what can be deleted. Takes time proportional to the content where the backing cannot do it at once; runs
    /// in the background.
    synchronized void empty() {
        Map<Path, String> failed = new LinkedHashMap<>();
        // Each pass may leave nested trees beside the ones it removed.
        while (pass(failed) && failed.size() < MOST_STUCK) {
            if (Thread.currentThread().isInterrupted()) {
                return;
            }
        }
        try {
            backing.tidy();
        } catch (IOException e) {
            LOG.atWarn().setCause(e).log("limits of removed volumes could not be cleared away yet");
        }
        tell(failed);
        stuck = Map.copyOf(failed);
    }

    /// @return whether anything was deleted
    private boolean pass(Map<Path, String> failed) {
        boolean removed = false;
        for (Path directory : directories) {
            try (DirectoryStream<Path> leftovers = Files.newDirectoryStream(directory)) {
                for (Path leftover : leftovers) {
                    if (!failed.containsKey(leftover) && !isBeingMade(leftover)) {
                        removed |= destroy(leftover, failed);
                    }
                    if (failed.size() >= MOST_STUCK) {
                        return removed;
                    }
                }
            } catch (DirectoryIteratorException | IOException e) {
                failed.put(directory, reason(e));
            }
        }
        return removed;
    }

    private boolean isBeingMade(Path leftover) {
        return leftover.startsWith(directories.getFirst())
                && VolumeId.parse(leftover.getFileName().toString()).filter(isVolume).isPresent();
    }

    private boolean destroy(Path leftover, Map<Path, String> failed) {
        try {
            backing.destroy(leftover);
            return true;
        } catch (IOException e) {
            failed.put(leftover, reason(e));
            return false;
        }
    }

    private void tell(Map<Path, String> failed) {
        Map<Path, String> before = stuck;
        failed.forEach(
                (path, reason) -> {
                    if (!reason.equals(before.get(path))) {
                        LOG.atWarn()
                                .addKeyValue("path", path)
                                .addKeyValue("reason", reason)
                                .log(
                                        "a removed volume's content cannot be cleared away and"
                                                + " keeps its space; tried again every minute");
                    }
                });
    }

    private static String reason(Exception e) {
        String message = e.getMessage();
        String kind = e.getClass().getSimpleName();
        return message == null ? kind : kind + ": " + message;
    }
}
