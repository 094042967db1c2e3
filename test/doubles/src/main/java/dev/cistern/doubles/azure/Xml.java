package dev.cistern.doubles.azure;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/// Text in the service's documents.
final class Xml {
    private Xml() {}

    static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    static String element(String name, String text) {
        return text.isEmpty()
                ? "<" + name + " />"
                : "<" + name + ">" + escaped(text) + "</" + name + ">";
    }

    /// The name of a blob: since version 2021-02-12 one that XML cannot hold is percent-encoded, and says so.
    static String name(String element, String name) {
        boolean holdable = name.chars().allMatch(c -> c >= 0x20 && c != 0xfffe && c != 0xffff);
        return holdable
                ? element(element, name)
                : "<"
                        + element
                        + " Encoded=\"true\">"
                        + URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20")
                        + "</"
                        + element
                        + ">";
    }
}
