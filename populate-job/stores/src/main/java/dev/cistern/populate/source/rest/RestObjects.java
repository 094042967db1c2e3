package dev.cistern.populate.source.rest;

import dev.cistern.populate.http.Body;
import dev.cistern.populate.source.ObjectSink;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// Requests objects with a store's protocol and checks the responses. [StoreSender] sends them.
public final class RestObjects implements ObjectApi {
    private final StoreSender sender;
    private final ObjectProtocol protocol;

    public RestObjects(StoreSender sender, ObjectProtocol protocol) {
        this.sender = sender;
        this.protocol = protocol;
    }

    @Override
    public ObjectHead head(SourceObject object) throws SourceException {
        return head(protocol.head(object));
    }

    /// The response head of a request whose body is not needed.
    public ObjectHead head(StoreRequest request) throws SourceException {
        return sender.ask(
                request,
                (head, body) -> {
                    body.transferTo(piece -> {});
                    return new ObjectHead(head.status(), head::header);
                });
    }

    @Override
    public ObjectHead first(SourceObject object) throws SourceException {
        return sender.ask(
                protocol.get(object, "bytes=0-0", ReadMode.USUAL.unconditional()).probing(),
                (head, body) -> {
                    ObjectHead said = new ObjectHead(head.status(), head::header);
                    return said.status() == 200 && said.length() == null && isEmpty(body)
                            ? said.ofNothing()
                            : said;
                });
    }

    /// Whether a body without a length is empty; does not read the rest otherwise.
    private static boolean isEmpty(Body body) throws IOException {
        try {
            body.transferTo(
                    piece -> {
                        throw new Rejected(null);
                    });
        } catch (Rejected e) {
            return false;
        }
        return true;
    }

    /// Carries a failure out of the reading of a body.
    private static final class Rejected extends IOException {
        private static final long serialVersionUID = 1L;
        private final @Nullable SourceException reason;

        Rejected(@Nullable SourceException reason) {
            super(reason);
            this.reason = reason;
        }
    }

    @Override
    public void get(SourceObject object, long from, long to, ReadMode mode, ObjectSink sink)
            throws SourceException, IOException {
        boolean whole = from == 0 && to == object.size();
        String range = whole ? "" : "bytes=" + from + "-" + (to - 1);
        try {
            sender.send(
                    protocol.get(object, range, mode),
                    (head, body) -> {
                        ObjectHead said = new ObjectHead(head.status(), head::header);
                        ObjectAnswer answer =
                                new ObjectAnswer(protocol, object, from, to, said, sink);
                        body.transferTo(piece -> accept(answer, piece));
                        answer.end();
                        return said;
                    });
        } catch (Rejected e) {
            SourceException reason = e.reason;
            // Without a reason everything needed was read.
            if (reason != null) {
                throw reason;
            }
        }
    }

    private static void accept(ObjectAnswer answer, ByteBuffer piece) throws IOException {
        boolean more;
        try {
            more = answer.accept(piece);
        } catch (SourceException e) {
            throw new Rejected(e);
        }
        if (!more) {
            throw new Rejected(null);
        }
    }
}
