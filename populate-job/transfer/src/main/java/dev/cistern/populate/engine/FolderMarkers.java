package dev.cistern.populate.engine;

import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.target.UnsafeKeyException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Distinguishes empty files from folder markers: an empty object whose name is also a prefix of other keys stands for
/// a directory, as Spark and Hadoop create them (`out` beside `out/part-0`).
///
/// An empty object is held back until no key below its name can follow. In a listing in byte order that is soon:
/// between `out` and `out/part-0` there are only names such as `out.txt`. In an unordered listing (detected on its
/// first page), or where another source may have such keys, it is not known before everything is listed.
final class FolderMarkers {
    /// Receives the decisions about empty objects.
    interface Listener {
        void file(SourceObject object, String path) throws IOException, UnsafeKeyException;

        void directory(SourceObject object, String path) throws IOException, UnsafeKeyException;

        /// Not known before all listings have ended.
        void undecided(SourceObject object, String path) throws IOException, UnsafeKeyException;
    }

    private record Held(SourceObject object, String path) {}

    private final Listener listener;
    private final boolean alone;
    private final Deque<Held> open = new ArrayDeque<>();
    private boolean ordered = true;
    private @Nullable String last;

    /// @param alone whether this is the only source
    FolderMarkers(boolean alone, Listener listener) {
        this.alone = alone;
        this.listener = listener;
    }

    /// Detects from the first page whether a listing is ordered.
    void firstPage(List<String> paths) {
        for (int i = 1; i < paths.size(); i++) {
            ordered &= compare(paths.get(i - 1), paths.get(i)) <= 0;
        }
    }

    /// Called for each listed key, selected or not: decides the objects held back that no key below them can follow any
    /// more.
    ///
    /// @param path of the key below the source's prefix
    void listed(String path) throws IOException, UnsafeKeyException {
        ordered &= last == null || compare(last, path) <= 0;
        last = path;
        if (!ordered) {
            while (!open.isEmpty()) {
                undecided(open.removeLast());
            }
            return;
        }
        while (!open.isEmpty()) {
            Held held = open.getLast();
            String tree = held.path + "/";
            if (path.startsWith(tree)) {
                open.removeLast();
                listener.directory(held.object, held.path);
            } else if (compare(path, tree) < 0) {
                return;
            } else {
                open.removeLast();
                noTreeHere(held);
            }
        }
    }

    /// Holds back an empty object, after it was [#listed].
    void empty(SourceObject object, String path) throws IOException, UnsafeKeyException {
        Held held = new Held(object, path);
        if (ordered) {
            open.addLast(held);
        } else {
            undecided(held);
        }
    }

    /// The listing has ended.
    void end() throws IOException, UnsafeKeyException {
        while (!open.isEmpty()) {
            noTreeHere(open.removeLast());
        }
    }

    private void noTreeHere(Held held) throws IOException, UnsafeKeyException {
        if (alone) {
            listener.file(held.object, held.path);
        } else {
            undecided(held);
        }
    }

    private void undecided(Held held) throws IOException, UnsafeKeyException {
        listener.undecided(held.object, held.path);
    }

    /// Compares by UTF-8 bytes, as stores sort.
    private static int compare(String a, String b) {
        return Arrays.compareUnsigned(
                a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
    }
}
