package dev.cistern.csi.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VolumeSizeTest {

    @ParameterizedTest
    @CsvSource({
        "0, 0, 1073741824", // nothing said
        "1, 0, 1048576", // below the smallest
        "1048577, 0, 1052672", // up to a whole block
        "1048577, 1048577, 1048577", // but never above the limit
        "0, 2097152, 2097152", // the default does not fit
        "107374182400, 0, 107374182400"
    })
    void choosesWithinTheRange(long required, long limit, long chosen) {
        VolumeSize size = new VolumeSize(required, limit);

        assertThat(size.choose()).isEqualTo(chosen);
        assertThat(size.admits(chosen)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"-1, 0, required_bytes", "0, -1, limit_bytes", "2, 1, capacity_range"})
    void aRangeThatIsNoneIsRefusedByItsField(long required, long limit, String field) {
        assertThatThrownBy(() -> new VolumeSize(required, limit))
                .isInstanceOf(VolumeFailure.InvalidArgument.class)
                .hasMessageContaining(field);
    }

    @ParameterizedTest
    @CsvSource({"0, 1048575", "9223372036854775807, 0"})
    void aRangeThatNoVolumeIsInIsOutOfRange(long required, long limit) {
        VolumeSize size = new VolumeSize(required, limit);

        assertThatThrownBy(size::choose).isInstanceOf(VolumeFailure.OutOfRange.class);
    }

    @Test
    void aVolumeThatExistsIsAdmittedOnlyWithinTheRange() {
        VolumeSize size = new VolumeSize(10, 20);

        assertThat(size.admits(9)).isFalse();
        assertThat(size.admits(10)).isTrue();
        assertThat(size.admits(20)).isTrue();
        assertThat(size.admits(21)).isFalse();
    }
}
