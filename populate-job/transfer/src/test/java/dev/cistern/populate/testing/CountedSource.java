package dev.cistern.populate.testing;

import dev.cistern.populate.source.ObjectDetails;
import dev.cistern.populate.source.ObjectSink;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/// A source without a store: it lists given keys, in that order, and generates their bytes.
public final class CountedSource implements Source {
    private final String prefix;
    private final List<String> paths;
    private final int pageSize;
    private final AtomicInteger reads = new AtomicInteger();

    /// @param prefix of all keys
    /// @param paths below it, in the order of the listing
    public CountedSource(String prefix, List<String> paths, int pageSize) {
        this.prefix = prefix;
        this.paths = List.copyOf(paths);
        this.pageSize = pageSize;
    }

    /// The bytes of an object: none of one whose name begins with `empty`.
    public static byte[] bytes(String path) {
        if (path.endsWith("/") || path.startsWith("empty", path.lastIndexOf('/') + 1)) {
            return new byte[0];
        }
        Random random = new Random(path.hashCode());
        byte[] bytes = new byte[1 + random.nextInt(200)];
        random.nextBytes(bytes);
        return bytes;
    }

    /// Number of reads of an object.
    public int reads() {
        return reads.get();
    }

    private SourceObject object(String path) {
        return new SourceObject(
                prefix + path,
                bytes(path).length,
                "\"" + Integer.toHexString(path.hashCode()) + "\"",
                1_760_000_000_000L + Math.floorMod(path.hashCode(), 1_000_000));
    }

    @Override
    public void list(String after, Listing listing) throws IOException {
        for (int i = after.isEmpty() ? 0 : Integer.parseInt(after); i < paths.size(); i++) {
            if (i > 0 && i % pageSize == 0) {
                listing.page(Integer.toString(i));
            }
            listing.object(object(paths.get(i)), paths.get(i));
        }
    }

    @Override
    public ObjectDetails describe(SourceObject object) {
        return new ObjectDetails(object, null);
    }

    @Override
    public void read(SourceObject object, long from, long to, ObjectSink sink) throws IOException {
        reads.incrementAndGet();
        sink.begin(null);
        byte[] bytes = bytes(object.id().substring(prefix.length()));
        sink.accept(ByteBuffer.wrap(bytes, (int) from, (int) (to - from)));
    }

    @Override
    public String name() {
        return "counted " + prefix;
    }

    @Override
    public boolean overTls() {
        return false;
    }

    @Override
    public String identity() {
        return "counted";
    }

    @Override
    public void close() {}
}
