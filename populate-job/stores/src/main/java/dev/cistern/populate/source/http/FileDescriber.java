package dev.cistern.populate.source.http;

import dev.cistern.populate.http.Origin;
import dev.cistern.populate.source.ObjectDetails;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.source.rest.ObjectHead;
import dev.cistern.populate.source.rest.ReadMode;
import dev.cistern.populate.source.rest.StoreSender;
import dev.cistern.populate.wire.Reason;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Determines a file's size, its version, and whether it can be fetched in ranges.
///
/// `HEAD` is tried first. Its response may lack the length, or state 0 for a generated file; a request for the first
/// byte shows more: the length in `Content-Range`, and whether the server supports ranges. What neither shows is
/// unknown.
final class FileDescriber {
    /// For larger files a request to detect range support is worthwhile.
    private static final long PROBED_FROM_BYTES = 16L << 20;

    private final StoreSender sender;
    private final FileProtocol protocol;
    private final HttpPlace place;

    /// Origins that do not support `HEAD`.
    private final Set<Origin> withoutHead = ConcurrentHashMap.newKeySet();

    FileDescriber(StoreSender sender, FileProtocol protocol, HttpPlace place) {
        this.sender = sender;
        this.protocol = protocol;
        this.place = place;
    }

    /// The current metadata of a file; see [dev.cistern.populate.source.Source#describe].
    ObjectDetails describe(SourceObject listed) throws SourceException {
        ObjectHead said = head(listed);
        Long size = said == null ? null : said.size();
        boolean listedOtherwise = size != null && listed.size() >= 0 && size != listed.size();
        if (said != null
                && size != null
                && size > 0
                && size < PROBED_FROM_BYTES
                && !listedOtherwise) {
            return details(listed, size, said, "none".equals(said.header("accept-ranges")));
        }
        ObjectHead first = first(listed);
        ObjectHead best = said == null || changedBetween(said, first) ? first : said;
        Long known = first.size();
        boolean noRange = first.status() == 416;
        if ((known == null || noRange) && size != null && (size > 0 || noRange) && best == said) {
            known = size;
        }
        return details(
                listed,
                known == null ? SourceObject.UNKNOWN_SIZE : known,
                best,
                !servesRanges(first));
    }

    /// The size only, by at most one request; unknown if the response has none.
    long sizeOf(SourceObject listed) throws SourceException {
        ObjectHead said = head(listed);
        Long size = said == null ? null : said.size();
        return size == null || size == 0 ? SourceObject.UNKNOWN_SIZE : size;
    }

    private boolean changedBetween(ObjectHead said, ObjectHead first) {
        return FileVersion.of(said).contradicts(FileVersion.of(first));
    }

    /// The response to `HEAD`; null where it was rejected, which does not imply that `GET` is: some servers do not
    /// support `HEAD`, and signed URLs are for one method.
    private @Nullable ObjectHead head(SourceObject listed) throws SourceException {
        Origin origin = protocol.url(listed).origin();
        if (withoutHead.contains(origin)) {
            return null;
        }
        try {
            return sender.ask(
                    protocol.head(listed),
                    (head, body) -> new ObjectHead(head.status(), head::header));
        } catch (SourceException.Refused e) {
            if (e.unsupported()) {
                withoutHead.add(origin);
            }
            return null;
        } catch (SourceException.Retryable e) {
            if (e.busy() || !e.reached()) {
                throw e;
            }
            // Some servers fail only for HEAD.
            return null;
        } catch (SourceException.Changed e) {
            return null;
        }
    }

    /// The response to a request for the first byte.
    private ObjectHead first(SourceObject listed) throws SourceException {
        return sender.ask(
                protocol.get(listed, "bytes=0-0", ReadMode.USUAL.unconditional()).probing(),
                (head, body) -> {
                    ObjectHead said = new ObjectHead(head.status(), head::header);
                    Long length = said.length();
                    if (said.status() != 200 && length != null && length <= 1024) {
                        // The connection can be reused.
                        body.transferTo(piece -> {});
                    }
                    return said;
                });
    }

    /// A 416 means that the file is empty; from servers without range support it means nothing.
    private static boolean servesRanges(ObjectHead first) {
        String range = first.header("content-range");
        return first.status() == 206 && range != null && range.startsWith("bytes 0-0/");
    }

    private ObjectDetails details(SourceObject listed, long size, ObjectHead said, boolean whole)
            throws SourceException {
        FileVersion before = FileVersion.of(listed.version());
        long known = size;
        if (before.length() >= 0) {
            if (size >= 0 && size != before.length()) {
                throw new SourceException.Refused(
                        Reason.DIGEST_MISMATCH,
                        "file "
                                + listed.id()
                                + " of "
                                + place
                                + " is "
                                + size
                                + " bytes long, and listed with "
                                + before.length()
                                + "; the list is of another version of it",
                        null);
            }
            known = before.length();
        }
        FileVersion now = FileVersion.of(said);
        boolean kept = before.known() && !before.contradicts(now);
        Long modified = said.modifiedMillis();
        SourceObject object =
                new SourceObject(
                        listed.id(),
                        known,
                        kept ? listed.version() : now.text(),
                        kept || modified == null ? listed.modifiedMillis() : modified);
        boolean changesUnseen = !(kept ? before : now).known();
        return new ObjectDetails(
                object, protocol.digest(said, object.version()), whole || changesUnseen);
    }
}
