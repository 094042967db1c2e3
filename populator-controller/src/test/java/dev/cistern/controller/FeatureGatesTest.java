package dev.cistern.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.controller.model.FeatureGates;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FeatureGatesTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    ''                                                       | true  | true
                    VolumePopulator=true                                     | true  | true
                    VolumePopulator=true,VolumePopulatorPodHandler=false     | true  | false
                    VolumePopulator=false                                    | false | true
                    ' VolumePopulatorPodHandler = true , VolumePopulator=false' | false | true
                    """)
    void whatIsNotNamedIsOn(String text, boolean volumePopulator, boolean podHandler) {
        assertThat(FeatureGates.of(text)).isEqualTo(new FeatureGates(volumePopulator, podHandler));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    VolumePopulators=true                    | there is no feature gate "VolumePopulators"; there are VolumePopulator and VolumePopulatorPodHandler
                    VolumePopulator                          | give VolumePopulator=true or VolumePopulator=false
                    VolumePopulator=yes                      | give VolumePopulator=true or VolumePopulator=false
                    VolumePopulator=true,                    | there is no feature gate ""
                    VolumePopulator=true,VolumePopulator=false | VolumePopulator is given twice
                    """)
    void whatIsWrongIsSaid(String text, String because) {
        assertThatThrownBy(() -> FeatureGates.of(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(because);
    }

    @Test
    void theFlagWinsOverTheVariable() {
        Map<String, String> environment = Map.of("CISTERN_FEATURE_GATES", "VolumePopulator=false");
        assertThat(Config.from(environment, List.of()).gates().volumePopulator()).isFalse();
        for (List<String> flag :
                List.of(
                        List.of("--feature-gates=VolumePopulator=true"),
                        List.of("--feature-gates", "VolumePopulator=true"))) {
            assertThat(Config.from(environment, flag).gates()).isEqualTo(FeatureGates.ALL);
        }
    }

    @Test
    void flagsAndVariablesThatAreWrongAreToldTogether() {
        assertThatThrownBy(
                        () ->
                                Config.from(
                                        Map.of("CISTERN_WORKERS", "x"),
                                        List.of("--feature-gates=A=true", "--verbose")))
                .isInstanceOf(Config.InvalidConfig.class)
                .hasMessageContaining("CISTERN_WORKERS")
                .hasMessageContaining("there is no feature gate \"A\"")
                .hasMessageContaining("there is no flag \"--verbose\"");
    }
}
