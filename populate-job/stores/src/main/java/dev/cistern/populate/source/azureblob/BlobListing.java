package dev.cistern.populate.source.azureblob;

import dev.cistern.populate.http.Body;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.source.rest.ListedPage;
import dev.cistern.populate.source.rest.ListingApi;
import dev.cistern.populate.source.rest.ObjectHead;
import dev.cistern.populate.source.rest.PageTurn;
import dev.cistern.populate.source.rest.RestObjects;
import dev.cistern.populate.source.rest.StatusErrors;
import dev.cistern.populate.source.rest.StoreSender;
import dev.cistern.populate.wire.Reason;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Lists a container. A page may be empty and be followed by others: a listing ends where there is no marker.
final class BlobListing implements ListingApi {
    /// The service's maximum.
    static final int PAGE_SIZE = 5000;

    /// A page of 5,000 blobs is about 5 MB. Long names and metadata, up to 8 KiB per blob, can make it 60 MB: then
    /// smaller pages are requested, so that a page fits into the memory of a small container.
    private static final int MAX_PAGE_BYTES = 8 << 20;

    /// A page of this size is below [#MAX_PAGE_BYTES], whatever its blobs' names and metadata are.
    private static final int SMALLEST_PAGE = 300;

    private final StoreSender sender;
    private final BlobProtocol protocol;
    private final RestObjects objects;
    private final BooleanSupplier oneBlob;
    private volatile int pageSize = PAGE_SIZE;

    /// @param oneBlob whether the credentials are for one blob alone
    BlobListing(StoreSender sender, BlobProtocol protocol, BooleanSupplier oneBlob) {
        this.oneBlob = oneBlob;
        this.sender = sender;
        this.protocol = protocol;
        this.objects = new RestObjects(sender, protocol);
    }

    @Override
    public ListedPage list(String prefix, String position) throws SourceException {
        if (oneBlob.getAsBoolean()) {
            // The service would answer that authentication failed.
            throw StatusErrors.refused(
                    Reason.ACCESS_DENIED,
                    protocol.where()
                            + " may not be listed with a SAS token of one blob (sr=b): name that"
                            + " blob as the path, or give a token of the container (sr=c, sp=rl)");
        }
        byte[] document;
        try {
            document = document(prefix, position);
        } catch (SourceException.Refused | SourceException.Changed e) {
            if (position.isEmpty() && isBelowAFile(prefix)) {
                return ListedPage.of(List.of(), new PageTurn.End());
            }
            throw e;
        }
        BlobPage page;
        try {
            page = BlobPage.parse(document);
        } catch (IllegalArgumentException e) {
            throw StatusErrors.garbled(protocol.where(), null, String.valueOf(e.getMessage()));
        }
        String next = page.nextMarker();
        if (next == null) {
            return ListedPage.of(
                    page.blobs(),
                    new PageTurn.Broken("a page does not say whether it is the last"));
        }
        if (page.blobs().isEmpty() && next.isEmpty() && position.isEmpty()) {
            SourceObject empty = emptyDirectory(prefix);
            if (empty != null) {
                return ListedPage.of(List.of(empty), new PageTurn.End());
            }
        }
        return ListedPage.of(page.blobs(), PageTurn.byToken(next));
    }

    private byte[] document(String prefix, String position) throws SourceException {
        while (true) {
            int size = pageSize;
            try {
                return sender.send(
                        protocol.list(prefix, position, size),
                        (head, body) -> {
                            if (head.status() != 200) {
                                throw StatusErrors.garbled(
                                        protocol.where(), null, "status " + head.status());
                            }
                            return bytes(body);
                        });
            } catch (TooLong e) {
                if (size <= SMALLEST_PAGE) {
                    throw StatusErrors.garbled(
                            protocol.where(),
                            null,
                            "a page of a listing is longer than " + MAX_PAGE_BYTES + " bytes");
                }
                pageSize = Math.max(SMALLEST_PAGE, size / 4);
            } catch (IOException e) {
                throw new IllegalStateException("nothing but the transport does I/O here", e);
            }
        }
    }

    private static byte[] bytes(Body body) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream(1 << 16);
        body.transferTo(
                piece -> {
                    if (all.size() + piece.remaining() > MAX_PAGE_BYTES) {
                        throw new TooLong();
                    }
                    byte[] bytes = new byte[piece.remaining()];
                    piece.get(bytes);
                    all.write(bytes, 0, bytes.length);
                });
        return all.toByteArray();
    }

    /// Stops reading a page.
    private static final class TooLong extends IOException {
        private static final long serialVersionUID = 1L;
    }

    /// The directory that an empty tree's prefix names, which a listing below it does not contain; null where there is
    /// none.
    private @Nullable SourceObject emptyDirectory(String prefix) throws SourceException {
        ObjectHead head = headOfTree(prefix);
        if (head == null || !isDirectory(head)) {
            return null;
        }
        Long modified = head.modifiedMillis();
        return BlobPage.directory(
                withoutSlash(prefix), head.tag(), modified == null ? 0 : modified);
    }

    /// Whether a prefix contains a blob's name as a directory, for which a hierarchical namespace returns an error.
    /// Nothing can be below it.
    private boolean isBelowAFile(String prefix) throws SourceException {
        ObjectHead head = headOfTree(prefix);
        return head != null && !isDirectory(head);
    }

    private static boolean isDirectory(ObjectHead head) {
        return "true".equalsIgnoreCase(head.header("x-ms-meta-hdi_isfolder"))
                || "directory".equals(head.header("x-ms-resource-type"));
    }

    private static String withoutSlash(String prefix) {
        return prefix.substring(0, prefix.length() - 1);
    }

    /// Properties of the blob or directory of a tree's name; null where there is none.
    private @Nullable ObjectHead headOfTree(String prefix) throws SourceException {
        if (prefix.length() < 2 || !prefix.endsWith("/")) {
            return null;
        }
        try {
            return objects.head(new SourceObject(withoutSlash(prefix), 0, null, 0));
        } catch (SourceException.Changed | SourceException.Refused e) {
            // There is none, or it may not be read: nothing to copy.
            return null;
        }
    }
}
