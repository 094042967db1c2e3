package dev.cistern.populate.source.rest;

import org.jspecify.annotations.Nullable;

/// Parses the small documents of stores: a page of a listing, an error.
///
/// A scanner for elements and text, without attributes but for [#says], namespaces, entities other than the five
/// predefined and numeric ones, or DTDs (rejected). For a page it costs a tenth of the platform's parser, and nothing
/// at the start of the process.
public final class XmlReader {
    private static final String DATA = "<![CDATA[";
    private static final String DATA_END = "]]>";

    private final String text;
    private int at;
    private String name = "";
    private boolean end;
    private boolean selfClosed;

    /// The text before the last tag is `text[textFrom, textTo)`.
    private int textFrom;

    private int textTo;

    /// What follows the name in the last tag is `text[attributesFrom, attributesTo)`.
    private int attributesFrom;

    private int attributesTo;

    /// @param text of a document
    public XmlReader(String text) {
        this.text = text;
    }

    /// The name of the element whose tag was just read, without its prefix.
    public String name() {
        return name;
    }

    /// Whether the tag that was just read ends its element.
    public boolean atEnd() {
        return end;
    }

    /// Whether the current tag has an attribute with this value, which contains no escaped characters.
    public boolean says(String attribute, String value) {
        int found = text.indexOf(attribute + "=", attributesFrom, attributesTo);
        int from = found + attribute.length() + 1;
        return found > attributesFrom
                && text.charAt(found - 1) <= ' '
                && from + value.length() + 2 <= attributesTo
                && (text.charAt(from) == '"' || text.charAt(from) == '\'')
                && text.charAt(from) == text.charAt(from + value.length() + 1)
                && text.startsWith(value, from + 1);
    }

    /// Advances to the next tag; false at the document's end.
    ///
    /// @throws IllegalArgumentException when it is not XML, or has a DTD
    public boolean nextTag() {
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
            // Ignore the namespace prefix.
            int colon = text.indexOf(':', from, to);
            name = text.substring(colon >= 0 ? colon + 1 : from, to);
            attributesFrom = to;
            attributesTo = close;
            return true;
        }
    }

    /// The position after the next `mark`.
    private int after(String mark, int from) {
        int found = text.indexOf(mark, from);
        if (found < 0) {
            throw new IllegalArgumentException("XML ends inside a comment or a text");
        }
        return found + mark.length();
    }

    /// The text of the element whose start tag was just read.
    ///
    /// @throws IllegalArgumentException when it contains other elements
    public String content() {
        String element = name;
        String before = selfClosed ? "" : literals();
        if (!nextTag() || !end || !name.equals(element)) {
            throw new IllegalArgumentException("XML element " + element + " holds more than text");
        }
        return textTo <= textFrom ? before : before + unescaped(text.substring(textFrom, textTo));
    }

    /// The text from here to the last comment or `CDATA` section before the next tag; empty where there is neither, as
    /// almost always.
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

    /// Skips the element whose start tag was just read.
    public void skip() {
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

    /// The text of one element of an error document; null where there is no such document or element.
    public static @Nullable String element(String document, String element) {
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
