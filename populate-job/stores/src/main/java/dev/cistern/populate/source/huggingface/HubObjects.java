package dev.cistern.populate.source.huggingface;

import dev.cistern.populate.source.ObjectDigest;
import dev.cistern.populate.source.ObjectSink;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.source.rest.ObjectApi;
import dev.cistern.populate.source.rest.ObjectHead;
import dev.cistern.populate.source.rest.ReadMode;
import dev.cistern.populate.source.rest.RestObjects;
import dev.cistern.populate.source.rest.StoreSender;
import dev.cistern.populate.wire.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// Asks for files. All that there is to know of one is in the listing of its commit, which cannot change, so nothing
/// but its bytes is asked for.
final class HubObjects implements ObjectApi {
    private final RestObjects bytes;
    private final CdnLinks links;

    HubObjects(StoreSender sender, HubProtocol protocol, CdnLinks links) {
        this.bytes = new RestObjects(sender, protocol);
        this.links = links;
    }

    @Override
    public ObjectHead head(SourceObject file) {
        return new ObjectHead(
                200, name -> name.equals("content-length") ? String.valueOf(file.size()) : null);
    }

    @Override
    public ObjectHead first(SourceObject file) throws SourceException {
        return bytes.first(file);
    }

    /// A link of before may have expired: then the Hub is asked for another.
    @Override
    public void get(SourceObject file, long from, long to, ReadMode mode, ObjectSink sink)
            throws SourceException, IOException {
        CdnLinks.Link link = links.get(file);
        if (link == null) {
            bytes.get(file, from, to, mode, sink);
            return;
        }
        Begun begun = new Begun(sink);
        try {
            bytes.get(file, from, to, mode, begun);
        } catch (SourceException e) {
            if (isBusy(e)) {
                throw e;
            }
            links.drop(file, link);
            if (begun.begun || e.reason() == Reason.SOURCE_STALLED) {
                throw e;
            }
            bytes.get(file, from, to, mode, sink);
        }
    }

    private static boolean isBusy(SourceException e) {
        return e instanceof SourceException.Retryable retryable && retryable.busy();
    }

    /// Knows whether anything was given to a sink.
    private static final class Begun implements ObjectSink {
        private final ObjectSink sink;
        private boolean begun;

        Begun(ObjectSink sink) {
            this.sink = sink;
        }

        @Override
        public void begin(@Nullable ObjectDigest digest) throws IOException {
            begun = true;
            sink.begin(digest);
        }

        @Override
        public void accept(ByteBuffer piece) throws IOException {
            sink.accept(piece);
        }
    }
}
