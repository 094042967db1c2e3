package dev.cistern.test.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// "The traps of the populator protocol" in `docs/testing.md`: each trap has tests, and they exist.
class TrapsTest {
    private static final int TRAPS = 18;

    private static final Path GOLDEN_CASES =
            Path.of("populator-controller/src/test/resources/planner");

    private static final Pattern ROW = Pattern.compile("(?m)^\\| (\\d+) \\|[^|]*\\|([^|]*)\\|$");
    private static final Pattern CASES = Pattern.compile("t(\\d\\d)-\\*");

    /// A class of tests, optionally with a method.
    private static final Pattern TEST =
            Pattern.compile("([A-Z][A-Za-z0-9]*(?:Test|IT|ST))(?:\\.([a-z][A-Za-z0-9]*))?");

    private record Trap(int number, List<String> tests) {
        String cases() {
            return String.format(Locale.ROOT, "t%02d-", number);
        }
    }

    private Project project;
    private List<Trap> traps;

    @BeforeEach
    void read() throws IOException {
        project = Project.here();
        String table =
                Page.of(project.read(Path.of("docs/testing.md")))
                        .section("The traps of the populator protocol")
                        .text();
        traps =
                ROW.matcher(table)
                        .results()
                        .map(
                                row ->
                                        new Trap(
                                                Integer.parseInt(row.group(1)),
                                                new Page(row.group(2)).spans()))
                        .toList();
    }

    @Test
    void everyTrapHasARow() {
        assertThat(traps)
                .extracting(Trap::number)
                .containsExactlyElementsOf(IntStream.rangeClosed(1, TRAPS).boxed().toList());
    }

    @Test
    void everyTestExists() throws IOException {
        List<String> missing = new ArrayList<>();
        for (Trap trap : traps) {
            for (String test : trap.tests()) {
                if (!exists(trap, test)) {
                    missing.add(trap.number() + ": " + test);
                }
            }
        }
        assertThat(missing).isEmpty();
    }

    @Test
    void everyTrapHasATestThatNeedsNoCluster() {
        assertThat(traps)
                .allSatisfy(
                        trap ->
                                assertThat(trap.tests())
                                        .as("trap %d", trap.number())
                                        .anyMatch(
                                                test ->
                                                        CASES.matcher(test).matches()
                                                                || test.matches(
                                                                        "[A-Za-z0-9]*Test\\..*")));
    }

    /// A case that is named after a trap is found from the trap's row.
    @Test
    void everyCaseThatIsNamedAfterATrapIsInItsRow() {
        List<String> cases =
                goldenCases().stream().filter(name -> name.matches("t\\d\\d-.*")).toList();
        assertThat(cases)
                .isNotEmpty()
                .allMatch(
                        name ->
                                traps.stream()
                                        .anyMatch(
                                                trap ->
                                                        name.startsWith(trap.cases())
                                                                && trap.tests()
                                                                        .contains(
                                                                                trap.cases()
                                                                                        + "*")));
    }

    private boolean exists(Trap trap, String test) throws IOException {
        Matcher cases = CASES.matcher(test);
        if (cases.matches()) {
            return Integer.parseInt(cases.group(1)) == trap.number()
                    && goldenCases().stream().anyMatch(name -> name.startsWith(trap.cases()));
        }
        Matcher named = TEST.matcher(test);
        if (!named.matches()) {
            return false;
        }
        String method = named.group(2);
        for (Path file : project.files()) {
            if (file.endsWith(named.group(1) + ".java")
                    && (method == null || isTest(project.read(file), method))) {
                return true;
            }
        }
        return false;
    }

    /// Whether a source has a test method of that name: unlike others of a test class, without a modifier.
    private static boolean isTest(String source, String method) {
        return source.contains("\n    void " + method + "(");
    }

    private List<String> goldenCases() {
        return project.files().stream()
                .filter(file -> GOLDEN_CASES.equals(file.getParent()))
                .map(file -> String.valueOf(file.getFileName()))
                .toList();
    }
}
