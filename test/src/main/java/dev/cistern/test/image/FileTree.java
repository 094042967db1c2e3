package dev.cistern.test.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Reads a volume's content, directory by directory: a path in it may be longer than PATH_MAX.
public final class FileTree {
    private final Map<String, byte[]> entries = new TreeMap<>();

    private FileTree() {}

    /// Every file with its bytes, by path below `directory`; an empty directory by its path and a slash, with no bytes.
    public static Map<String, byte[]> read(Path directory) throws IOException {
        FileTree tree = new FileTree();
        if (Files.isDirectory(directory)) {
            try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
                tree.walk((SecureDirectoryStream<Path>) stream, "");
            }
        }
        return tree.entries;
    }

    private boolean walk(SecureDirectoryStream<Path> directory, String below) throws IOException {
        boolean any = false;
        for (Path entry : directory) {
            any = true;
            Path name = entry.getFileName();
            String path = below + name;
            boolean folder =
                    directory
                            .getFileAttributeView(
                                    name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                            .readAttributes()
                            .isDirectory();
            if (!folder) {
                entries.put(path, bytes(directory, name));
                continue;
            }
            try (SecureDirectoryStream<Path> inside =
                    directory.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
                if (!walk(inside, path + "/")) {
                    entries.put(path + "/", new byte[0]);
                }
            }
        }
        return any;
    }

    private static byte[] bytes(SecureDirectoryStream<Path> directory, Path name)
            throws IOException {
        try (SeekableByteChannel channel =
                directory.newByteChannel(
                        name, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
            ByteBuffer bytes = ByteBuffer.allocate((int) channel.size());
            while (bytes.hasRemaining() && channel.read(bytes) >= 0) {}
            return bytes.array();
        }
    }
}
