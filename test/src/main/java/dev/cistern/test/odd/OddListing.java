package dev.cistern.test.odd;

import static dev.cistern.test.odd.Quirk.*;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/// Pages of listings.
final class OddListing {
    private static final int EMPTY_PAGES = 5;

    private final Set<Quirk> quirks;
    private final List<StoredObject> objects;
    private final int pageSize;

    /// Position of a page.
    ///
    /// @param index in the order of the listing
    /// @param empty number of empty pages before it
    private record Cursor(int index, long empty) {
        String token() {
            return "v1."
                    + Base64.getUrlEncoder()
                            .withoutPadding()
                            .encodeToString((index + "/" + empty).getBytes(StandardCharsets.UTF_8));
        }

        /// @throws IllegalArgumentException when it is not a token of this store
        static Cursor of(String token) {
            if (!token.startsWith("v1.")) {
                throw new IllegalArgumentException("not a token: " + token);
            }
            String[] parts =
                    new String(
                                    Base64.getUrlDecoder().decode(token.substring(3)),
                                    StandardCharsets.UTF_8)
                            .split("/");
            return new Cursor(Integer.parseInt(parts[0]), Long.parseLong(parts[1]));
        }
    }

    /// @param next position of the next page; index -1 where there is none
    private record Page(List<StoredObject> objects, Cursor next) {
        boolean truncated() {
            return next.index >= 0;
        }
    }

    private static final Cursor END = new Cursor(-1, 0);

    OddListing(Set<Quirk> quirks, List<StoredObject> objects, int pageSize) {
        this.quirks = quirks;
        this.objects = objects;
        this.pageSize = pageSize;
    }

    Answer answer(Map<String, String> query) {
        if (quirks.contains(LISTS_BUCKETS_INSTEAD)) {
            ListingText xml = new ListingText(quirks);
            xml.open("ListAllMyBucketsResult");
            xml.open("Buckets");
            xml.close("Buckets");
            xml.close("ListAllMyBucketsResult");
            return Answer.of(200, xml.text().getBytes(StandardCharsets.UTF_8));
        }
        String prefix = query.getOrDefault("prefix", "");
        Page page;
        try {
            page = page(ordered(prefix), query);
        } catch (IllegalArgumentException e) {
            return Answer.error(400, "InvalidArgument", String.valueOf(e.getMessage()));
        }
        boolean encode = "url".equals(query.get("encoding-type")) && !quirks.contains(KEYS_RAW);
        byte[] body = text(prefix, page, encode, query).getBytes(StandardCharsets.UTF_8);
        return Answer.of(200, body).with("Content-Type", "application/xml");
    }

    private List<StoredObject> ordered(String prefix) {
        List<StoredObject> found = new ArrayList<>();
        for (StoredObject object : objects) {
            boolean below = object.key().startsWith(prefix);
            if (below
                    || (quirks.contains(KEYS_BEYOND_PREFIX) && object.key().startsWith("beyond"))) {
                found.add(object);
            }
        }
        found.sort(
                (a, b) ->
                        Arrays.compareUnsigned(
                                a.key().getBytes(StandardCharsets.UTF_8),
                                b.key().getBytes(StandardCharsets.UTF_8)));
        if (quirks.contains(UNSORTED)) {
            Collections.shuffle(found, new Random(7));
        }
        return found;
    }

    private boolean any(Quirk... some) {
        return Arrays.stream(some).anyMatch(quirks::contains);
    }

    private Page page(List<StoredObject> all, Map<String, String> query) {
        Cursor from = start(all, query);
        if (quirks.contains(EMPTY_FOR_EVER)) {
            return new Page(List.of(), new Cursor(from.index, from.empty + 1));
        }
        long empties =
                any(PAGES_EMPTY) ? EMPTY_PAGES : any(FIRST_PAGE_EMPTY) && from.index == 0 ? 1 : 0;
        if (from.empty < empties) {
            return new Page(List.of(), new Cursor(from.index, from.empty + 1));
        }
        int to = Math.min(all.size(), from.index + pageSize);
        List<StoredObject> found = all.subList(Math.min(from.index, to), to);
        int next = quirks.contains(KEYS_REPEAT) ? to - 1 : to;
        return new Page(found, to < all.size() ? new Cursor(next, 0) : END);
    }

    private Cursor start(List<StoredObject> all, Map<String, String> query) {
        if (any(LIST_V1_ONLY, LIST_V1_NO_NEXT_MARKER)) {
            return after(all, query.getOrDefault("marker", ""));
        }
        if (any(PAGE_REPEATS, NO_TOKEN_NOR_START)) {
            return new Cursor(0, 0);
        }
        if (quirks.contains(NO_TOKEN)) {
            return after(all, query.getOrDefault("start-after", ""));
        }
        String token = query.get("continuation-token");
        return token != null ? Cursor.of(token) : after(all, query.getOrDefault("start-after", ""));
    }

    private static Cursor after(List<StoredObject> all, String key) {
        int index = 0;
        if (!key.isEmpty()) {
            byte[] last = key.getBytes(StandardCharsets.UTF_8);
            while (index < all.size()
                    && Arrays.compareUnsigned(
                                    all.get(index).key().getBytes(StandardCharsets.UTF_8), last)
                            <= 0) {
                index++;
            }
        }
        return new Cursor(index, 0);
    }

    private String text(String prefix, Page page, boolean encode, Map<String, String> query) {
        ListingText xml = new ListingText(quirks);
        xml.open("ListBucketResult");
        if (!quirks.contains(XML_MINIMAL)) {
            preamble(xml, prefix, encode, query);
        }
        if (encode && !quirks.contains(KEYS_DOUBLE_NAMED)) {
            xml.element("EncodingType", "url");
        }
        if (any(LIST_V1_ONLY, LIST_V1_NO_NEXT_MARKER)) {
            xml.element("Marker", query.getOrDefault("marker", ""));
        } else if (!quirks.contains(XML_MINIMAL)) {
            xml.element("KeyCount", String.valueOf(page.objects.size()));
        }
        page.objects.forEach(object -> object(xml, object, encode));
        if (encode && quirks.contains(KEYS_DOUBLE_NAMED)) {
            xml.element("EncodingType", "url");
        }
        end(xml, page, encode);
        xml.close("ListBucketResult");
        return xml.text();
    }

    private static void preamble(
            ListingText xml, String prefix, boolean encode, Map<String, String> query) {
        xml.element("Name", OddStore.BUCKET);
        xml.element("Prefix", encode ? encoded(prefix) : prefix);
        xml.element("MaxKeys", query.getOrDefault("max-keys", "1000"));
    }

    private void object(ListingText xml, StoredObject object, boolean encode) {
        boolean zero = quirks.contains(LISTED_SIZE_ZERO);
        boolean folder = quirks.contains(FOLDERS_LISTED) && object.key().endsWith("/");
        String size = zero ? "0" : folder ? "4096" : String.valueOf(object.bytes().length);
        xml.open("Contents");
        xml.name("Key", encode ? encoded(object.key()) : object.key());
        if (!quirks.contains(XML_MINIMAL)) {
            xml.element("LastModified", quirks.contains(LIST_DATE_EMPTY) ? "" : date());
        }
        if (!quirks.contains(LIST_WITHOUT_ETAG)) {
            xml.name("ETag", OddObjects.shownETag(quirks, object.etag()));
        }
        xml.element("Size", quirks.contains(SIZES_IN_BLANKS) ? "\n  " + size + " " : size);
        if (!quirks.contains(XML_MINIMAL)) {
            xml.element("StorageClass", "STANDARD");
        }
        if (quirks.contains(UNKNOWN_ELEMENTS)) {
            xml.open("Owner");
            xml.element("ID", "1");
            xml.element("DisplayName", "a & b");
            xml.close("Owner");
            xml.open("UserMetadata");
            xml.element("content-type", "text/plain");
            xml.element("Size", "7");
            xml.close("UserMetadata");
            xml.element("ChecksumAlgorithm", "CRC32C");
            xml.element("ChecksumAlgorithm", "SHA256");
        }
        xml.close("Contents");
    }

    private String date() {
        return any(LIST_DATE_GARBAGE)
                ? "yesterday"
                : any(LIST_DATE_OFFSET)
                        ? "2026-01-02T03:04:05.678901+00:00"
                        : "2026-01-02T03:04:05.678Z";
    }

    private void end(ListingText xml, Page page, boolean encode) {
        boolean token =
                page.truncated()
                        && !any(LIST_V1_ONLY, LIST_V1_NO_NEXT_MARKER, NO_TOKEN, NO_TOKEN_NOR_START);
        if (!quirks.contains(TRUNCATED_LEFT_OUT)) {
            xml.element("IsTruncated", truncated(page.truncated()));
        }
        if (token) {
            xml.element("NextContinuationToken", page.next.token());
        } else if (quirks.contains(TOKEN_EMPTY_AT_END)) {
            xml.element("NextContinuationToken", "");
        }
        if (page.truncated() && quirks.contains(LIST_V1_ONLY)) {
            String last = page.objects.getLast().key();
            xml.name("NextMarker", encode ? encoded(last) : last);
        }
    }

    private String truncated(boolean value) {
        if (any(TRUNCATED_AS_ONE)) {
            return value ? "1" : "0";
        }
        if (any(TRUNCATED_CAPITALISED)) {
            return value ? "True" : "False";
        }
        if (any(TRUNCATED_UPPER_CASE)) {
            return value ? "TRUE" : "FALSE";
        }
        return any(TRUNCATED_IN_BLANKS) ? "\n    " + value + "\n  " : String.valueOf(value);
    }

    private static String encoded(String key) {
        return URLEncoder.encode(key, StandardCharsets.UTF_8).replace("%2F", "/");
    }
}
