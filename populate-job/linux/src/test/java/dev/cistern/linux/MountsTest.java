package dev.cistern.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What can be seen without mounting anything; the CSI plugin's integration tests mount.
class MountsTest {
    @TempDir Path directory;

    @Test
    void whatIsNotMountedCannotBeUnmounted() {
        // Without root the kernel does not even look.
        assertThatThrownBy(() -> Mounts.unmount(directory))
                .isInstanceOfSatisfying(
                        LinuxException.class,
                        e ->
                                assertThat(e.errno())
                                        .isIn(LinuxException.EINVAL, LinuxException.EPERM))
                .hasMessageStartingWith("umount " + directory + ": E");
    }

    @Test
    void whatIsNotThereCannotBeShown() {
        Path missing = directory.resolve("missing");
        assertThatThrownBy(() -> Mounts.bind(missing, directory, Set.of(Mounts.Option.RO)))
                .isInstanceOf(LinuxException.class)
                .hasMessageStartingWith("open_tree " + missing + ": E");
    }

    @Test
    void aTypeThatTheKernelDoesNotKnowIsNamed() {
        assertThatThrownBy(() -> Mounts.mount(Path.of("/x"), directory, "no-such-type", 0, "a=b"))
                .isInstanceOfSatisfying(
                        LinuxException.class,
                        e -> assertThat(e.errno()).isIn(19, LinuxException.EPERM))
                .hasMessageStartingWith("mount /x at " + directory + ": E");
    }
}
