package dev.cistern.populate.source.oss;

import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.source.rest.ETag;
import dev.cistern.populate.source.rest.HttpDates;
import dev.cistern.populate.source.rest.ListedKeys;
import dev.cistern.populate.source.rest.ListedPage;
import dev.cistern.populate.source.rest.ListingApi;
import dev.cistern.populate.source.rest.PageTurn;
import dev.cistern.populate.source.rest.StatusErrors;
import dev.cistern.populate.source.rest.StoreSender;
import dev.cistern.populate.source.rest.XmlReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Lists a bucket by `ListObjectsV2` (GetBucketV2).
final class OssListing implements ListingApi {
    /// A page of 1000 names of 1 KiB, each byte encoded threefold, with 1 KiB around each.
    private static final int MAX_PAGE_BYTES = 8 << 20;

    private static final String SYMLINK = "Symlink";

    private final StoreSender sender;
    private final OssProtocol protocol;

    OssListing(StoreSender sender, OssProtocol protocol) {
        this.sender = sender;
        this.protocol = protocol;
    }

    @Override
    public ListedPage list(String prefix, String position) throws SourceException {
        byte[] document = sender.document(protocol.list(prefix, position), MAX_PAGE_BYTES);
        protocol.admitted();
        try {
            return page(document, position);
        } catch (IllegalArgumentException e) {
            throw StatusErrors.garbled(protocol.where(), null, String.valueOf(e.getMessage()));
        }
    }

    /// @throws IllegalArgumentException when it is no page of a listing
    private static ListedPage page(byte[] document, String asked) throws SourceException {
        XmlReader xml = new XmlReader(new String(document, StandardCharsets.UTF_8));
        if (!xml.nextTag() || !xml.name().equals("ListBucketResult")) {
            throw new IllegalArgumentException("the answer is not a listing");
        }
        List<Listed> listed = new ArrayList<>(OssProtocol.PAGE_SIZE);
        boolean encoded = false;
        String truncated = null;
        String token = "";
        while (xml.nextTag() && !xml.atEnd()) {
            switch (xml.name()) {
                case "Contents" -> listed.add(Listed.read(xml));
                case "EncodingType" -> encoded = xml.content().strip().equalsIgnoreCase("url");
                case "IsTruncated" -> truncated = xml.content().strip();
                case "NextContinuationToken" -> token = xml.content().strip();
                default -> xml.skip();
            }
        }
        if (!xml.atEnd() || !xml.name().equals("ListBucketResult")) {
            throw new IllegalArgumentException("the listing ends early");
        }
        List<SourceObject> objects = new ArrayList<>(listed.size());
        for (Listed item : listed) {
            objects.add(item.object(encoded));
        }
        return ListedPage.of(objects, turn(truncated, token, asked));
    }

    /// A token means that there are more pages. A listing cannot be followed after a page that is marked as truncated,
    /// or not marked at all, and has no token.
    private static PageTurn turn(@Nullable String truncated, String token, String asked) {
        if (token.isEmpty()) {
            return "false".equalsIgnoreCase(truncated)
                    ? new PageTurn.End()
                    : new PageTurn.Broken(
                            truncated == null
                                    ? "a page does not say whether it is the last"
                                    : "a page is marked as truncated, without a token to continue");
        }
        if ("false".equalsIgnoreCase(truncated)) {
            return new PageTurn.End();
        }
        return token.equals(asked)
                ? new PageTurn.Broken("a page leads to itself")
                : new PageTurn.GoOn(token);
    }

    /// An object as the document has it.
    private record Listed(
            String key, @Nullable String tag, long size, long modifiedMillis, boolean symlink) {
        static Listed read(XmlReader xml) {
            String key = null;
            String tag = null;
            long size = -1;
            long modified = 0;
            boolean symlink = false;
            while (xml.nextTag() && !xml.atEnd()) {
                switch (xml.name()) {
                    case "Key" -> key = xml.content();
                    case "ETag" -> tag = xml.content().strip();
                    case "Size" -> size = Long.parseLong(xml.content().strip());
                    case "LastModified" -> modified = HttpDates.millis(xml.content());
                    case "Type" -> symlink = xml.content().strip().equalsIgnoreCase(SYMLINK);
                    default -> xml.skip();
                }
            }
            if (key == null || size < 0) {
                throw new IllegalArgumentException("an object without key or size in the listing");
            }
            return new Listed(key, tag, size, modified, symlink);
        }

        /// A symlink is listed with its own size and ETag but read as its target, whose size and ETag are not known
        /// yet.
        SourceObject object(boolean encoded) throws SourceException {
            return new SourceObject(
                    encoded ? ListedKeys.decoded(key.strip()) : key,
                    symlink ? SourceObject.UNKNOWN_SIZE : size,
                    symlink || ETag.of(tag) == null ? null : tag,
                    modifiedMillis);
        }
    }
}
