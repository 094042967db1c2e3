package dev.cistern.test.docs;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Parses a Markdown page as far as tests need it.
///
/// @param text without code blocks
record Page(String text) {
    private static final Pattern BLOCK = Pattern.compile("(?ms)^```.*?^```$");
    private static final Pattern SPAN = Pattern.compile("`([^`\\n]+)`");
    private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");

    static Page of(String markdown) {
        return new Page(BLOCK.matcher(markdown).replaceAll(""));
    }

    /// The texts in code spans.
    List<String> spans() {
        return SPAN.matcher(text).results().map(span -> span.group(1)).toList();
    }

    /// Targets of links, as written.
    List<String> links() {
        return LINK.matcher(SPAN.matcher(text).replaceAll("``"))
                .results()
                .map(link -> link.group(1))
                .toList();
    }

    /// Anchors of the headings.
    List<String> anchors() {
        return HEADING.matcher(text)
                .results()
                .map(heading -> heading.group(1).toLowerCase(Locale.ROOT))
                .map(heading -> heading.replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-'))
                .toList();
    }

    /// The section below a heading of the second level.
    ///
    /// @throws IllegalArgumentException when there is no such heading
    Page section(String heading) {
        Matcher section =
                Pattern.compile("(?ms)^## " + Pattern.quote(heading) + "$(.*?)(?=^## |\\z)")
                        .matcher(text);
        if (!section.find()) {
            throw new IllegalArgumentException("the page has no section \"" + heading + "\"");
        }
        return new Page(section.group(1));
    }

    /// The matches of a pattern in the text.
    List<String> find(String pattern) {
        List<String> found = new ArrayList<>();
        for (MatchResult match : Pattern.compile(pattern).matcher(text).results().toList()) {
            found.add(match.group(1));
        }
        return found;
    }
}
