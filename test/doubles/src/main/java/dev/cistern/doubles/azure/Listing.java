package dev.cistern.doubles.azure;

import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Answers "List Blobs": flat, or by a delimiter, page by page.
final class Listing {
    static final int MOST = 5000;

    private static final Set<String> INCLUDED =
            Set.of(
                    "metadata",
                    "snapshots",
                    "versions",
                    "deleted",
                    "copy",
                    "tags",
                    "uncommittedblobs",
                    "permissions",
                    "immutabilitypolicy",
                    "legalhold",
                    "deletedwithversions");

    private final Map<String, String> markers = new ConcurrentHashMap<>();
    private volatile int pageSize = MOST;
    private volatile int emptyPages;

    void pageSize(int most) {
        pageSize = most;
    }

    void emptyPages(int number) {
        emptyPages = number;
    }

    /// One page.
    ///
    /// @param all in the order of their names
    Answer page(Asked asked, Collection<StoredBlob> all, boolean hierarchical) {
        Map<String, String> query = asked.query();
        String prefix = query.getOrDefault("prefix", "");
        int most = Math.min(pageSize, most(query.get("maxresults")));
        Set<String> included =
                query.containsKey("include") ? Set.of(query.get("include").split(",")) : Set.of();
        String marker = query.getOrDefault("marker", "");
        String position = marker.isEmpty() ? "0:" : markers.get(prefix + "\n" + marker);
        if (position == null) {
            return invalid("marker");
        }
        if (most < 1 || !INCLUDED.containsAll(included)) {
            return invalid(most < 1 ? "maxresults" : "include");
        }
        int empty = Integer.parseInt(position.substring(0, position.indexOf(':')));
        String after = position.substring(position.indexOf(':') + 1);
        StringBuilder blobs = new StringBuilder();
        String next = "";
        if (empty < emptyPages) {
            next = issue(prefix, empty + 1 + ":" + after);
        } else {
            List<StoredBlob> found = new ArrayList<>();
            for (StoredBlob blob : all) {
                if (blob.name().startsWith(prefix)
                        && (after.isEmpty() || blob.name().compareTo(after) > 0)) {
                    found.add(blob);
                }
            }
            Map<String, String> shown =
                    shown(
                            found,
                            query.getOrDefault("delimiter", ""),
                            prefix,
                            included,
                            hierarchical);
            List<String> names = new ArrayList<>(shown.keySet());
            for (String name : names.subList(0, Math.min(most, names.size()))) {
                blobs.append(shown.get(name));
            }
            next =
                    names.size() > most
                            ? issue(prefix, "0:" + last(names.get(most - 1), query))
                            : "";
        }
        String document =
                "\ufeff<?xml version=\"1.0\" encoding=\"utf-8\"?><EnumerationResults"
                        + " ServiceEndpoint=\"https://example.blob.core.windows.net/\""
                        + " ContainerName=\""
                        + asked.container()
                        + "\">"
                        + (prefix.isEmpty() ? "" : Xml.name("Prefix", prefix))
                        + (marker.isEmpty() ? "" : Xml.element("Marker", marker))
                        + (query.containsKey("maxresults")
                                ? Xml.element("MaxResults", query.get("maxresults"))
                                : "")
                        + (blobs.isEmpty() ? "<Blobs />" : "<Blobs>" + blobs + "</Blobs>")
                        + Xml.element("NextMarker", next)
                        + "</EnumerationResults>";
        return new Answer(
                200,
                Map.of("Content-Type", "application/xml"),
                document.getBytes(StandardCharsets.UTF_8),
                true,
                null);
    }

    /// Everything below a prefix that was shown as one is behind it.
    private static String last(String name, Map<String, String> query) {
        String delimiter = query.get("delimiter");
        return delimiter != null && name.endsWith(delimiter) ? name + '\uffff' : name;
    }

    private static int most(@Nullable String given) {
        return given == null
                ? MOST
                : given.matches("[0-9]{1,9}") ? Math.min(MOST, Integer.parseInt(given)) : 0;
    }

    private static Answer invalid(String parameter) {
        return Answer.error(
                400,
                "OutOfRangeQueryParameterValue",
                "One of the query parameters specified in the request URI is outside the"
                        + " permissible range: "
                        + parameter);
    }

    private static Map<String, String> shown(
            List<StoredBlob> found,
            String delimiter,
            String prefix,
            Set<String> included,
            boolean hierarchical) {
        Map<String, String> shown = new TreeMap<>();
        for (StoredBlob blob : found) {
            int end = delimiter.isEmpty() ? -1 : blob.name().indexOf(delimiter, prefix.length());
            if (end >= 0) {
                String below = blob.name().substring(0, end + delimiter.length());
                shown.put(below, "<BlobPrefix>" + Xml.name("Name", below) + "</BlobPrefix>");
            } else {
                shown.put(blob.name(), entry(blob, included, hierarchical));
            }
        }
        return shown;
    }

    private static String entry(StoredBlob blob, Set<String> included, boolean hierarchical) {
        StringBuilder xml = new StringBuilder("<Blob>").append(Xml.name("Name", blob.name()));
        xml.append("<Properties>");
        xml.append(Xml.element("Creation-Time", date(blob)));
        xml.append(Xml.element("Last-Modified", date(blob)));
        xml.append(Xml.element("Etag", blob.etag()));
        if (hierarchical) {
            xml.append(Xml.element("ResourceType", blob.directory() ? "directory" : "file"));
        }
        xml.append(Xml.element("Content-Length", String.valueOf(blob.bytes().length)));
        xml.append(Xml.element("Content-Type", blob.directory() ? "" : "application/octet-stream"));
        String encoding = blob.contentEncoding();
        xml.append(Xml.element("Content-Encoding", encoding == null ? "" : encoding));
        xml.append("<Content-Language /><Content-CRC64 />");
        String md5 = blob.md5();
        xml.append(Xml.element("Content-MD5", md5 == null ? "" : md5));
        xml.append("<Cache-Control /><Content-Disposition />");
        xml.append(Xml.element("BlobType", blob.type()));
        xml.append(Xml.element("AccessTier", blob.tier()));
        xml.append("<AccessTierInferred>true</AccessTierInferred>");
        xml.append("<LeaseStatus>unlocked</LeaseStatus><LeaseState>available</LeaseState>");
        xml.append("<ServerEncrypted>true</ServerEncrypted></Properties>");
        if (included.contains("metadata")) {
            StringBuilder metadata = new StringBuilder();
            blob.metadata().forEach((name, value) -> metadata.append(Xml.element(name, value)));
            xml.append(
                    metadata.isEmpty() ? "<Metadata />" : "<Metadata>" + metadata + "</Metadata>");
        }
        return xml.append("<OrMetadata /></Blob>").toString();
    }

    static String date(StoredBlob blob) {
        return DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
                .format(blob.modified().atOffset(ZoneOffset.UTC));
    }

    private String issue(String prefix, String position) {
        String marker =
                "2!"
                        + Base64.getEncoder()
                                .encodeToString(
                                        (markers.size() + "!" + position.hashCode() + "+/")
                                                .getBytes(StandardCharsets.UTF_8))
                                .replace('=', '-');
        markers.put(prefix + "\n" + marker, position);
        return marker;
    }
}
