package dev.cistern.populate.wire;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What a path on the Hugging Face Hub names: `hf://[KIND/]REPO[@REVISION][/PATH]`, the form of `parse_hf_uri` of
/// `huggingface_hub`, and besides it repos whose name has no owner (`hf://gpt2`, `hf://gpt2@main/config.json`), which
/// the Hub knows from its beginnings.
///
/// @param kind of repo
/// @param repo `OWNER/NAME`, or `NAME`
/// @param revision a branch, a tag, a commit or a reference such as `refs/pr/1`; null means the branch `main`
/// @param path below the repo's root; empty means all of it, and one that ends with `/` is a directory
public record HuggingFacePath(Kind kind, String repo, @Nullable String revision, String path) {
    private static final String SCHEME = "hf://";
    private static final String FORM = "hf://OWNER/NAME, hf://datasets/OWNER/NAME@REVISION/PATH";
    private static final int MAX_NAME = 96;
    private static final int MAX_REVISION = 255;
    private static final Pattern NAME =
            Pattern.compile("[A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9_])?");

    /// References that have a slash in them and that nobody encodes.
    private static final Pattern REFERENCE =
            Pattern.compile("refs/(?:convert/[A-Za-z0-9_.-]+|pr/[0-9]+)(?=/|$)");

    /// The kinds of repos.
    public enum Kind {
        MODEL("model", "models"),
        DATASET("dataset", "datasets"),
        SPACE("space", "spaces"),
        KERNEL("kernel", "kernels");

        private final String wireName;
        private final String plural;

        Kind(String wireName, String plural) {
            this.wireName = wireName;
            this.plural = plural;
        }

        /// The name in JSON and for people, for example `dataset`.
        public String wireName() {
            return wireName;
        }

        /// The name in paths and URLs, for example `datasets`.
        public String plural() {
            return plural;
        }
    }

    /// Reads a path, with or without `hf://`.
    ///
    /// @throws IllegalArgumentException saying what is wrong with it and what to write
    public static HuggingFacePath parse(String text) {
        String rest = text.startsWith(SCHEME) ? text.substring(SCHEME.length()) : text;
        int slash = rest.indexOf('/');
        String first = slash < 0 ? rest : rest.substring(0, slash);
        Kind kind = Kind.MODEL;
        for (Kind known : Kind.values()) {
            if (first.equals(known.wireName) && slash >= 0) {
                throw wrong(
                        text,
                        "names the kind of repo in the singular: write " + known.plural + "/");
            }
            if (first.equals(known.plural)) {
                kind = known;
                rest = slash < 0 ? "" : rest.substring(slash + 1);
            }
        }
        if (first.equals("buckets")) {
            throw wrong(
                    text,
                    "names a bucket of the Hub, which is not supported; models, datasets, spaces"
                            + " and kernels are");
        }
        if (rest.isEmpty() || rest.equals("/")) {
            throw wrong(text, "names no repo");
        }
        return repo(text, kind, rest);
    }

    private static HuggingFacePath repo(String text, Kind kind, String rest) {
        int at = rest.indexOf('@');
        boolean revised =
                at >= 0 && rest.substring(0, at).chars().filter(c -> c == '/').count() < 2;
        if (!revised) {
            String[] parts = rest.split("/", 3);
            boolean owned = parts.length > 1 && !parts[1].isEmpty();
            return checked(
                    text,
                    kind,
                    owned ? parts[0] + "/" + parts[1] : parts[0],
                    null,
                    parts.length > 2 ? parts[2] : "");
        }
        String after = rest.substring(at + 1);
        Matcher reference = REFERENCE.matcher(after);
        int slash = after.indexOf('/');
        int end = reference.lookingAt() ? reference.end() : slash < 0 ? after.length() : slash;
        return checked(
                text,
                kind,
                rest.substring(0, at),
                decoded(text, after.substring(0, end)),
                end == after.length() ? "" : after.substring(end + 1));
    }

    private static HuggingFacePath checked(
            String text, Kind kind, String repo, @Nullable String revision, String path) {
        for (String name : repo.split("/", -1)) {
            if (name.length() > MAX_NAME
                    || !NAME.matcher(name).matches()
                    || name.contains("--")
                    || name.contains("..")
                    || name.endsWith(".git")) {
                throw wrong(
                        text, "names the repo \"" + repo + "\", and no repo can have that name");
            }
        }
        if (revision != null && (revision.isEmpty() || revision.length() > MAX_REVISION)) {
            throw wrong(
                    text, "has no revision of 1 to " + MAX_REVISION + " characters after its @");
        }
        if (revision != null && !isReference(revision)) {
            throw wrong(
                    text,
                    "names the revision \""
                            + revision
                            + "\", and no branch or tag can have that name");
        }
        if (controls(path) || (revision != null && controls(revision))) {
            throw wrong(text, "holds a control character");
        }
        String inner = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        if (!path.isEmpty()) {
            for (String part : inner.split("/", -1)) {
                if (part.isEmpty() || part.equals(".") || part.equals("..")) {
                    throw wrong(text, "has an empty part, . or .. below the repo");
                }
            }
        }
        return new HuggingFacePath(kind, repo, revision, path);
    }

    /// What `git check-ref-format` rules out and a server or a proxy before it may take for a way up.
    private static boolean isReference(String revision) {
        return !revision.contains("..")
                && revision.indexOf('\\') < 0
                && !("/" + revision + "/").contains("//")
                && !("/" + revision).contains("/.");
    }

    private static boolean controls(String text) {
        return text.chars().anyMatch(c -> c < 0x20 || c == 0x7f);
    }

    /// A branch with a slash in its name is written `feature%2Fx`.
    private static String decoded(String text, String revision) {
        try {
            return URLDecoder.decode(revision.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw wrong(text, "has a % in its revision that begins no encoded byte: write %25");
        }
    }

    private static IllegalArgumentException wrong(String text, String problem) {
        return new IllegalArgumentException(
                "\"" + text + "\" " + problem + " (the form is " + FORM + ")");
    }

    /// The same where the path names a directory whether or not it ends with `/`.
    public HuggingFacePath asTree() {
        return path.isEmpty() || path.endsWith("/")
                ? this
                : new HuggingFacePath(kind, repo, revision, path + "/");
    }
}
