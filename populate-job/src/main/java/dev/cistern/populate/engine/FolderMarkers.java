package dev.cistern.populate.engine;

import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.target.UnsafeKeyException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Tells empty files from folder markers: an empty object whose name is a tree, too, stands for a directory, as Spark and Hadoop leave
/// them (`out` beside `out/part-0`).
///
/// An empty object is held back until no key below its name can come any more. In a listing in the order of its keys' bytes that is soon:
/// between `out` and `out/part-0` lie only names such as `out.txt`. Where a listing has no order (known from its first page), all
/// empty objects wait for its end.
final class FolderMarkers {
    /// What is held back of a listing without order: some 200 bytes each, 20 MB.
    private static final int MAX_HELD = 100_000;

    /// Hears what an empty object is.
    interface Taker {
        void file(SourceObject object, String path) throws IOException, UnsafeKeyException;

        void directory(SourceObject object, String path) throws IOException, UnsafeKeyException;
    }

    private record Held(SourceObject object, String path) {}

    /// More is held back than there is room for.
    static final class TooMany extends IOException {
        private static final long serialVersionUID = 1L;
    }

    private final Taker taker;
    private final Predicate<String> isTree;
    private final Deque<Held> open = new ArrayDeque<>();
    private final List<Held> waiting = new ArrayList<>();
    private boolean ordered = true;
    private @Nullable String last;

    /// @param isTree whether any key so far lies below a path
    FolderMarkers(Predicate<String> isTree, Taker taker) {
        this.isTree = isTree;
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
                hold(open.removeLast());
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
                taker.file(held.object, held.path);
            }
        }
    }

    /// Holds back an empty object, after it was [#listed].
    void empty(SourceObject object, String path) throws TooMany {
        Held held = new Held(object, path);
        if (ordered) {
            open.addLast(held);
        } else {
            hold(held);
        }
    }

    private void hold(Held held) throws TooMany {
        if (waiting.size() >= MAX_HELD) {
            throw new TooMany();
        }
        waiting.add(held);
    }

    /// Nothing more is listed.
    void end() throws IOException, UnsafeKeyException {
        waiting.addAll(open);
        open.clear();
        for (Held held : waiting) {
            if (isTree.test(held.path)) {
                taker.directory(held.object, held.path);
            } else {
                taker.file(held.object, held.path);
            }
        }
        waiting.clear();
    }

    /// By the bytes of UTF-8, as stores sort.
    private static int compare(String a, String b) {
        return Arrays.compareUnsigned(
                a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
    }
}
