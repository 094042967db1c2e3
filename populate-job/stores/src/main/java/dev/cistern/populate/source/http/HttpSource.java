package dev.cistern.populate.source.http;

import dev.cistern.populate.http.Body;
import dev.cistern.populate.source.ObjectDetails;
import dev.cistern.populate.source.ObjectSink;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.source.rest.ObjectHead;
import dev.cistern.populate.source.rest.ObjectReader;
import dev.cistern.populate.source.rest.ReadMode;
import dev.cistern.populate.source.rest.RestObjects;
import dev.cistern.populate.source.rest.StatusErrors;
import dev.cistern.populate.source.rest.StoreSender;
import dev.cistern.populate.wire.Reason;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// A file of an HTTP server, or the files of a list.
///
/// A file whose SHA-256 is known in advance has it as its version: the bytes decide, regardless of the server's
/// validators. Other files have the server's version, and without one the file is only fetched in a single response.
final class HttpSource implements Source {
    private final HttpPlace place;
    private final FileUrl url;
    private final @Nullable FileList list;
    private final @Nullable String sha256;
    private final StoreSender sender;
    private final FileProtocol protocol;
    private final FileDescriber describer;
    private final ObjectReader reader;

    /// @param url of the file or the list
    /// @param format of the list; null where the URL is the file's
    /// @param sha256 of the file or the list; null where unknown
    HttpSource(
            HttpPlace place,
            FileUrl url,
            @Nullable ListFormat format,
            @Nullable String sha256,
            StoreSender sender,
            FileProtocol protocol) {
        this.place = place;
        this.url = url;
        this.sha256 = sha256;
        this.sender = sender;
        this.protocol = protocol;
        this.describer = new FileDescriber(sender, protocol, place);
        this.reader = new ObjectReader(new RestObjects(sender, protocol), protocol);
        this.list =
                format == null
                        ? null
                        : new FileList(place, url, format, sha256, sender, protocol, describer);
    }

    @Override
    public void list(String after, Listing listing) throws SourceException, IOException {
        try {
            if (list == null) {
                listing.object(single(), url.name());
            } else {
                list.read(after, listing);
            }
        } catch (SourceException.Changed e) {
            if (!e.gone()) {
                throw e;
            }
            throw new SourceException.Refused(
                    Reason.NO_SUCH_OBJECT,
                    "there is no file " + url.shown() + "; check endpoint and path",
                    e);
        }
    }

    /// The current state of the single file.
    private SourceObject single() throws SourceException {
        SourceObject asked = new SourceObject(protocol.id(url), SourceObject.UNKNOWN_SIZE, null, 0);
        SourceObject found = describer.describe(asked).object();
        return found.version() != null || sha256 == null
                ? found
                : new SourceObject(found.id(), found.size(), FileVersion.of(sha256, -1).text(), 0);
    }

    @Override
    public ObjectDetails describe(SourceObject object) throws SourceException {
        return describer.describe(object);
    }

    @Override
    public void read(SourceObject object, long from, long to, ObjectSink sink)
            throws SourceException, IOException {
        if (object.size() == SourceObject.UNKNOWN_SIZE) {
            readToItsEnd(object, sink);
        } else if (from > 0 && object.version() == null) {
            throw SourceException.Changed.unfit(
                    "file "
                            + object.id()
                            + " of "
                            + place
                            + " cannot be gone on with at byte "
                            + from
                            + ": the server tells neither ETag nor Last-Modified, so the rest may"
                            + " be of another version; give its sha256");
        } else {
            reader.read(object, from, to, sink);
        }
    }

    /// Reads a file of unknown length.
    private void readToItsEnd(SourceObject object, ObjectSink sink)
            throws SourceException, IOException {
        long received = exchange(object, sink);
        if (received >= 0) {
            return;
        }
        // Where the end of the connection marks the end of the file, a crashed server looks like a
        // completed response,
        // but not twice at the same byte.
        long length = -1 - received;
        Counter again = new Counter();
        exchange(object, again);
        if (again.bytes != length) {
            throw SourceException.Changed.unfit(
                    "file "
                            + object.id()
                            + " of "
                            + place
                            + " ended after "
                            + length
                            + " bytes, and then after "
                            + again.bytes
                            + ": its length is not told, and the connection was cut");
        }
    }

    /// The number of bytes received; if only the end of the connection marks the end, -1 minus it.
    private long exchange(SourceObject object, ObjectSink sink)
            throws SourceException, IOException {
        return sender.send(
                protocol.get(object, "", ReadMode.USUAL),
                (head, body) ->
                        stream(object, new ObjectHead(head.status(), head::header), body, sink));
    }

    private long stream(SourceObject object, ObjectHead head, Body body, ObjectSink sink)
            throws SourceException, IOException {
        FileVersion wanted = FileVersion.of(object.version());
        if (head.status() != 200) {
            throw StatusErrors.garbled(place.toString(), object.id(), "status " + head.status());
        }
        if (wanted.contradicts(FileVersion.of(head))) {
            throw new SourceException.Changed(
                    "file " + object.id() + " of " + place + " changed while it was copied", false);
        }
        Counter counted = new Counter();
        sink.begin(protocol.digest(head, object.version()));
        body.transferTo(
                piece -> {
                    counted.bytes += piece.remaining();
                    sink.accept(piece);
                });
        boolean told =
                head.length() != null
                        || head.header("transfer-encoding") != null
                        || wanted.sha256() != null;
        return told ? counted.bytes : -1 - counted.bytes;
    }

    @Override
    public String name() {
        return url.shown();
    }

    @Override
    public boolean overTls() {
        return place.origin().secure();
    }

    @Override
    public String identity() {
        return place.toString();
    }

    @Override
    public void close() {
        sender.close();
    }
}
