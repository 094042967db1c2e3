package dev.cistern.test.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Stream;
import software.amazon.awssdk.core.sync.RequestBody;

/// One bucket of the test's S3 server: written by the test, read by pods, with its own faults and counters.
public final class Bucket {
    private static final int BLOCK_BYTES = 1 << 20;

    private final S3Server server;
    private final String name;
    private final Path directory;

    Bucket(S3Server server, String name, Path directory) {
        this.server = server;
        this.name = name;
        this.directory = directory;
    }

    public String name() {
        return name;
    }

    /// Uploads a small object by the S3 API; it replaces one of the same key.
    public void put(String key, byte[] content) {
        server.client().putObject(b -> b.bucket(name).key(key), RequestBody.fromBytes(content));
    }

    public void put(String key, String content) {
        put(key, content.getBytes(StandardCharsets.UTF_8));
    }

    /// Uploads a file by the S3 API, with the digests that a real client sends.
    public void put(String key, Path file) {
        server.client().putObject(b -> b.bucket(name).key(key), RequestBody.fromFile(file));
    }

    /// Writes an object of random bytes directly into the server's directory: ten thousand take a second. Its ETag is
    /// its MD5.
    ///
    /// @param seed the same seed gives the same bytes
    public void plant(String key, long bytes, long seed) {
        Path file = directory.resolve(key);
        RandomGenerator random = RandomGeneratorFactory.of("Xoshiro256PlusPlus").create(seed);
        try {
            Files.createDirectories(file.getParent());
            MessageDigest md5 = MessageDigest.getInstance("MD5");
            try (OutputStream out = new DigestOutputStream(Files.newOutputStream(file), md5)) {
                byte[] block = new byte[(int) Math.min(BLOCK_BYTES, Math.max(1, bytes))];
                for (long left = bytes; left > 0; ) {
                    random.nextBytes(block);
                    int n = (int) Math.min(left, block.length);
                    out.write(block, 0, n);
                    left -= n;
                }
            }
            attribute(file, "etag", "\"" + HexFormat.of().formatHex(md5.digest()) + "\"");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void attribute(Path file, String attribute, String value) throws IOException {
        UserDefinedFileAttributeView view =
                Files.getFileAttributeView(file, UserDefinedFileAttributeView.class);
        view.write(attribute, ByteBuffer.wrap(value.getBytes(StandardCharsets.UTF_8)));
    }

    /// SHA-256 by path, of everything below `prefix` (empty or ending in `/`), in the order of paths.
    public Map<String, String> digests(String prefix) {
        Path base = directory.resolve(prefix);
        var digests = new TreeMap<String, String>();
        try (Stream<Path> files = Files.walk(base)) {
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                String path = base.relativize(file).toString();
                if (!path.startsWith(".sgwtmp")) {
                    digests.put(path, sha256(file));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return digests;
    }

    private static String sha256(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] block = new byte[BLOCK_BYTES];
            for (int n; (n = in.read(block)) > 0; ) {
                digest.update(block, 0, n);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Sets the proxy's faults for reads of this bucket.
    public void faults(Faults faults) {
        server.faults(name, faults);
    }

    public Traffic traffic() {
        return server.traffic(name);
    }
}
