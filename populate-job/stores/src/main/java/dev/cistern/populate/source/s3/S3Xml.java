package dev.cistern.populate.source.s3;

import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.source.rest.ETag;
import dev.cistern.populate.source.rest.HttpDates;
import dev.cistern.populate.source.rest.ListedKeys;
import dev.cistern.populate.source.rest.StatusErrors;
import dev.cistern.populate.source.rest.XmlReader;
import dev.cistern.populate.wire.Reason;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Parses a page of a listing.
final class S3Xml {
    private S3Xml() {}

    /// A page of `ListObjectsV2`, or of `ListObjects`, which is all that some stores support.
    ///
    /// @throws IllegalArgumentException when it is not one
    /// @throws SourceException when a key is not text
    static S3Api.Page page(byte[] body) throws SourceException {
        XmlReader xml = new XmlReader(new String(body, StandardCharsets.UTF_8));
        if (!xml.nextTag()) {
            throw new IllegalArgumentException("the answer is not a listing");
        }
        if (xml.name().equals("ListAllMyBucketsResult")) {
            throw StatusErrors.refused(
                    Reason.INVALID_CONFIGURATION,
                    "the store answers with ListAllMyBucketsResult, its list of buckets: it does"
                            + " not look for the bucket where it is asked for; change pathStyle"
                            + " (--path-style, --virtual-host) or endpoint");
        }
        if (!xml.name().equals("ListBucketResult")) {
            throw new IllegalArgumentException("the answer is not a listing but " + xml.name());
        }
        List<SourceObject> raw = new ArrayList<>(S3Api.PAGE_SIZE);
        boolean urlEncoded = false;
        boolean older = false;
        Boolean truncated = null;
        String token = "";
        String marker = "";
        while (xml.nextTag() && !xml.atEnd()) {
            switch (xml.name()) {
                case "Contents" -> raw.add(object(xml));
                case "EncodingType" -> urlEncoded = xml.content().strip().equalsIgnoreCase("url");
                case "IsTruncated" -> truncated = PageEnd.truth(xml.content());
                case "NextContinuationToken" -> token = xml.content().strip();
                case "NextMarker" -> marker = xml.content();
                case "Marker" -> {
                    older = true;
                    xml.skip();
                }
                default -> xml.skip();
            }
        }
        if (!xml.atEnd() || !xml.name().equals("ListBucketResult")) {
            throw new IllegalArgumentException("the listing ends early");
        }
        List<SourceObject> objects = raw;
        if (urlEncoded) {
            objects = new ArrayList<>(raw.size());
            for (SourceObject object : raw) {
                objects.add(
                        new SourceObject(
                                // Spaces in a key are encoded; these are formatting.
                                ListedKeys.decoded(object.id().strip()),
                                object.size(),
                                object.version(),
                                object.modifiedMillis()));
            }
        }
        if (urlEncoded) {
            marker = ListedKeys.decoded(marker.strip());
        }
        return new S3Api.Page(objects, new PageEnd(truncated, token, marker, older));
    }

    private static SourceObject object(XmlReader xml) {
        String key = null;
        String etag = null;
        long size = -1;
        long modified = 0;
        while (xml.nextTag() && !xml.atEnd()) {
            switch (xml.name()) {
                case "Key" -> key = xml.content();
                case "ETag" -> etag = xml.content().strip();
                case "Size" -> size = Long.parseLong(xml.content().strip());
                case "LastModified" -> modified = HttpDates.millis(xml.content());
                default -> xml.skip();
            }
        }
        if (key == null || size < 0) {
            throw new IllegalArgumentException("an object without key or size in the listing");
        }
        return new SourceObject(key, size, ETag.of(etag) == null ? null : etag, modified);
    }
}
