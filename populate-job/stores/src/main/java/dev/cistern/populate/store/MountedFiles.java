package dev.cistern.populate.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Files of a Secret in a projected volume. The kubelet updates all of them at once by moving a symbolic link; they are
/// read from the link's target, so that the id of one key never comes with the secret of another.
public final class MountedFiles {
    /// The link.
    private static final String DATA = "..data";

    /// So often the link may move while it is followed.
    private static final int TRIES = 3;

    private MountedFiles() {}

    /// What some files hold, without blanks around it, by their names; a file that is not there or holds nothing is
    /// left out.
    ///
    /// @param directory may be one without such a link, too
    /// @throws IOException when a file cannot be read
    public static Map<String, String> read(Path directory, List<String> names) throws IOException {
        for (int left = TRIES; ; left--) {
            Path link = directory.resolve(DATA);
            boolean linked = Files.exists(link);
            try {
                return read(linked ? link.toRealPath() : directory, names, linked);
            } catch (IOException e) {
                // The state that was being read is gone.
                if (left <= 1 || !linked) {
                    throw e;
                }
            }
        }
    }

    private static Map<String, String> read(Path files, List<String> names, boolean linked)
            throws IOException {
        Map<String, String> held = new HashMap<>();
        for (String name : names) {
            try {
                String text = Files.readString(files.resolve(name)).strip();
                if (!text.isEmpty()) {
                    held.put(name, text);
                }
            } catch (NoSuchFileException e) {
                if (linked && !Files.exists(files)) {
                    throw e;
                }
            }
        }
        return held;
    }
}
