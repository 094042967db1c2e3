package dev.cistern.test.odd;

import static dev.cistern.test.odd.Quirk.*;

import java.util.Set;

/// Writes a listing's XML with the requested quirks.
final class ListingText {
    private final Set<Quirk> quirks;
    private final StringBuilder text = new StringBuilder(4096);
    private int depth;

    ListingText(Set<Quirk> quirks) {
        this.quirks = quirks;
        if (quirks.contains(XML_BOM)) {
            text.append('\ufeff');
        }
        if (!quirks.contains(XML_DOCTYPE_FREE)) {
            text.append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
        }
        if (quirks.contains(XML_COMMENTED)) {
            text.append("<!-- <Contents> served by node 7 -->");
        }
    }

    void open(String name) {
        indent();
        text.append('<').append(tag(name));
        if (depth == 0) {
            text.append(quirks.contains(XML_PREFIXED) ? " xmlns:s3=\"" : " xmlns=\"")
                    .append("http://s3.amazonaws.com/doc/2006-03-01/\"");
        }
        text.append('>');
        depth++;
        if (quirks.contains(XML_COMMENTED)) {
            text.append("<!--a-->");
        }
    }

    void close(String name) {
        depth--;
        indent();
        text.append("</").append(tag(name)).append('>');
    }

    void element(String name, String value) {
        element(name, value, false);
    }

    /// An element whose value is the client's parameter, returned by the store.
    void name(String name, String value) {
        element(name, value, quirks.contains(XML_CDATA));
    }

    private void element(String name, String given, boolean cdata) {
        String value = quirks.contains(VALUES_IN_BLANKS) ? "\n    " + given + "\n  " : given;
        indent();
        if (value.isEmpty()) {
            text.append('<').append(tag(name)).append("/>");
            return;
        }
        text.append('<').append(tag(name)).append('>');
        if (cdata) {
            text.append("<![CDATA[").append(value).append("]]>");
        } else {
            text.append(
                    value.replace("&", "&amp;")
                            .replace("<", "&lt;")
                            .replace(">", "&gt;")
                            .replace("\"", "&quot;"));
        }
        text.append("</").append(tag(name)).append('>');
    }

    private String tag(String name) {
        return quirks.contains(XML_PREFIXED) ? "s3:" + name : name;
    }

    private void indent() {
        if (quirks.contains(XML_PRETTY)) {
            text.append("\r\n").repeat("\t", depth);
        }
    }

    String text() {
        return text.toString();
    }
}
