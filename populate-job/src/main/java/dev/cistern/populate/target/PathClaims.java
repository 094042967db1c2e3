package dev.cistern.populate.target;

import java.security.SecureRandom;
import java.text.Normalizer;
import java.util.Locale;

/// Finds two keys for one path, and a key that is both file and directory, over a listing of any order and from several sources.
///
/// Paths are kept as 64-bit hashes with a seed of this process's own: 16 bytes a path instead of a hundred. Two different paths
/// of a million collide once in some ten million runs; the run then refuses a key that was fine, and never mixes two files.
///
/// On a file system that folds case or normalises Unicode, paths are folded first, so twins are found; on one that does not
/// (every usual Linux file system), twins are two files.
public final class PathClaims {
    private final long seed = new SecureRandom().nextLong();
    private final LongSet files = new LongSet();
    private final LongSet directories = new LongSet();
    private final boolean folding;
    private String lastDirectory = "";

    /// @param folding whether the target's file system takes paths that differ in case or Unicode form for one
    public PathClaims(boolean folding) {
        this.folding = folding;
    }

    /// Claims a file's path and its parents.
    ///
    /// @throws UnsafeKeyException when another key claimed it, or claimed a parent as a file
    public void file(String path, String key) throws UnsafeKeyException {
        String folded = fold(path);
        long hash = Hash64.of(seed, folded, folded.length());
        if (directories.contains(hash)) {
            throw new UnsafeKeyException(
                    key, "has content, and other keys make it a directory; rename or exclude it");
        }
        if (!files.add(hash)) {
            throw new UnsafeKeyException(key, twin());
        }
        int slash = folded.lastIndexOf('/');
        if (slash > 0) {
            parents(folded.substring(0, slash), key);
        }
    }

    /// Claims a directory's path and its parents; as often as one likes.
    ///
    /// @throws UnsafeKeyException when another key claimed it or a parent as a file
    public void directory(String path, String key) throws UnsafeKeyException {
        parents(fold(path), key);
    }

    /// Whether a path was claimed as a directory, by itself or by what lies below it.
    public boolean isDirectory(String path) {
        String folded = fold(path);
        return directories.contains(Hash64.of(seed, folded, folded.length()));
    }

    private void parents(String directory, String key) throws UnsafeKeyException {
        if (directory.equals(lastDirectory)) {
            return;
        }
        for (int end = directory.length(); end > 0; end = directory.lastIndexOf('/', end - 1)) {
            long hash = Hash64.of(seed, directory, end);
            if (files.contains(hash)) {
                throw new UnsafeKeyException(
                        key,
                        "lies below \""
                                + directory.substring(0, end)
                                + "\", which another key makes a file with content; rename or"
                                + " exclude one of them");
            }
            if (!directories.add(hash)) {
                break;
            }
        }
        lastDirectory = directory;
    }

    private String twin() {
        return folding
                ? "is the same file as another key's on this file system, which folds case or"
                        + " Unicode forms"
                : "goes to the same path as a key of another source, or is listed twice; give one"
                        + " of the sources another into";
    }

    private String fold(String path) {
        if (!folding) {
            return path;
        }
        return Normalizer.normalize(path, Normalizer.Form.NFC)
                .toUpperCase(Locale.ROOT)
                .toLowerCase(Locale.ROOT);
    }
}
