package dev.cistern.test.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// Pages, files, directories and classes that the pages mention exist.
class PagesTest {
    /// A path relative to the project's directory. A part in capitals stands for any name; build output is below a
    /// directory `target`.
    private static final Pattern PATH =
            Pattern.compile(
                    "(?!.*/[A-Z]+(/|$))(?!.*/target/)(crds|populate-job|populator-controller|csi|deploy|examples|test|docs)/[A-Za-z0-9_./-]*");

    /// A name of two or more words, optionally with a member.
    private static final Pattern NAME =
            Pattern.compile("([A-Z][a-z0-9]+(?:[A-Z][A-Za-z0-9]*)+)(?:\\.([a-z][A-Za-z0-9]*))?");

    /// Names in the log of experiments are those of the code that was tried; those in the page on moving here are other systems'.
    private static final Set<String> OTHER_NAMES =
            Set.of("docs/design/experiments.md", "docs/migration.md");

    private final Project project;

    PagesTest() throws IOException {
        project = Project.here();
    }

    @Test
    void linksLeadSomewhere() throws IOException {
        List<String> dead = new ArrayList<>();
        for (Path file : project.pages()) {
            for (String link : Page.of(project.read(file)).links()) {
                if (!link.contains(":") && !leadsSomewhere(file, link)) {
                    dead.add(file + ": " + link);
                }
            }
        }
        assertThat(dead).isEmpty();
    }

    private boolean leadsSomewhere(Path page, String link) throws IOException {
        int hash = link.indexOf('#');
        String path = hash < 0 ? link : link.substring(0, hash);
        Path target = path.isEmpty() ? page : page.resolveSibling(path).normalize();
        if (!project.has(target)) {
            return false;
        }
        return hash < 0
                || !target.toString().endsWith(".md")
                || Page.of(project.read(target)).anchors().contains(link.substring(hash + 1));
    }

    @Test
    void pathsExist() throws IOException {
        List<String> missing = new ArrayList<>();
        for (Path file : project.pages()) {
            for (String span : Page.of(project.read(file)).spans()) {
                if (PATH.matcher(span).matches()
                        && !project.has(Path.of(span))
                        && !project.has(file.resolveSibling(span))) {
                    missing.add(file + ": " + span);
                }
            }
        }
        assertThat(missing).isEmpty();
    }

    @Test
    void namesAreThoseOfTheSources() throws IOException {
        Set<String> identifiers = project.identifiers();
        List<String> unknown = new ArrayList<>();
        for (Path file : project.pages()) {
            if (OTHER_NAMES.contains(file.toString())) {
                continue;
            }
            for (String span : Page.of(project.read(file)).spans()) {
                var name = NAME.matcher(span);
                if (name.matches()
                        && !(identifiers.contains(name.group(1))
                                && (name.group(2) == null
                                        || identifiers.contains(name.group(2))))) {
                    unknown.add(file + ": " + span);
                }
            }
        }
        assertThat(unknown).isEmpty();
    }
}
