package dev.cistern.populate.source.s3;

import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.wire.Reason;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads the two documents that reading a bucket brings: a page of a listing, and an error.
///
/// A scanner over elements and text, without attributes' values, namespaces, entities beyond the five and numeric ones, or DTDs
/// (refused). It costs a tenth of the platform's parser on a page and nothing at the start of the process.
final class S3Xml {
    private static final String DATA = "<![CDATA[";
    private static final String DATA_END = "]]>";

    private final String text;
    private int at;
    private String name = "";
    private boolean end;
    private boolean selfClosed;

    private S3Xml(String text) {
        this.text = text;
    }

    /// Goes to the next tag; false at the document's end. The text before it is `text[textFrom, textTo)`.
    private boolean nextTag() {
        if (selfClosed) {
            selfClosed = false;
            end = true;
            return true;
        }
        while (true) {
            int open = text.indexOf('<', at);
            if (open < 0) {
                return false;
            }
            textFrom = at;
            textTo = open;
            if (text.startsWith("<!--", open)) {
                at = after("-->", open);
                continue;
            }
            if (text.startsWith(DATA, open)) {
                at = after(DATA_END, open);
                continue;
            }
            int close = text.indexOf('>', open);
            if (close < 0) {
                throw new IllegalArgumentException("XML ends inside a tag");
            }
            at = close + 1;
            char first = text.charAt(open + 1);
            if (first == '?') {
                continue;
            }
            if (first == '!') {
                throw new IllegalArgumentException("XML with a declaration");
            }
            end = first == '/';
            int from = open + (end ? 2 : 1);
            selfClosed = !end && text.charAt(close - 1) == '/';
            int to = from;
            while (to < close && text.charAt(to) > ' ' && text.charAt(to) != '/') {
                to++;
            }
            // A prefix only says which namespace the name is of.
            int colon = text.indexOf(':', from, to);
            name = text.substring(colon >= 0 ? colon + 1 : from, to);
            return true;
        }
    }

    /// The place after the next `mark`.
    private int after(String mark, int from) {
        int found = text.indexOf(mark, from);
        if (found < 0) {
            throw new IllegalArgumentException("XML ends inside a comment or a text");
        }
        return found + mark.length();
    }

    private int textFrom;
    private int textTo;

    /// The text of the element whose start tag was just read.
    private String content() {
        String element = name;
        String before = selfClosed ? "" : literals();
        if (!nextTag() || !end || !name.equals(element)) {
            throw new IllegalArgumentException("XML element " + element + " holds more than text");
        }
        return textTo <= textFrom ? before : before + unescaped(text.substring(textFrom, textTo));
    }

    /// The text from here to the last comment or `CDATA` section before the next tag; empty where there is neither, as almost always.
    private String literals() {
        String found = "";
        while (true) {
            int open = text.indexOf('<', at);
            boolean data = open >= 0 && text.startsWith(DATA, open);
            if (open < 0 || !(data || text.startsWith("<!--", open))) {
                return found;
            }
            int from = at;
            at = after(data ? DATA_END : "-->", open);
            found += unescaped(text.substring(from, open));
            found += data ? text.substring(open + DATA.length(), at - DATA_END.length()) : "";
        }
    }

    private void skip() {
        int depth = 1;
        while (depth > 0) {
            if (!nextTag()) {
                throw new IllegalArgumentException("XML ends inside an element");
            }
            depth += end ? -1 : 1;
        }
    }

    private static String unescaped(String raw) {
        int amp = raw.indexOf('&');
        if (amp < 0) {
            return raw;
        }
        StringBuilder plain = new StringBuilder(raw.length());
        int from = 0;
        for (; amp >= 0; amp = raw.indexOf('&', from)) {
            int semicolon = raw.indexOf(';', amp);
            if (semicolon < 0 || semicolon - amp > 10) {
                throw new IllegalArgumentException("XML with a bare ampersand");
            }
            plain.append(raw, from, amp);
            String entity = raw.substring(amp + 1, semicolon);
            switch (entity) {
                case "lt" -> plain.append('<');
                case "gt" -> plain.append('>');
                case "amp" -> plain.append('&');
                case "quot" -> plain.append('"');
                case "apos" -> plain.append('\'');
                default -> plain.appendCodePoint(codePoint(entity));
            }
            from = semicolon + 1;
        }
        return plain.append(raw, from, raw.length()).toString();
    }

    private static int codePoint(String entity) {
        if (entity.length() < 2 || entity.charAt(0) != '#') {
            throw new IllegalArgumentException("XML with an unknown entity");
        }
        int value =
                entity.charAt(1) == 'x'
                        ? Integer.parseInt(entity, 2, entity.length(), 16)
                        : Integer.parseInt(entity, 1, entity.length(), 10);
        if (!Character.isValidCodePoint(value)) {
            throw new IllegalArgumentException("XML with an impossible character");
        }
        return value;
    }

    /// A page of `ListObjectsV2`, or of `ListObjects`, which is all that some stores know.
    ///
    /// @throws IllegalArgumentException when it is not one
    /// @throws SourceException when a key is not text
    static S3Api.Page page(byte[] body) throws SourceException {
        S3Xml xml = new S3Xml(new String(body, StandardCharsets.UTF_8));
        if (!xml.nextTag()) {
            throw new IllegalArgumentException("the answer is not a listing");
        }
        if (xml.name.equals("ListAllMyBucketsResult")) {
            throw S3Errors.refused(
                    Reason.INVALID_CONFIGURATION,
                    "the store answers with ListAllMyBucketsResult, its list of buckets: it does"
                            + " not look for the bucket where it is asked for; change pathStyle"
                            + " (--path-style, --virtual-host) or endpoint");
        }
        if (!xml.name.equals("ListBucketResult")) {
            throw new IllegalArgumentException("the answer is not a listing but " + xml.name);
        }
        List<SourceObject> raw = new ArrayList<>(S3Api.PAGE_SIZE);
        boolean urlEncoded = false;
        boolean older = false;
        Boolean truncated = null;
        String token = "";
        String marker = "";
        while (xml.nextTag() && !xml.end) {
            switch (xml.name) {
                case "Contents" -> raw.add(xml.object());
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
        if (!xml.end || !xml.name.equals("ListBucketResult")) {
            throw new IllegalArgumentException("the listing ends early");
        }
        List<SourceObject> objects = raw;
        if (urlEncoded) {
            objects = new ArrayList<>(raw.size());
            for (SourceObject object : raw) {
                objects.add(
                        new SourceObject(
                                // A blank of the key's own is encoded; these are the writer's.
                                decoded(object.key().strip()),
                                object.size(),
                                object.version(),
                                object.modifiedMillis()));
            }
        }
        if (urlEncoded) {
            marker = decoded(marker.strip());
        }
        return new S3Api.Page(objects, new PageEnd(truncated, token, marker, older));
    }

    private SourceObject object() {
        String key = null;
        String etag = null;
        long size = -1;
        long modified = 0;
        while (nextTag() && !end) {
            switch (name) {
                case "Key" -> key = content();
                case "ETag" -> etag = content().strip();
                case "Size" -> size = Long.parseLong(content().strip());
                case "LastModified" -> modified = S3Times.millis(content());
                default -> skip();
            }
        }
        if (key == null || size < 0) {
            throw new IllegalArgumentException("an object without key or size in the listing");
        }
        return new SourceObject(key, size, etag, modified);
    }

    /// Undoes `encoding-type=url`.
    static String decoded(String key) throws SourceException {
        if (key.indexOf('%') < 0 && key.indexOf('+') < 0) {
            return key;
        }
        ByteBuffer bytes = ByteBuffer.allocate(key.length() * 3);
        for (int i = 0; i < key.length(); i++) {
            char c = key.charAt(i);
            if (c == '%' && i + 2 < key.length()) {
                bytes.put((byte) Integer.parseInt(key, i + 1, i + 3, 16));
                i += 2;
            } else if (c == '+') {
                bytes.put((byte) ' ');
            } else {
                bytes.put(String.valueOf(c).getBytes(StandardCharsets.UTF_8));
            }
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .decode(bytes.flip())
                    .toString();
        } catch (CharacterCodingException e) {
            throw new SourceException.Refused(
                    Reason.UNSAFE_KEY, "key " + key + " is not UTF-8; rename or exclude it", e);
        }
    }

    /// The text of one element of an error document; null where there is no such document or element.
    static @Nullable String element(String document, String element) {
        int from = document.indexOf("<" + element + ">");
        int to = from < 0 ? -1 : document.indexOf("</" + element + ">", from);
        if (to < 0) {
            return null;
        }
        String raw = document.substring(from + element.length() + 2, to);
        try {
            return unescaped(raw);
        } catch (IllegalArgumentException e) {
            return raw;
        }
    }
}
