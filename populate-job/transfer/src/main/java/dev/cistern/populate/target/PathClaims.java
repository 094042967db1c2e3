package dev.cistern.populate.target;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/// Finds two keys for one path, and a key that is both file and directory, in listings of any order and from several
/// sources.
///
/// A listing that is sorted by its paths' bytes, as S3's are, is compared path by path ([PathOrder]) without memory.
/// For others, paths are stored as 64-bit hashes with a random seed per process: 16 bytes a path instead of a hundred.
/// Two different paths of a million collide once in some ten million runs; the run then rejects a valid key, and never
/// mixes two files. Beyond a maximum number of paths no hashes are stored: if the order ends then, or has ended before,
/// the claims are [#deferred], and the caller sorts the paths and claims them again.
///
/// On a file system that folds case or normalizes Unicode, paths are folded first, so that collisions are found;
/// elsewhere (every usual Linux file system) such names are different files.
public final class PathClaims {
    private final long seed = new SecureRandom().nextLong();
    private final LongSet files = new LongSet();
    private final LongSet directories = new LongSet();
    private final PathOrder order = new PathOrder();
    private final boolean folding;
    private final int maxHashed;
    private boolean hashing = true;
    private boolean ordered = true;
    private String lastDirectory = "";

    /// @param folding whether the target's file system treats paths that differ in case or Unicode normalization as one
    /// ([NameFolding])
    /// @param maxHashed maximum number of stored paths, some 24 bytes each
    public PathClaims(boolean folding, int maxHashed) {
        this.folding = folding;
        this.maxHashed = maxHashed;
    }

    /// Whether a conflict may have been missed: neither the order nor the hashes cover all paths.
    public boolean deferred() {
        return !ordered && !hashing;
    }

    /// Whether all paths so far are stored as hashes, so that [#isDirectory] is reliable.
    public boolean hashed() {
        return hashing;
    }

    /// Number of directories of all paths so far; a lower bound while [#deferred].
    public long directories() {
        return ordered || !hashing ? order.directories() : directories.size();
    }

    /// The sort key of a path.
    public byte[] sortKey(String path, boolean directory) {
        return (directory ? fold(path) + "/" : fold(path)).getBytes(StandardCharsets.UTF_8);
    }

    /// Claims the next of all paths, sorted by [#sortKey]; requires a new instance.
    ///
    /// @throws UnsafeKeyException as the other methods
    public void sorted(byte[] sortKey, String key) throws UnsafeKeyException {
        refuse(order.take(sortKey), sortKey, key);
    }

    /// Checks the next of all paths without claiming it: it may turn out to be a directory.
    ///
    /// @throws UnsafeKeyException as the other methods
    public void sortedBeside(byte[] sortKey, String key) throws UnsafeKeyException {
        refuse(order.meets(sortKey), sortKey, key);
    }

    private void refuse(PathOrder.@Nullable Conflict conflict, byte[] sortKey, String key)
            throws UnsafeKeyException {
        if (conflict != null) {
            throw conflict.same()
                    ? sameFile(key)
                    : below(key, new String(sortKey, 0, conflict.length(), StandardCharsets.UTF_8));
        }
    }

    /// Two keys map to one path.
    public UnsafeKeyException sameFile(String key) {
        return new UnsafeKeyException(key, twin());
    }

    private void inOrder(String folded, boolean directory, String key) throws UnsafeKeyException {
        if (!ordered) {
            return;
        }
        String text = directory ? folded + "/" : folded;
        byte[] sortKey = text.getBytes(StandardCharsets.UTF_8);
        ordered = order.follows(sortKey);
        if (ordered) {
            sorted(sortKey, key);
        }
    }

    /// Stops storing hashes when there are too many.
    private void limit() {
        if (files.size() + directories.size() > maxHashed) {
            hashing = false;
            files.clear();
            directories.clear();
        }
    }

    private static UnsafeKeyException below(String key, String file) {
        return new UnsafeKeyException(
                key,
                "lies below \""
                        + file
                        + "\", which another key makes a file with content; rename or exclude one"
                        + " of them");
    }

    /// Claims a file's path and its parents.
    ///
    /// @throws UnsafeKeyException when another key claimed it, or claimed a parent as a file
    public void file(String path, String key) throws UnsafeKeyException {
        String folded = fold(path);
        inOrder(folded, false, key);
        if (!hashing) {
            return;
        }
        long hash = Hash64.of(seed, folded, folded.length());
        if (directories.contains(hash)) {
            throw new UnsafeKeyException(
                    key, "has content, and other keys make it a directory; rename or exclude it");
        }
        if (!files.add(hash)) {
            throw sameFile(key);
        }
        int slash = folded.lastIndexOf('/');
        if (slash > 0) {
            parents(folded.substring(0, slash), key);
        }
        limit();
    }

    /// Claims a directory's path and its parents; may be repeated.
    ///
    /// @throws UnsafeKeyException when another key claimed it or a parent as a file
    public void directory(String path, String key) throws UnsafeKeyException {
        String folded = fold(path);
        inOrder(folded, true, key);
        if (hashing) {
            parents(folded, key);
            limit();
        }
    }

    /// Claims the parents of a path that may turn out to be a file or a directory.
    ///
    /// @throws UnsafeKeyException when another key claimed one of them as a file
    public void parentsOf(String path, String key) throws UnsafeKeyException {
        String folded = fold(path);
        int slash = folded.lastIndexOf('/');
        if (hashing && slash > 0) {
            parents(folded.substring(0, slash), key);
            limit();
        }
    }

    /// Whether a path was claimed as a directory, itself or by a path below it.
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
                throw below(key, directory.substring(0, end));
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
        return folding ? NameFolding.fold(path) : path;
    }
}
