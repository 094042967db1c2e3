package dev.cistern.populate.source.oci;

import dev.cistern.populate.source.EntryNames;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The entries of an image's layers, from the uppermost down: the first that has a path is the one whose file is there,
/// and what it removes of the layers below is known before they are read (OCI Image Specification, "Layer": whiteouts).
/// So no file is written that another one replaces.
///
/// Only what concerns the part that is asked for is remembered.
final class ImageLayers implements EntryNames {
    private static final String WHITEOUT = ".wh.";
    private static final String OPAQUE = ".wh..wh..opq";

    /// Of a driver of old for file systems; no file of the image.
    private static final String DRIVERS_OWN = ".wh..wh.";

    /// Some 40 MiB.
    private static final int MOST_PATHS = 200_000;

    private static final int FILE = 1;
    private static final int DIRECTORY = 2;
    private static final int REMOVED = 4;
    private static final int EMPTIED = 8;

    private final SubPath wanted;

    /// What layers above have at a path, or have removed there.
    private final Map<String, Integer> above = new HashMap<>();

    private final Map<String, Integer> here = new HashMap<>();
    private boolean lowest;

    ImageLayers(SubPath wanted) {
        this.wanted = wanted;
    }

    /// The next layer down begins.
    ///
    /// @param last whether it is the lowest, so that nothing of it need be remembered
    void next(boolean last) {
        here.forEach((path, what) -> above.merge(path, what, (a, b) -> a | b));
        here.clear();
        lowest = last;
    }

    @Override
    public void restart() {
        here.clear();
    }

    @Override
    public @Nullable String path(String name, boolean directory) {
        int slash = name.lastIndexOf('/');
        String parent = slash < 0 ? "" : name.substring(0, slash);
        String last = name.substring(slash + 1);
        if (last.equals(OPAQUE)) {
            note(parent, EMPTIED);
            return null;
        }
        if (last.startsWith(DRIVERS_OWN)) {
            return null;
        }
        if (last.startsWith(WHITEOUT)) {
            String removed = last.substring(WHITEOUT.length());
            note(parent.isEmpty() ? removed : parent + "/" + removed, REMOVED);
            return null;
        }
        boolean hidden = isHidden(name, directory);
        note(name, directory ? DIRECTORY : FILE);
        for (int at = slash; at > 0; at = name.lastIndexOf('/', at - 1)) {
            note(name.substring(0, at), DIRECTORY);
        }
        if (hidden) {
            return null;
        }
        return directory ? wanted.belowDirectory(name) : wanted.below(name);
    }

    /// Whether a layer above has something else in the path's place, or has removed it.
    private boolean isHidden(String path, boolean directory) {
        int at = above.getOrDefault(path, 0);
        if ((at & (FILE | REMOVED)) != 0 || (!directory && (at & DIRECTORY) != 0)) {
            return true;
        }
        int root = above.getOrDefault("", 0);
        if ((root & EMPTIED) != 0) {
            return true;
        }
        for (int slash = path.lastIndexOf('/');
                slash > 0;
                slash = path.lastIndexOf('/', slash - 1)) {
            int parent = above.getOrDefault(path.substring(0, slash), 0);
            if ((parent & (FILE | REMOVED | EMPTIED)) != 0) {
                return true;
            }
        }
        return false;
    }

    private void note(String path, int what) {
        if (lowest || !(path.isEmpty() || wanted.concerns(path))) {
            return;
        }
        here.merge(path, what, (a, b) -> a | b);
        if (here.size() + above.size() > MOST_PATHS) {
            throw new IllegalArgumentException(
                    "is one of more than "
                            + MOST_PATHS
                            + " in layers that lie over others: name a path in the image that holds"
                            + " less, or put all files into one layer");
        }
    }
}
