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

/// Clears away what is in `staging/` and `trash/` and is no volume, or no volume any more. What cannot be cleared away stays, is told with its reason
/// when that is new, and is tried again by the next pass; it stops nothing else.
final class Trash {

    private static final Logger LOG = LoggerFactory.getLogger(Trash.class);

    /// Bounds what is remembered of a pass: 1,000 × some 300 bytes. A pass with more failures ends; the next one begins anew.
    private static final int MOST_STUCK = 1000;

    private final List<Path> directories;
    private final Backing backing;
    private final Predicate<VolumeId> isVolume;

    /// What could not be cleared away by the last pass, and why.
    private volatile Map<Path, String> stuck = Map.of();

    /// @param isVolume whether a volume of that id exists or is being made
    Trash(Path root, Backing backing, Predicate<VolumeId> isVolume) {
        this.directories = List.of(root.resolve("staging"), root.resolve("trash"));
        this.backing = backing;
        this.isVolume = isVolume;
    }

    /// What the last pass could not clear away, with the reason of each.
    Map<Path, String> stuck() {
        return stuck;
    }

    /// Clears away what can be. Takes as long as the content is large where the backing cannot do it at once; nobody waits for it.
    synchronized void empty() {
        Map<Path, String> failed = new LinkedHashMap<>();
        // Each pass may leave what was within beside what it removed.
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

    /// @return whether anything was cleared away
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
