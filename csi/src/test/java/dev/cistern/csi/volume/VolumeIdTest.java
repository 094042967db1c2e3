package dev.cistern.csi.volume;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VolumeIdTest {

    @Test
    void aSafeNameIsItsOwnId() {
        assertThat(VolumeId.ofName("pvc-4e312cd3-dc3e-4e0f-9aec-6b0b33b574e0"))
                .hasToString("pvc-4e312cd3-dc3e-4e0f-9aec-6b0b33b574e0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"..", "a/b", "A", "a b", "-a", "a.b", "ä", "h-0", "a\u0000", "a\n"})
    void anyOtherNameIsHashedToASafeOne(String name) {
        assertThat(VolumeId.ofName(name).value()).matches("h-[0-9a-f]{40}");
        assertThat(VolumeId.ofName(name)).isEqualTo(VolumeId.ofName(name));
    }

    @Test
    void aNameThatLooksLikeAHashCannotTakeAnothersId() {
        String hash = VolumeId.ofName("A").value();

        assertThat(VolumeId.ofName(hash).value()).isNotEqualTo(hash);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "..", "../../etc", "/etc", "a/b", "a.b", "A", "a\n"})
    void anIdThatIsNoPathSegmentIsNoId(String text) {
        assertThat(VolumeId.parse(text)).isEmpty();
    }

    @Test
    void theLongestIdHas63Characters() {
        assertThat(VolumeId.parse("a".repeat(63))).isPresent();
        assertThat(VolumeId.parse("a".repeat(64))).isEmpty();
    }
}
