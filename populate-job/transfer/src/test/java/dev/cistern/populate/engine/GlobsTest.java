package dev.cistern.populate.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class GlobsTest {
    private static boolean matches(String pattern, String path) {
        return new Globs(List.of(pattern), List.of()).takes(path);
    }

    @Test
    void patternsMatchAsPeopleExpect() {
        for (String[] yes :
                new String[][] {
                    {"*.bin", "a.bin"},
                    {"**/*.bin", "a.bin"},
                    {"**/*.bin", "a/b/c.bin"},
                    {"a/**", "a/b/c"},
                    {"a/**/z", "a/z"},
                    {"a/**/z", "a/b/c/z"},
                    {"**", "a/b"},
                    {"a?c", "abc"},
                    {"[a-c]x", "bx"},
                    {"[!a-c]x", "dx"},
                    {"*.{json,txt}", "a.txt"},
                    {"a**", "ab/c"},
                    {"*", "a"},
                    {"a/*/c", "a/b/c"},
                }) {
            assertThat(matches(yes[0], yes[1])).as("%s %s", yes[0], yes[1]).isTrue();
        }
        for (String[] no :
                new String[][] {
                    {"*.bin", "d/a.bin"},
                    {"a?c", "a/c"},
                    {"[a-c]x", "dx"},
                    {"a/**/z", "az"},
                    {"**/b", "ab"},
                    {"*", "a/b"},
                    {"[!a]b", "/b"},
                    {"a/*/c", "a/b/d/c"},
                    {"a", "ab"},
                    {"ab", "a"},
                }) {
            assertThat(matches(no[0], no[1])).as("%s %s", no[0], no[1]).isFalse();
        }
    }

    @Test
    void wrongPatternsAreNamed() {
        for (String pattern : List.of("", "/a", "{a", "[a", "{a,{b}}", "x".repeat(2000))) {
            assertThatThrownBy(() -> new Globs(List.of(pattern), List.of()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("pattern");
        }
    }

    @Test
    void whatIsLeftOutMayBeginWithASlash() {
        Globs globs = new Globs(List.of(), List.of("/**"));
        assertThat(globs.takes("/a/x")).isFalse();
        assertThat(globs.takes("/")).isFalse();
        assertThat(globs.takes("a/x")).isTrue();
    }
}
