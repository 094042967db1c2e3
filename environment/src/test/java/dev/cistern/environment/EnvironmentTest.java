package dev.cistern.environment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EnvironmentTest {
    private static final List<ChangedVariable> CHANGED =
            List.of(
                    ChangedVariable.renamed("CISTERN_OLD", "CISTERN_NEW"),
                    ChangedVariable.removed("CISTERN_GONE"));

    private static Environment of(Map<String, String> given) {
        return Environment.of(given, CHANGED);
    }

    @Test
    void currentNamesAreTakenAsTheyAreWithoutAWarning() {
        Map<String, String> given = Map.of("CISTERN_NEW", "1", "PATH", "/bin");

        assertThat(of(given)).isEqualTo(new Environment(given, List.of()));
    }

    @Test
    void anOldNameWorksAndTheWarningNamesBoth() {
        Environment environment = of(Map.of("CISTERN_OLD", "1", "PATH", "/bin"));

        assertThat(environment.variables())
                .containsExactlyInAnyOrderEntriesOf(Map.of("CISTERN_NEW", "1", "PATH", "/bin"));
        assertThat(environment.warnings())
                .singleElement()
                .asString()
                .contains("CISTERN_OLD is now called CISTERN_NEW", "set that instead");
    }

    @Test
    void theNewNameCountsWhereBothAreSet() {
        Environment environment = of(Map.of("CISTERN_OLD", "1", "CISTERN_NEW", "2"));

        assertThat(environment.variables()).isEqualTo(Map.of("CISTERN_NEW", "2"));
        assertThat(environment.warnings())
                .singleElement()
                .asString()
                .contains("CISTERN_OLD is ignored", "CISTERN_NEW is set");
    }

    @Test
    void anEmptyValueCountsAsNotSet() {
        assertThat(of(Map.of("CISTERN_OLD", "1", "CISTERN_NEW", "")).variables())
                .isEqualTo(Map.of("CISTERN_NEW", "1"));
        assertThat(of(Map.of("CISTERN_OLD", "", "CISTERN_GONE", "")).warnings()).isEmpty();
    }

    @Test
    void aRemovedVariableIsOnlyWarnedAbout() {
        Environment environment = of(Map.of("CISTERN_GONE", "x"));

        assertThat(environment.variables()).isEmpty();
        assertThat(environment.warnings())
                .containsExactly("CISTERN_GONE has no effect any more: remove it");
    }
}
