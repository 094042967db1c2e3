package dev.cistern.populate.wire;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A reference: `NAME:TAG` or `NAME@DIGEST`, optionally followed by `/` and a path in the artifact. Neither a tag nor a
/// digest contains a slash, so the path begins at the first slash after them.
///
/// Names, tags and digests are those of the OCI Distribution and Image Specifications.
///
/// @param repository such as `library/alpine`
/// @param version a tag, or a digest such as `sha256:…`
/// @param path a tree (ends with `/`, or empty for everything) or one file; without `/` at its end it may also be a
///     tree
public record OciReference(String repository, String version, String path) {
    private static final String PART = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
    private static final Pattern REPOSITORY = Pattern.compile(PART + "(?:/" + PART + ")*");
    private static final int MAX_REPOSITORY = 255;
    private static final Pattern TAG = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,127}");
    private static final Pattern DIGEST =
            Pattern.compile("sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}");
    private static final Pattern WHOLE =
            Pattern.compile("([^:@]*)(?:(@)([^/]*)|:([^/@]*)(@[^/]*)?)?(/.*)?", Pattern.DOTALL);
    private static final int MAX_PATH = 4096;

    /// Parses a reference.
    ///
    /// @throws IllegalArgumentException with the problem and what to write instead
    public static OciReference parse(String text) {
        Matcher parts = WHOLE.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is not NAME:TAG or NAME@sha256:DIGEST");
        }
        String repository = parts.group(1);
        if (!REPOSITORY.matcher(repository).matches() || repository.length() > MAX_REPOSITORY) {
            throw new IllegalArgumentException(
                    "\""
                            + repository
                            + "\" is not the name of a repository: parts of lower-case letters and"
                            + " digits, with . _ or - between them, such as models/llama");
        }
        if (parts.group(5) != null) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" names a tag and a digest: leave the tag out");
        }
        String digest = parts.group(3);
        String tag = parts.group(4);
        if (digest == null && tag == null) {
            throw new IllegalArgumentException(
                    "\""
                            + text
                            + "\" names neither a tag nor a digest: write "
                            + repository
                            + ":TAG or "
                            + repository
                            + "@sha256:DIGEST");
        }
        if (digest != null && !DIGEST.matcher(digest).matches()) {
            throw new IllegalArgumentException(
                    "\""
                            + digest
                            + "\" is not a digest: sha256: and 64 hex digits in lower case, or"
                            + " sha512: and 128");
        }
        if (tag != null && !TAG.matcher(tag).matches()) {
            throw new IllegalArgumentException(
                    "\""
                            + tag
                            + "\" is not a tag: up to 128 letters, digits and . _ -, the first not"
                            + " . or -");
        }
        String rest = parts.group(6);
        return new OciReference(
                repository, digest == null ? tag : digest, rest == null ? "" : path(rest));
    }

    private static String path(String rest) {
        String path = rest.substring(1);
        if (path.length() > MAX_PATH) {
            throw new IllegalArgumentException(
                    "the path in the artifact is longer than " + MAX_PATH + " characters");
        }
        if (path.isEmpty()) {
            return path;
        }
        String tree = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        for (String part : tree.split("/", -1)) {
            if (part.isEmpty() || part.equals(".") || part.equals("..")) {
                throw new IllegalArgumentException(
                        "the path \"" + path + "\" has a part that is empty or . or ..");
            }
        }
        if (path.chars().anyMatch(c -> c < 0x20 || c == 0x7f)) {
            throw new IllegalArgumentException("the path holds a control character");
        }
        return path;
    }

    /// Whether a text is a digest.
    static boolean isDigest(String text) {
        return DIGEST.matcher(text).matches();
    }

    /// Whether it is a digest instead of a tag.
    public boolean pinned() {
        return DIGEST.matcher(version).matches();
    }

    /// The text that [#parse] reads, without the path.
    public String name() {
        return repository + (pinned() ? "@" : ":") + version;
    }

    /// The text that [#parse] reads.
    @Override
    public String toString() {
        return name() + (path.isEmpty() ? "" : "/" + path);
    }
}
