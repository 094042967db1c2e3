package dev.cistern.test.docs;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A page in Markdown, as far as tests need to read it.
///
/// @param text without its blocks of code
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

    /// Where links lead to, as written.
    List<String> links() {
        return LINK.matcher(SPAN.matcher(text).replaceAll("``"))
                .results()
                .map(link -> link.group(1))
                .toList();
    }

    /// What links to the page's headings end with.
    List<String> anchors() {
        return HEADING.matcher(text)
                .results()
                .map(heading -> heading.group(1).toLowerCase(Locale.ROOT))
                .map(heading -> heading.replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-'))
                .toList();
    }

    /// What stands below a heading of the second level, up to the next one.
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

    /// What a pattern finds in the text.
    List<String> find(String pattern) {
        List<String> found = new ArrayList<>();
        for (MatchResult match : Pattern.compile(pattern).matcher(text).results().toList()) {
            found.add(match.group(1));
        }
        return found;
    }
}
