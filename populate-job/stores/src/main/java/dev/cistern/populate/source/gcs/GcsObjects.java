package dev.cistern.populate.source.gcs;

import dev.cistern.populate.source.ObjectSink;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.source.rest.Json;
import dev.cistern.populate.source.rest.ObjectApi;
import dev.cistern.populate.source.rest.ObjectHead;
import dev.cistern.populate.source.rest.ReadMode;
import dev.cistern.populate.source.rest.RestObjects;
import dev.cistern.populate.source.rest.StoreSender;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Requests objects. Metadata is a JSON document, converted to the headers that a response with the bytes would have.
final class GcsObjects implements ObjectApi {
    private static final int MAX_OBJECT_BYTES = 64 * 1024;

    private final StoreSender sender;
    private final GcsProtocol protocol;
    private final RestObjects bytes;

    GcsObjects(StoreSender sender, GcsProtocol protocol) {
        this.sender = sender;
        this.protocol = protocol;
        this.bytes = new RestObjects(sender, protocol);
    }

    @Override
    public ObjectHead head(SourceObject object) throws SourceException {
        Json known =
                GcsListing.parse(
                        sender.document(protocol.head(object), MAX_OBJECT_BYTES),
                        protocol.where(),
                        object.id());
        Map<String, String> headers = new HashMap<>();
        put(headers, "content-length", known.get("size").text());
        put(headers, "x-goog-generation", known.get("generation").text());
        put(headers, "last-modified", known.get("timeCreated").text());
        String crc = known.get("crc32c").text();
        String md5 = known.get("md5Hash").text();
        put(
                headers,
                "x-goog-hash",
                (crc == null ? "" : "crc32c=" + crc)
                        + (crc == null || md5 == null ? "" : ",")
                        + (md5 == null ? "" : "md5=" + md5));
        return new ObjectHead(200, headers::get);
    }

    private static void put(Map<String, String> headers, String name, @Nullable String value) {
        if (value != null && !value.isEmpty()) {
            headers.put(name, value);
        }
    }

    @Override
    public ObjectHead first(SourceObject object) throws SourceException {
        return bytes.first(object);
    }

    @Override
    public void get(SourceObject object, long from, long to, ReadMode mode, ObjectSink sink)
            throws SourceException, IOException {
        try {
            bytes.get(object, from, to, mode, sink);
        } catch (SourceException.Changed e) {
            if (!e.gone() || !mode.conditional() || !protocol.conditional(object)) {
                throw e;
            }
            // No such generation: the object may have another, with which the copy restarts.
            head(object);
            throw new SourceException.Changed(
                    "object "
                            + object.id()
                            + " in "
                            + protocol.where()
                            + " changed while it was"
                            + " copied: the generation that was listed is gone",
                    false);
        }
    }
}
