package dev.cistern.populate.source.azureblob;

import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.source.rest.ETag;
import dev.cistern.populate.source.rest.HttpDates;
import dev.cistern.populate.source.rest.XmlReader;
import dev.cistern.populate.wire.Reason;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A page of a listing of blobs.
///
/// @param blobs in the store's order; a directory's name ends with a slash
/// @param nextMarker empty on the last page; null where the page does not say whether it is the last
record BlobPage(List<SourceObject> blobs, @Nullable String nextMarker) {
    /// Metadata of marker blobs of directories, in any case: written by clients such as Hadoop's drivers, and returned
    /// for directories of a hierarchical namespace.
    private static final String FOLDER = "hdi_isfolder";

    /// @throws IllegalArgumentException when it is no listing
    /// @throws SourceException when a blob's name is not text
    static BlobPage parse(byte[] document) throws SourceException {
        XmlReader xml = new XmlReader(new String(document, StandardCharsets.UTF_8));
        if (!xml.nextTag() || !xml.name().equals("EnumerationResults")) {
            throw new IllegalArgumentException("the answer is not a listing of blobs");
        }
        List<SourceObject> blobs = new ArrayList<>();
        String next = null;
        while (xml.nextTag() && !xml.atEnd()) {
            switch (xml.name()) {
                case "Blobs" -> blobs(xml, blobs);
                case "NextMarker" -> next = text(xml);
                default -> xml.skip();
            }
        }
        if (!xml.atEnd() || !xml.name().equals("EnumerationResults")) {
            throw new IllegalArgumentException("the listing ends early");
        }
        return new BlobPage(blobs, next);
    }

    private static void blobs(XmlReader xml, List<SourceObject> blobs) throws SourceException {
        while (xml.nextTag() && !xml.atEnd()) {
            if (xml.name().equals("Blob")) {
                SourceObject blob = new Entry().read(xml);
                if (blob != null) {
                    blobs.add(blob);
                }
            } else {
                xml.skip();
            }
        }
    }

    /// A name with characters that XML does not allow is percent-encoded and marked.
    private static String text(XmlReader xml) throws SourceException {
        boolean encoded = xml.says("Encoded", "true");
        String text = xml.content();
        if (!encoded) {
            return text;
        }
        try {
            // A plus sign is itself.
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new SourceException.Refused(
                    Reason.UNSAFE_KEY,
                    "blob " + text + " has a name that cannot be read; rename or exclude it",
                    e);
        }
    }

    /// The parsed entry of one blob.
    private static final class Entry {
        private @Nullable String name;
        private @Nullable String size;
        private @Nullable String md5;
        private @Nullable ETag tag;
        private long modifiedMillis;
        private boolean keepsMd5 = true;
        private boolean directory;
        private boolean marker;
        private boolean current = true;

        /// Null for a snapshot, an older version or a deleted blob: a read of the name would not return it.
        @Nullable SourceObject read(XmlReader xml) throws SourceException {
            while (xml.nextTag() && !xml.atEnd()) {
                switch (xml.name()) {
                    case "Name" -> name = text(xml);
                    case "Properties" -> properties(xml);
                    case "Metadata" -> metadata(xml);
                    case "Snapshot" -> current &= xml.content().isBlank();
                    case "Deleted" -> current &= !isTrue(xml);
                    case "IsCurrentVersion" -> current &= isTrue(xml);
                    default -> xml.skip();
                }
            }
            return current ? object() : null;
        }

        private void properties(XmlReader xml) {
            while (xml.nextTag() && !xml.atEnd()) {
                switch (xml.name()) {
                    case "Content-Length" -> size = xml.content().strip();
                    case "Content-MD5" -> md5 = xml.content().strip();
                    case "Etag" -> tag = ETag.of(xml.content());
                    case "Last-Modified" -> modifiedMillis = HttpDates.millis(xml.content());
                    case "BlobType" -> keepsMd5 = BlobVersion.keepsMd5(xml.content().strip());
                    case "ResourceType" -> directory = xml.content().strip().equals("directory");
                    default -> xml.skip();
                }
            }
        }

        private void metadata(XmlReader xml) {
            while (xml.nextTag() && !xml.atEnd()) {
                if (xml.name().toLowerCase(Locale.ROOT).equals(FOLDER)) {
                    marker = isTrue(xml);
                } else {
                    xml.skip();
                }
            }
        }

        private static boolean isTrue(XmlReader xml) {
            return xml.content().strip().equalsIgnoreCase("true");
        }

        private SourceObject object() {
            String given = name;
            String length = size == null && directory ? "0" : size;
            if (given == null || length == null || !length.matches("[0-9]{1,18}")) {
                throw new IllegalArgumentException(
                        "a blob is listed without its name or its length");
            }
            if (directory || (marker && length.equals("0"))) {
                return BlobPage.directory(given, tag, modifiedMillis);
            }
            BlobVersion version = BlobVersion.of(tag, keepsMd5 ? md5 : null);
            return new SourceObject(
                    given,
                    Long.parseLong(length),
                    version == null ? null : version.toString(),
                    modifiedMillis);
        }
    }

    /// A directory. Its version is that of an empty blob, so that it need not be checked for content.
    static SourceObject directory(String name, @Nullable ETag tag, long modifiedMillis) {
        BlobVersion version =
                BlobVersion.of(
                        tag == null ? new ETag("directory", false) : tag,
                        BlobVersion.MD5_OF_NOTHING);
        return new SourceObject(
                name.endsWith("/") ? name : name + "/", 0, String.valueOf(version), modifiedMillis);
    }
}
