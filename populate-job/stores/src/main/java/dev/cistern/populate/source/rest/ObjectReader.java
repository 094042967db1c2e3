package dev.cistern.populate.source.rest;

import dev.cistern.populate.source.ObjectDetails;
import dev.cistern.populate.source.ObjectDigest;
import dev.cistern.populate.source.ObjectSink;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// Describes and reads objects of a store that may deviate from its protocol: tries another request where a response is
/// incomplete, and remembers what worked.
public final class ObjectReader {
    private final ObjectApi api;
    private final ObjectProtocol store;
    private final DigestFinisher finisher;

    /// Current mode, adapted to the store.
    private volatile ReadMode mode = ReadMode.USUAL;

    /// Completes a digest by further requests.
    @FunctionalInterface
    public interface DigestFinisher {
        /// The complete digest.
        ///
        /// @return null where it cannot be completed, so that nothing can be compared
        @Nullable ObjectDigest finished(ObjectDigest digest, SourceObject object)
                throws SourceException;
    }

    public ObjectReader(ObjectApi api, ObjectProtocol store) {
        this(api, store, (digest, object) -> digest);
    }

    public ObjectReader(ObjectApi api, ObjectProtocol store, DigestFinisher finisher) {
        this.api = api;
        this.store = store;
        this.finisher = finisher;
    }

    /// The current metadata of an object, merged with what was listed; see
    /// [dev.cistern.populate.source.Source#describe].
    ///
    /// Stores omit length, version and dates in responses to `HEAD`, or state zero: while the version is the listed
    /// one, the listed size holds; else a request for the first byte determines it.
    public ObjectDetails describe(SourceObject listed) throws SourceException {
        if (!listed.sized()) {
            return describeUnsized(listed);
        }
        if (listed.size() == 0) {
            ObjectDigest digest = store.digestOfNothing(listed.version());
            return digest != null
                    ? new ObjectDetails(listed, digest)
                    : ofFirstByte(listed, api.first(listed));
        }
        ObjectHead said = head(listed);
        Long size = said.size();
        if ((size != null && size == listed.size())
                || Boolean.TRUE.equals(same(store.version(said), listed.version()))) {
            return details(listed, listed.size(), said);
        }
        ObjectHead first = api.first(listed);
        if (first.size() == null && size != null && size > 0) {
            return details(listed, size, said);
        }
        if (Boolean.FALSE.equals(same(store.version(first), store.version(said)))) {
            // It changed between the two responses.
            return ofFirstByte(listed, first);
        }
        return details(listed, sizeOf(listed, first), said);
    }

    /// The listing had no size, and the store may not have one either.
    private ObjectDetails describeUnsized(SourceObject listed) throws SourceException {
        ObjectHead said = head(listed);
        Long size = said.size();
        if (size == null || size == 0) {
            // Missing or not reliable.
            ObjectHead first = api.first(listed);
            said = store.version(said) == null ? first : said;
            size = first.size();
        }
        return details(listed, size == null ? SourceObject.UNKNOWN_SIZE : size, said);
    }

    /// An object that was not listed; null when there is none.
    @Nullable SourceObject find(String id) throws SourceException {
        SourceObject unknown = new SourceObject(id, 0, null, 0);
        try {
            ObjectHead said = head(unknown);
            Long size = said.size();
            if (size == null || size == 0) {
                // Missing or not reliable.
                said = api.first(unknown);
                size = sizeOf(unknown, said);
            }
            Long modified = said.modifiedMillis();
            return new SourceObject(id, size, store.version(said), modified == null ? 0 : modified);
        } catch (SourceException.Changed e) {
            if (e.gone()) {
                return null;
            }
            throw e;
        }
    }

    /// Whether two versions are the same; null where one of them is unknown.
    private @Nullable Boolean same(@Nullable String a, @Nullable String b) {
        return a == null || b == null ? null : store.same(a, b);
    }

    /// Read-only gateways may not support HEAD. And a rejected HEAD has no error code, such as for expired keys: a GET
    /// does.
    private ObjectHead head(SourceObject listed) throws SourceException {
        try {
            return api.head(listed);
        } catch (SourceException.Refused e) {
            return api.first(listed);
        }
    }

    /// The metadata in the response to a request for the first byte.
    private ObjectDetails ofFirstByte(SourceObject listed, ObjectHead first)
            throws SourceException {
        return details(listed, sizeOf(listed, first), first);
    }

    private long sizeOf(SourceObject listed, ObjectHead first) throws SourceException {
        Long size = first.size();
        if (size != null) {
            return size;
        }
        if (listed.size() == 0 && first.status() == 416) {
            // The object is empty. Some stores omit Content-Range in this response.
            return 0;
        }
        if (listed.size() > 0
                && !Boolean.FALSE.equals(same(store.version(first), listed.version()))) {
            return listed.size();
        }
        throw StatusErrors.garbled(
                store.where(), listed.id(), "it does not say how large the object is");
    }

    private ObjectDetails details(SourceObject listed, long size, ObjectHead said)
            throws SourceException {
        String before = listed.version();
        String told = store.version(said);
        boolean changed = Boolean.FALSE.equals(same(told, before));
        Long modified = changed ? said.modifiedMillis() : null;
        SourceObject now =
                new SourceObject(
                        listed.id(),
                        size,
                        changed || before == null ? told : before,
                        // Listings may have finer times than headers; the content is the same.
                        modified == null ? listed.modifiedMillis() : modified);
        ObjectDigest digest = store.digest(said, now.version());
        return new ObjectDetails(
                now, digest == null ? null : finisher.finished(digest, now), store.wholeOnly(said));
    }

    /// Reads bytes of exactly the listed version; see [dev.cistern.populate.source.Source#read].
    public void read(SourceObject object, long from, long to, ObjectSink sink)
            throws SourceException, IOException {
        Watched watched = new Watched(sink);
        ReadMode now = mode;
        boolean otherwise = false;
        while (true) {
            try {
                api.get(object, from, to, now, watched);
                if (!now.equals(mode)) {
                    mode = now;
                }
                return;
            } catch (SourceException.Refused e) {
                // The store does not support conditional requests.
                if (watched.began || !isConditional(object, now) || !e.unsupported()) {
                    throw e;
                }
                now = now.unconditional();
            } catch (SourceException.Changed e) {
                if (e.unfit()) {
                    // An object stored with an encoding may have been decoded in transit.
                    now = now.otherwise();
                    mode = now;
                    if (watched.began || otherwise) {
                        throw e;
                    }
                    otherwise = true;
                } else if (!watched.began && isUnchanged(object, e)) {
                    if (!isConditional(object, now)) {
                        throw unfit(object, from, to, e);
                    }
                    now = now.unconditional();
                } else {
                    throw e;
                }
            }
        }
    }

    private boolean isConditional(SourceObject object, ReadMode asked) {
        return asked.conditional() && store.conditional(object);
    }

    /// Whether a store rejects the version that it has: it does not understand the condition, or has fewer bytes than
    /// listed. Without a condition, the versions in its responses are compared.
    private boolean isUnchanged(SourceObject object, SourceException.Changed e)
            throws SourceException {
        String listed = object.version();
        return !e.gone()
                && listed != null
                && Boolean.TRUE.equals(same(store.version(api.head(object)), listed));
    }

    private SourceException unfit(
            SourceObject object, long from, long to, SourceException.Changed e) {
        return SourceException.Changed.unfit(
                "object \""
                        + object.id()
                        + "\" in "
                        + store.where()
                        + " is listed with "
                        + object.size()
                        + " bytes and has the same version still, and asked for bytes "
                        + from
                        + " to "
                        + (to - 1)
                        + " the store says: "
                        + e.getMessage());
    }

    /// Records whether anything was passed to a sink.
    private static final class Watched implements ObjectSink {
        private final ObjectSink sink;
        private boolean began;

        Watched(ObjectSink sink) {
            this.sink = sink;
        }

        @Override
        public void begin(@Nullable ObjectDigest digest) throws IOException {
            began = true;
            sink.begin(digest);
        }

        @Override
        public void accept(ByteBuffer bytes) throws IOException {
            sink.accept(bytes);
        }
    }
}
