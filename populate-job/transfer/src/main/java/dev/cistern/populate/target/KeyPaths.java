package dev.cistern.populate.target;

/// Maps keys of all sources to paths, and rejects unsafe ones. Nothing else in the engine interprets a key's text.
///
/// Rejected: empty, `.` and `..` segments (so also absolute keys), control characters, unpaired surrogates (not valid
/// UTF-8), a segment over 255 bytes, a path over 4095 bytes, and paths in `.cistern/` or `lost+found/`. Two keys for
/// one path, and a key that is both file and directory, are found by [PathClaims].
public final class KeyPaths {
    /// Directory of the engine's own files during a fill.
    public static final String OWN_DIRECTORY = ".cistern";

    private static final String FILE_SYSTEM_DIRECTORY = "lost+found";
    private static final int MAX_SEGMENT_BYTES = 255;

    /// Linux allows 4096 bytes including the final zero.
    private static final int MAX_PATH_BYTES = 4095;

    private KeyPaths() {}

    /// The path of an object.
    ///
    /// @param path below the target, segments separated by `/`, no slash at either end; empty for the target itself
    /// @param directory whether the key ends with `/` and so means a directory
    public record Place(String path, boolean directory) {}

    /// Checks the directory that a source is copied into.
    ///
    /// @throws UnsafeKeyException when it is not a safe relative path
    public static String into(String text) throws UnsafeKeyException {
        String path = text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
        if (!path.isEmpty()) {
            check(text, path);
        }
        return path;
    }

    /// Maps a key to its path.
    ///
    /// @param into directory below the target, checked by [#into]
    /// @param path of the object below its source's prefix
    /// @param key as the store has it, for messages
    /// @param targetBytes length of the target's own path
    /// @throws UnsafeKeyException when it has no valid path
    public static Place place(String into, String path, String key, int targetBytes)
            throws UnsafeKeyException {
        boolean directory = path.isEmpty() || path.endsWith("/");
        String relative = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        if (relative.isEmpty() && !path.isEmpty()) {
            throw new UnsafeKeyException(key, "has an empty segment");
        }
        if (relative.isEmpty()) {
            return new Place(into, true);
        }
        String whole = into.isEmpty() ? relative : into + "/" + relative;
        int bytes = check(key, whole);
        if (targetBytes + 1 + bytes > MAX_PATH_BYTES) {
            throw new UnsafeKeyException(
                    key, "makes a path of more than " + MAX_PATH_BYTES + " bytes");
        }
        return new Place(whole, directory);
    }

    /// Checks all segments and returns the path's length in UTF-8 bytes.
    private static int check(String key, String path) throws UnsafeKeyException {
        int from = 0;
        int bytes = 0;
        int segmentBytes = 0;
        for (int i = 0; i <= path.length(); i++) {
            char c = i == path.length() ? '/' : path.charAt(i);
            if (c == '/') {
                segment(key, path, from, i, segmentBytes);
                bytes += segmentBytes + 1;
                segmentBytes = 0;
                from = i + 1;
            } else if (c < 0x20 || c == 0x7f) {
                throw new UnsafeKeyException(key, "holds a control character");
            } else if (c < 0x80) {
                segmentBytes++;
            } else if (c < 0x800) {
                segmentBytes += 2;
            } else if (Character.isHighSurrogate(c)
                    && i + 1 < path.length()
                    && Character.isLowSurrogate(path.charAt(i + 1))) {
                segmentBytes += 4;
                i++;
            } else if (Character.isSurrogate(c)) {
                throw new UnsafeKeyException(key, "is not UTF-8");
            } else {
                segmentBytes += 3;
            }
        }
        return bytes - 1;
    }

    private static void segment(String key, String path, int from, int to, int bytes)
            throws UnsafeKeyException {
        int length = to - from;
        if (length == 0) {
            throw new UnsafeKeyException(key, "has an empty segment");
        }
        if (isDots(path, from, length)) {
            throw new UnsafeKeyException(key, "has a segment . or ..");
        }
        if (bytes > MAX_SEGMENT_BYTES) {
            throw new UnsafeKeyException(
                    key, "has a segment of more than " + MAX_SEGMENT_BYTES + " bytes");
        }
        if (from == 0 && isReserved(path, to)) {
            throw new UnsafeKeyException(
                    key, "would lie in " + path.substring(0, to) + "/, which is not for data");
        }
        if (bytes > length) {
            // Where names are folded, invisible characters make no difference.
            String shown = NameFolding.shown(path.substring(from, to));
            if (isDots(shown, 0, shown.length())
                    || (from == 0 && isReserved(shown, shown.length()))) {
                throw new UnsafeKeyException(
                        key, "has a segment that is " + shown + " but for invisible characters");
            }
        }
    }

    private static boolean isDots(String path, int from, int length) {
        return length > 0
                && path.charAt(from) == '.'
                && (length == 1 || (length == 2 && path.charAt(from + 1) == '.'));
    }

    private static boolean isReserved(String path, int length) {
        return isSegment(path, length, OWN_DIRECTORY)
                || isSegment(path, length, FILE_SYSTEM_DIRECTORY);
    }

    private static boolean isSegment(String path, int length, String name) {
        return length == name.length() && path.regionMatches(true, 0, name, 0, length);
    }
}
