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

/// Tells empty files from folder markers: an empty object whose name is a tree, too, stands for a directory, as Spark and Hadoop leave
/// them (`out` beside `out/part-0`).
///
/// An empty object is held back until no key below its name can come any more. In a listing in the order of its keys' bytes that is soon:
/// between `out` and `out/part-0` lie only names such as `out.txt`. Where a listing has no order (known from its first page), or where
/// another source may have keys there, that is not known before everything is listed.
final class FolderMarkers {
    /// Hears what an empty object is.
    interface Taker {
        void file(SourceObject object, String path) throws IOException, UnsafeKeyException;

        void directory(SourceObject object, String path) throws IOException, UnsafeKeyException;

        /// Only the end of all listings will tell.
        void undecided(SourceObject object, String path) throws IOException, UnsafeKeyException;
    }

    private record Held(SourceObject object, String path) {}

    private final Taker taker;
    private final boolean alone;
    private final Deque<Held> open = new ArrayDeque<>();
    private boolean ordered = true;
    private @Nullable String last;

    /// @param alone whether there is no other source
    FolderMarkers(boolean alone, Taker taker) {
        this.alone = alone;
        this.taker = taker;
    }

    /// Looks whether a listing is in order by its first page.
    void firstPage(List<String> paths) {
        for (int i = 1; i < paths.size(); i++) {
            ordered &= compare(paths.get(i - 1), paths.get(i)) <= 0;
        }
    }

    /// A key is listed, whether it is wanted or not: decides what is held back and cannot be followed by its tree any more.
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
                taker.directory(held.object, held.path);
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

    /// Nothing more is listed.
    void end() throws IOException, UnsafeKeyException {
        while (!open.isEmpty()) {
            noTreeHere(open.removeLast());
        }
    }

    private void noTreeHere(Held held) throws IOException, UnsafeKeyException {
        if (alone) {
            taker.file(held.object, held.path);
        } else {
            undecided(held);
        }
    }

    private void undecided(Held held) throws IOException, UnsafeKeyException {
        taker.undecided(held.object, held.path);
    }

    /// By the bytes of UTF-8, as stores sort.
    private static int compare(String a, String b) {
        return Arrays.compareUnsigned(
                a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
    }
}
