package dev.cistern.populate.source.rest;

import dev.cistern.populate.source.ObjectSink;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Checks the response to a request for bytes of an object: it must contain exactly these bytes. All stores' responses
/// are checked here, so that they are treated alike.
///
/// An error document may be sent with status 200. It is looked for where the response does not match the object, or has
/// neither version nor length.
public final class ObjectAnswer {
    /// Error documents are below 2 KiB.
    private static final int MAX_DOCUMENT_BYTES = 64 * 1024;

    private final ObjectAnswers store;
    private final SourceObject object;

    /// Number of bytes; [SourceObject#UNKNOWN_SIZE] where unknown.
    private final long expected;

    private final boolean whole;
    private final ObjectHead head;
    private final @Nullable String version;
    private final ObjectSink sink;
    private final @Nullable SourceException mismatch;
    private @Nullable ByteArrayOutputStream document;
    private final boolean rangeOfAll;
    private boolean began;
    private long skip;
    private long left;
    private long received;

    /// @param from first requested byte, inclusive
    /// @param to last requested byte, exclusive
    /// @param head of the response, which has no error status
    /// @throws SourceException when the response is about another version
    public ObjectAnswer(
            ObjectAnswers store,
            SourceObject object,
            long from,
            long to,
            ObjectHead head,
            ObjectSink sink)
            throws SourceException {
        this.store = store;
        this.version = store.version(head);
        this.object = object;
        this.expected = object.sized() ? to - from : sizeSaid(head);
        this.left = expected;
        this.whole = from == 0 && to == object.size();
        this.head = head;
        this.sink = sink;
        String listed = object.version();
        if (version != null && listed != null && !store.same(version, listed)) {
            throw new SourceException.Changed(changed(listed, version), false);
        }
        this.mismatch = whole ? mismatchOfWhole() : mismatchOfRange(from, to);
        // A store may send the whole object regardless of the range.
        this.rangeOfAll = !whole && head.status() == 200;
        this.skip = rangeOfAll ? from : 0;
        if (mismatch != null
                || (head.status() == 200 && (version == null || head.length() == null))) {
            document = new ByteArrayOutputStream();
        }
    }

    private static long sizeSaid(ObjectHead head) {
        Long size = head.size();
        return size == null ? SourceObject.UNKNOWN_SIZE : size;
    }

    private boolean bounded() {
        return expected != SourceObject.UNKNOWN_SIZE;
    }

    private String name() {
        return "object \"" + object.id() + "\" in " + store.where();
    }

    /// Includes both versions, because the reader may know that nobody writes the object.
    private String changed(String listed, String answered) {
        Long size = head.size();
        return name()
                + " changed while it was copied: listed with "
                + object.size()
                + " bytes and version "
                + listed
                + ", answered with "
                + (size == null ? "" : size + " bytes and ")
                + "version "
                + answered
                + encoding();
    }

    private String encoding() {
        String encoding = head.header("content-encoding");
        String stored = head.header("x-goog-stored-content-encoding");
        String told = stored == null ? encoding : stored;
        return told == null
                ? ""
                : "; its Content-Encoding \"" + told + "\" is undone or made on the way";
    }

    private @Nullable SourceException mismatchOfWhole() {
        String range = head.header("content-range");
        boolean all =
                head.status() == 206
                        && range != null
                        && range.startsWith("bytes 0-" + (expected - 1) + "/");
        if (head.status() != 200 && !all) {
            return StatusErrors.garbled(
                    store.where(), object.id(), "status " + head.status() + " and " + range);
        }
        Long length = head.length();
        return length == null || !bounded() || length == expected ? null : unfit(length + " bytes");
    }

    private @Nullable SourceException mismatchOfRange(long from, long to) {
        String asked = "bytes " + from + "-" + (to - 1) + "/";
        String range = head.header("content-range");
        Long length = head.length();
        if (head.status() == 200 && range == null) {
            return length == null || length == object.size() ? null : unfit(length + " bytes");
        }
        if (head.status() != 206 || range == null || !range.startsWith(asked)) {
            return StatusErrors.garbled(
                    store.where(),
                    object.id(),
                    "asked for "
                            + asked
                            + object.size()
                            + ", got status "
                            + head.status()
                            + " and "
                            + range);
        }
        Long total = head.size();
        if (total != null && total != object.size()) {
            return unfit("bytes of " + total);
        }
        return length == null || length == expected
                ? null
                : StatusErrors.garbled(
                        store.where(), object.id(), "Content-Length " + length + " for " + range);
    }

    /// The store sends something that does not match its listing, of the listed version or without a version.
    private SourceException unfit(String sent) {
        return SourceException.Changed.unfit(
                name()
                        + " is listed with "
                        + object.size()
                        + " bytes, and asked for "
                        + (whole ? "them" : expected + " of them")
                        + " the store sends "
                        + sent
                        + (version == null
                                ? " of a version that it does not name"
                                : " of the same version")
                        + encoding());
    }

    /// Processes the next bytes of the body.
    ///
    /// @return whether the rest is needed
    /// @throws SourceException when they cannot be the object's
    /// @throws IOException thrown by the sink
    public boolean accept(ByteBuffer bytes) throws SourceException, IOException {
        ByteArrayOutputStream held = document;
        if (held != null) {
            if (!bytes.hasRemaining()) {
                return true;
            }
            boolean xml = held.size() > 0 || bytes.get(bytes.position()) == '<';
            if (xml && held.size() + bytes.remaining() <= MAX_DOCUMENT_BYTES) {
                byte[] copy = new byte[bytes.remaining()];
                bytes.get(copy);
                held.write(copy, 0, copy.length);
                return true;
            }
            release(held);
        }
        deliver(bytes);
        // A whole object without a length may be its decompressed bytes: the end will show.
        return left > 0 || !rangeOfAll || !bounded() || head.length() == null;
    }

    /// The held-back bytes are not an error document.
    private void release(ByteArrayOutputStream held) throws SourceException, IOException {
        document = null;
        if (mismatch != null) {
            throw mismatch;
        }
        deliver(ByteBuffer.wrap(held.toByteArray()));
    }

    private void deliver(ByteBuffer bytes) throws SourceException, IOException {
        received += bytes.remaining();
        int skipped = (int) Math.min(skip, bytes.remaining());
        skip -= skipped;
        bytes.position(bytes.position() + skipped);
        if (rangeOfAll && bytes.remaining() > left) {
            bytes.limit(bytes.position() + (int) left);
        }
        left -= bytes.remaining();
        if (left < 0 && bounded()) {
            throw unfit("more");
        }
        if (!began) {
            began = true;
            sink.begin(whole ? store.digest(head, object.version()) : null);
        }
        if (bytes.hasRemaining()) {
            sink.accept(bytes);
        }
    }

    /// The body has ended.
    ///
    /// @throws SourceException when it was incomplete
    /// @throws IOException thrown by the sink
    public void end() throws SourceException, IOException {
        ByteArrayOutputStream held = document;
        if (held != null) {
            byte[] bytes = held.toByteArray();
            SourceException told = toldBy(bytes);
            if (told != null) {
                throw told;
            }
            release(held);
        }
        if (left > 0 && bounded()) {
            // A chunked body has an explicit end; one that ends with the connection may have been
            // cut.
            boolean cut = head.header("transfer-encoding") == null;
            throw cut
                    ? StatusErrors.garbled(
                            store.where(), object.id(), "body " + left + " bytes too short")
                    : unfit(expected - left + " bytes");
        }
        if (rangeOfAll && head.length() == null && received != object.size()) {
            throw unfit(received + " bytes");
        }
        if (!began) {
            deliver(ByteBuffer.allocate(0));
        }
    }

    /// The error in a body; null where there is none, or it is the object itself.
    private @Nullable SourceException toldBy(byte[] body) {
        ErrorAnswer error = store.errorIn(head, new String(body, StandardCharsets.UTF_8));
        return error == null || (body.length == object.size() && store.isObject(object, body))
                ? null
                : store.of(error, object.id());
    }
}
