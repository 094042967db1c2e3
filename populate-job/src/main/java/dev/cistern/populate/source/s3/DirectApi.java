package dev.cistern.populate.source.s3;

import dev.cistern.populate.http.Body;
import dev.cistern.populate.http.HttpClient;
import dev.cistern.populate.http.ResponseHead;
import dev.cistern.populate.source.ObjectSink;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// S3 over this module's own transport and signer: what is asked, and what of an answer is believed. [S3Sender] gets it there.
public final class DirectApi implements S3Api {
    private final S3Sender sender;

    public DirectApi(
            S3Location location, HttpClient http, AwsKeys.Provider keys, String userAgent) {
        this.sender = new S3Sender(location, http, keys, userAgent);
    }

    @Override
    public Page list(String prefix, ListPosition from) throws SourceException {
        return withoutSink(S3Request.list(prefix, from), this::page);
    }

    private Page page(ResponseHead head, Body body) throws SourceException, IOException {
        byte[] bytes = body.bytes(S3Answers.MAX_PAGE_BYTES);
        if (head.status() != 200) {
            throw S3Errors.garbled(sender.location(), null, "status " + head.status());
        }
        return S3Answers.page(sender.location(), bytes);
    }

    @Override
    public S3Head head(String key, int part) throws SourceException {
        return withoutSink(
                S3Request.head(key, part),
                (head, body) -> {
                    body.transferTo(piece -> {});
                    return new S3Head(head.status(), head::header);
                });
    }

    @Override
    public S3Head first(String key) throws SourceException {
        return withoutSink(
                S3Request.first(key),
                (head, body) -> {
                    S3Head said = new S3Head(head.status(), head::header);
                    return said.status() == 200 && said.length() == null && isEmpty(body)
                            ? said.ofNothing()
                            : said;
                });
    }

    /// Whether a body that does not say how long it is holds nothing; the rest of one that holds something is not read.
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

    private <T> T withoutSink(S3Request request, HttpClient.Handler<T, SourceException> handler)
            throws SourceException {
        try {
            return sender.send(request, handler);
        } catch (IOException e) {
            throw new IllegalStateException("nothing but the transport does I/O here", e);
        }
    }

    /// Carries a verdict about a body out of its reading.
    private static final class Rejected extends IOException {
        private static final long serialVersionUID = 1L;
        private final @Nullable SourceException reason;

        Rejected(@Nullable SourceException reason) {
            super(reason);
            this.reason = reason;
        }
    }

    @Override
    public void get(SourceObject object, long from, long to, How how, ObjectSink sink)
            throws SourceException, IOException {
        try {
            sender.send(
                    S3Request.get(object, from, to, how),
                    (head, body) -> {
                        S3Head said = new S3Head(head.status(), head::header);
                        ObjectAnswer answer =
                                new ObjectAnswer(sender.location(), object, from, to, said, sink);
                        body.transferTo(piece -> accept(answer, piece));
                        answer.end();
                        return said;
                    });
        } catch (Rejected e) {
            SourceException reason = e.reason;
            // Without a reason it was all that is wanted.
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

    @Override
    public void close() {
        sender.close();
    }
}
