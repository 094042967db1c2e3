package dev.cistern.test.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/// Copies a tree of files to where a versitygw of the posix backend serves it, each with its MD5 as ETag, and prints the
/// SHA-256 of each as `sha256sum` does: what a reader must find. Needs nothing but the JDK, so that
/// `java Seed.java SOURCE TARGET` runs as it is.
public final class Seed {
    private Seed() {}

    public static void main(String[] args) throws IOException {
        if (args.length != 2) {
            System.err.println("usage: java Seed.java SOURCE TARGET");
            System.exit(2);
        }
        Path source = Path.of(args[0]);
        Path target = Path.of(args[1]);
        List<Path> files;
        try (Stream<Path> walk = Files.walk(source)) {
            files =
                    walk.filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
                            .sorted()
                            .toList();
        }
        for (Path file : files) {
            Path relative = source.relativize(file);
            System.out.println(copy(file, target.resolve(relative.toString())) + "  ./" + relative);
        }
    }

    private static String copy(Path from, Path to) throws IOException {
        Files.createDirectories(to.getParent());
        MessageDigest md5 = digest("MD5");
        MessageDigest sha256 = digest("SHA-256");
        try (InputStream in = Files.newInputStream(from);
                OutputStream out =
                        new DigestOutputStream(
                                new DigestOutputStream(Files.newOutputStream(to), md5), sha256)) {
            byte[] block = new byte[1 << 20];
            for (int n; (n = in.read(block)) > 0; ) {
                out.write(block, 0, n);
            }
        }
        String etag = "\"" + HexFormat.of().formatHex(md5.digest()) + "\"";
        Files.getFileAttributeView(to, UserDefinedFileAttributeView.class)
                .write("etag", ByteBuffer.wrap(etag.getBytes(StandardCharsets.UTF_8)));
        return HexFormat.of().formatHex(sha256.digest());
    }

    private static MessageDigest digest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
