package dev.cistern.populate.testing;

import dev.cistern.populate.digest.DigestKind;
import dev.cistern.populate.source.ObjectDetails;
import dev.cistern.populate.source.ObjectDigest;
import dev.cistern.populate.source.ObjectSink;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// A source in memory. Its ids are unrelated to paths: an engine that derived one from the other would read the wrong
/// object.
public final class MemorySource implements Source {
    private static final int PIECE_BYTES = 1 << 20;

    private record Stored(String id, byte[] bytes, int version, long modifiedMillis) {}

    private final Map<String, Stored> objects = new ConcurrentSkipListMap<>();
    private final Map<String, ObjectDigest> said = new ConcurrentHashMap<>();
    private final AtomicInteger numbers = new AtomicInteger();
    private final AtomicInteger reads = new AtomicInteger();
    private final int pageSize;
    private volatile Runnable beforePiece = () -> {};

    public MemorySource(int pageSize) {
        this.pageSize = pageSize;
    }

    /// Stores an object; an existing one changes and keeps its id.
    public MemorySource put(String path, byte[] bytes) {
        objects.merge(
                path,
                new Stored("object-" + numbers.incrementAndGet(), bytes, 1, 1_760_000_000_000L),
                (old, now) -> new Stored(old.id, bytes, old.version + 1, old.modifiedMillis + 1));
        return this;
    }

    /// Listener for each piece of bytes before it is passed on. The object may change then: its next piece is not
    /// delivered.
    public void beforeEachPiece(Runnable hook) {
        beforePiece = hook;
    }

    /// Adds the SHA-256 to an object's metadata.
    public void says(String path, String sha256) {
        said.put(path, ObjectDigest.whole(DigestKind.SHA256, sha256));
    }

    /// Number of requests for bytes.
    public int reads() {
        return reads.get();
    }

    private static SourceObject listed(Stored stored) {
        return new SourceObject(
                stored.id, stored.bytes.length, "v" + stored.version, stored.modifiedMillis);
    }

    private Stored find(SourceObject object) throws SourceException {
        for (Stored stored : objects.values()) {
            if (stored.id.equals(object.id())) {
                return stored;
            }
        }
        throw new SourceException.Changed("object " + object.id() + " is gone", true);
    }

    @Override
    public void list(String after, Listing listing) throws IOException {
        List<Map.Entry<String, Stored>> all = new ArrayList<>(objects.entrySet());
        for (int i = after.isEmpty() ? 0 : Integer.parseInt(after); i < all.size(); i++) {
            if (i > 0 && i % pageSize == 0) {
                listing.page(Integer.toString(i));
            }
            listing.object(listed(all.get(i).getValue()), all.get(i).getKey());
        }
    }

    @Override
    public ObjectDetails describe(SourceObject object) throws SourceException {
        Stored stored = find(object);
        ObjectDigest digest = null;
        for (Map.Entry<String, Stored> entry : objects.entrySet()) {
            digest = entry.getValue() == stored ? said.get(entry.getKey()) : digest;
        }
        return new ObjectDetails(listed(stored), digest);
    }

    @Override
    public void read(SourceObject object, long from, long to, ObjectSink sink)
            throws SourceException, IOException {
        reads.incrementAndGet();
        boolean began = false;
        for (long at = from; at < to; at += PIECE_BYTES) {
            beforePiece.run();
            Stored stored = find(object);
            if (!Objects.equals(listed(stored).version(), object.version())) {
                throw new SourceException.Changed("object " + object.id() + " changed", false);
            }
            if (!began) {
                sink.begin(null);
                began = true;
            }
            int length = (int) Math.min(PIECE_BYTES, to - at);
            // A copy: a sink may modify its argument.
            sink.accept(ByteBuffer.allocate(length).put(0, stored.bytes, (int) at, length));
        }
    }

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public boolean overTls() {
        return false;
    }

    @Override
    public String identity() {
        return "memory";
    }

    @Override
    public void close() {}

    /// The bytes of an object; null where it does not exist.
    public byte @Nullable [] bytes(String path) {
        Stored stored = objects.get(path);
        return stored == null ? null : stored.bytes;
    }
}
