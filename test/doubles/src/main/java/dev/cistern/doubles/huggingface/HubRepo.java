package dev.cistern.doubles.huggingface;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// A repo: its commits, and what names them. Each change is a commit of its own on `main`.
public final class HubRepo {
    private final String kind;
    private volatile String name;
    private final Map<String, TreeMap<String, HubFile>> commits = new ConcurrentHashMap<>();
    private final Map<String, String> references = new ConcurrentHashMap<>();
    private volatile boolean restricted;
    private volatile boolean gated;
    private volatile boolean disabled;
    private volatile Set<String> readers = Set.of();

    /// @param kind in the plural, such as `datasets`
    HubRepo(String kind, String name) {
        this.kind = kind;
        this.name = name;
        commit(new TreeMap<>());
    }

    String kind() {
        return kind;
    }

    /// `OWNER/NAME`.
    public String name() {
        return name;
    }

    void rename(String to) {
        name = to;
    }

    private synchronized String commit(TreeMap<String, HubFile> files) {
        String id =
                HubFile.digest(
                        "SHA-1", (kind + name + commits.size()).getBytes(StandardCharsets.UTF_8));
        commits.put(id, files);
        references.put("main", id);
        return id;
    }

    private synchronized String with(String path, HubFile file) {
        TreeMap<String, HubFile> files = new TreeMap<>(head());
        files.put(path, file);
        return commit(files);
    }

    private TreeMap<String, HubFile> head() {
        return commits.getOrDefault(references.getOrDefault("main", ""), new TreeMap<>());
    }

    /// Commits a file that git keeps; the commit.
    public String put(String path, byte[] bytes) {
        return with(path, new HubFile(bytes, HubFile.Kept.GIT));
    }

    /// Commits a file in Git LFS.
    public String putLfs(String path, byte[] bytes) {
        return with(path, new HubFile(bytes, HubFile.Kept.LFS));
    }

    /// Commits a file in Xet.
    public String putXet(String path, byte[] bytes) {
        return with(path, new HubFile(bytes, HubFile.Kept.XET));
    }

    /// Commits many files that git keeps at once.
    public synchronized String putAll(Map<String, byte[]> more) {
        TreeMap<String, HubFile> files = new TreeMap<>(head());
        more.forEach((path, bytes) -> files.put(path, new HubFile(bytes, HubFile.Kept.GIT)));
        return commit(files);
    }

    /// Commits the removal of a file.
    public synchronized String remove(String path) {
        TreeMap<String, HubFile> files = new TreeMap<>(head());
        files.remove(path);
        return commit(files);
    }

    /// Gives a commit a name: a tag, a branch, or a reference such as `refs/pr/1`.
    public void name(String reference, String commit) {
        references.put(reference, commit);
    }

    /// Takes a commit away, as `super_squash_history` does.
    public synchronized void forget(String commit) {
        commits.remove(commit);
    }

    /// Whether tokens of these users alone may see it.
    public void restrictTo(String... users) {
        restricted = true;
        readers = Set.of(users);
    }

    /// Whether its conditions have to be accepted, and who has.
    public void gate(String... users) {
        gated = true;
        readers = Set.of(users);
    }

    /// Whether the Hub has taken it off.
    public void disable() {
        disabled = true;
    }

    boolean disabled() {
        return disabled;
    }

    /// @param user null for a request without a token
    boolean hiddenFrom(@Nullable String user) {
        return restricted && (user == null || !readers.contains(user));
    }

    boolean gatedFor(@Nullable String user) {
        return gated && (user == null || !readers.contains(user));
    }

    /// The commit of a revision; null where there is none.
    @Nullable String resolved(String revision) {
        String named = references.get(revision);
        String id = named == null ? revision : named;
        return commits.containsKey(id) ? id : null;
    }

    TreeMap<String, HubFile> files(String commit) {
        return commits.getOrDefault(commit, new TreeMap<>());
    }
}
