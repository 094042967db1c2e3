package dev.cistern.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// A snapshot of this process's mounts, in the kernel's order: of two at the same place the later one is on top.
public record MountTable(List<Entry> entries) {

    /// One mount.
    ///
    /// @param device `major:minor` of the file system
    /// @param root the mounted directory of the file system, absolute within it
    /// @param target mount point
    /// @param readOnly whether this mount, not the file system, is read-only
    /// @param type the file system's type
    /// @param source as given to the mount call
    public record Entry(
            String device,
            String root,
            Path target,
            boolean readOnly,
            String type,
            String source) {}

    /// A directory, independent of where it is mounted.
    public record Place(String device, String path) {}

    public static MountTable read() throws IOException {
        try (Stream<String> lines =
                Files.lines(Path.of("/proc/self/mountinfo"), StandardCharsets.ISO_8859_1)) {
            return parse(lines);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    static MountTable parse(Stream<String> lines) {
        List<Entry> entries = new ArrayList<>();
        lines.forEach(
                line -> {
                    String[] fields = line.split(" ");
                    int dash = Arrays.asList(fields).indexOf("-");
                    if (dash < 6 || fields.length < dash + 3) {
                        throw new IllegalStateException(
                                "mountinfo has a line that cannot be read: " + line);
                    }
                    entries.add(
                            new Entry(
                                    fields[2],
                                    unescape(fields[3]),
                                    Path.of(unescape(fields[4])),
                                    List.of(fields[5].split(",")).contains("ro"),
                                    fields[dash + 1],
                                    unescape(fields[dash + 2])));
                });
        return new MountTable(List.copyOf(entries));
    }

    /// The topmost mount at exactly this path.
    public Optional<Entry> at(Path target) {
        return entries.reversed().stream().filter(e -> e.target().equals(target)).findFirst();
    }

    /// The mount that the path is on.
    public Entry holding(Path path) {
        // The topmost wins only among mounts of the same place; a deeper place always hides a
        // shallower one.
        Entry best = null;
        for (Entry entry : entries) {
            if (path.startsWith(entry.target())
                    && (best == null
                            || entry.target().getNameCount() >= best.target().getNameCount())) {
                best = entry;
            }
        }
        if (best == null) {
            throw new IllegalStateException("no mount holds " + path);
        }
        return best;
    }

    /// The file system and directory of a path.
    public Place locate(Path path) {
        Entry entry = holding(path);
        String below = entry.target().relativize(path).toString();
        String root = entry.root().equals("/") ? "" : entry.root();
        return new Place(entry.device(), below.isEmpty() ? entry.root() : root + "/" + below);
    }

    /// All mounts of the directory at other places than its own.
    public List<Entry> showing(Place place) {
        return entries.stream()
                .filter(e -> e.device().equals(place.device()) && e.root().equals(place.path()))
                .toList();
    }

    private static String unescape(String text) {
        if (text.indexOf('\\') < 0) {
            return utf8(text);
        }
        StringBuilder plain = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\' && i + 3 < text.length()) {
                plain.append((char) Integer.parseInt(text.substring(i + 1, i + 4), 8));
                i += 3;
            } else {
                plain.append(c);
            }
        }
        return utf8(plain.toString());
    }

    private static String utf8(String bytes) {
        return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }
}
