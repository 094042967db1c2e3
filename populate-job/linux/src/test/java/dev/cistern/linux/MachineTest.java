package dev.cistern.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class MachineTest {
    @Test
    void processorsAreKnownByJavasNames() {
        assertThat(Machine.of("Linux", "amd64")).isEqualTo(Machine.AMD64);
        assertThat(Machine.of("Linux", "x86_64")).isEqualTo(Machine.AMD64);
        assertThat(Machine.of("Linux", "aarch64")).isEqualTo(Machine.ARM64);
        assertThat(Machine.AMD64.pick(1, 2)).isEqualTo(1);
        assertThat(Machine.ARM64.pick(1, 2)).isEqualTo(2);
    }

    @Test
    void noNumbersAreGuessedForOthers() {
        assertThatThrownBy(() -> Machine.of("Linux", "riscv64"))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("riscv64");
        assertThatThrownBy(() -> Machine.of("Mac OS X", "aarch64"))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("Mac OS X");
    }
}
