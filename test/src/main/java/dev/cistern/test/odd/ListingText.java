package dev.cistern.test.odd;

import static dev.cistern.test.odd.Habit.*;

import java.util.Set;

/// Writes a listing's XML in the dialect that the habits ask for.
final class ListingText {
    private final Set<Habit> habits;
    private final StringBuilder text = new StringBuilder(4096);
    private int depth;

    ListingText(Set<Habit> habits) {
        this.habits = habits;
        if (habits.contains(XML_BOM)) {
            text.append('\ufeff');
        }
        if (!habits.contains(XML_DOCTYPE_FREE)) {
            text.append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
        }
        if (habits.contains(XML_COMMENTED)) {
            text.append("<!-- <Contents> served by node 7 -->");
        }
    }

    void open(String name) {
        indent();
        text.append('<').append(tag(name));
        if (depth == 0) {
            text.append(habits.contains(XML_PREFIXED) ? " xmlns:s3=\"" : " xmlns=\"")
                    .append("http://s3.amazonaws.com/doc/2006-03-01/\"");
        }
        text.append('>');
        depth++;
        if (habits.contains(XML_COMMENTED)) {
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

    /// An element whose value a store writes as it is told.
    void name(String name, String value) {
        element(name, value, habits.contains(XML_CDATA));
    }

    private void element(String name, String given, boolean cdata) {
        String value = habits.contains(VALUES_IN_BLANKS) ? "\n    " + given + "\n  " : given;
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
        return habits.contains(XML_PREFIXED) ? "s3:" + name : name;
    }

    private void indent() {
        if (habits.contains(XML_PRETTY)) {
            text.append("\r\n").repeat("\t", depth);
        }
    }

    String text() {
        return text.toString();
    }
}
