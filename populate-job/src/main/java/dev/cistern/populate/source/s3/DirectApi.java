package dev.cistern.populate.source.s3;

import dev.cistern.populate.http.Body;
import dev.cistern.populate.http.HttpClient;
import dev.cistern.populate.http.ResponseHead;
import dev.cistern.populate.http.TransportException;
import dev.cistern.populate.source.ObjectDetails;
import dev.cistern.populate.source.ObjectSink;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import java.io.IOException;

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
    public ObjectDetails head(String key) throws SourceException {
        ObjectDetails details = details(S3Request.head(key), key);
        return S3Answers.details(
                details.object(),
                details.digest(),
                () -> details(S3Request.headOfFirstPart(key), key).object().size());
    }

    private ObjectDetails details(S3Request request, String key) throws SourceException {
        return withoutSink(
                request,
                (head, body) -> {
                    body.transferTo(piece -> {});
                    String etag = head.header("etag");
                    String modified = head.header("last-modified");
                    SourceObject object =
                            new SourceObject(
                                    key,
                                    Math.max(0, head.contentLength()),
                                    etag == null ? "" : etag,
                                    S3Times.millis(modified));
                    return new ObjectDetails(object, S3Digests.of(head::header));
                });
    }

    private <T> T withoutSink(S3Request request, HttpClient.Handler<T, SourceException> handler)
            throws SourceException {
        try {
            return sender.send(request, handler);
        } catch (IOException e) {
            throw new IllegalStateException("nothing but the transport does I/O here", e);
        }
    }

    @Override
    public void get(SourceObject object, long from, long to, ObjectSink sink)
            throws SourceException, IOException {
        sender.send(
                S3Request.get(object, from, to),
                (head, body) -> {
                    S3Answers.check(
                            sender.location(),
                            object,
                            from,
                            to,
                            head.status(),
                            body.length(),
                            head::header);
                    boolean whole = from == 0 && to == object.size();
                    sink.begin(whole ? S3Digests.of(head::header) : null);
                    copy(body, object, to - from, sink);
                    return to;
                });
    }

    private void copy(Body body, SourceObject object, long length, ObjectSink sink)
            throws SourceException, IOException {
        long[] left = {length};
        body.transferTo(
                piece -> {
                    left[0] -= piece.remaining();
                    if (left[0] < 0) {
                        throw tooLong(object);
                    }
                    sink.accept(piece);
                });
        if (left[0] != 0) {
            throw S3Errors.garbled(
                    sender.location(), object.key(), "body " + left[0] + " bytes too short");
        }
    }

    private static TransportException tooLong(SourceObject object) {
        return new TransportException(
                TransportException.Kind.PROTOCOL,
                "body of " + object.key() + " longer than asked for",
                null);
    }

    @Override
    public void close() {
        sender.close();
    }
}
