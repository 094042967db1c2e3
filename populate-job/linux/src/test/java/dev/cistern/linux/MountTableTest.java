package dev.cistern.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class MountTableTest {

    private static final MountTable TABLE =
            MountTable.parse(
                    Stream.of(
                            "20 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw",
                            "21 20 0:40 / /pool rw,noatime shared:2 master:3 - btrfs /dev/loop0"
                                    + " rw,subvol=/",
                            "22 20 0:40 /volumes/v1 /pods/a\\040b ro,noatime - btrfs /dev/loop0 rw",
                            "23 20 0:40 /volumes/v1 /pods/c rw,noatime - btrfs /dev/loop0 rw",
                            "24 20 0:41 / /pods/c rw - tmpfs tmpfs rw"));

    @Test
    void theTopmostMountOfAPlaceCounts() {
        assertThat(TABLE.at(Path.of("/pods/c")).orElseThrow().type()).isEqualTo("tmpfs");
        assertThat(TABLE.at(Path.of("/pods"))).isEmpty();
    }

    @Test
    void spacesInPathsAreRead() {
        MountTable.Entry entry = TABLE.at(Path.of("/pods/a b")).orElseThrow();

        assertThat(entry.readOnly()).isTrue();
        assertThat(entry.root()).isEqualTo("/volumes/v1");
    }

    @Test
    void aDirectoryIsFoundWhereverItIsShown() {
        MountTable.Place place = TABLE.locate(Path.of("/pool/volumes/v1"));

        assertThat(place).isEqualTo(new MountTable.Place("0:40", "/volumes/v1"));
        assertThat(TABLE.showing(place))
                .extracting(MountTable.Entry::target)
                .containsExactly(Path.of("/pods/a b"), Path.of("/pods/c"));
    }

    @Test
    void aDirectoryOfTheRootFileSystemIsLocatedThere() {
        assertThat(TABLE.locate(Path.of("/var/lib")))
                .isEqualTo(new MountTable.Place("254:0", "/var/lib"));
        assertThat(TABLE.locate(Path.of("/"))).isEqualTo(new MountTable.Place("254:0", "/"));
    }

    @Test
    void aLineThatCannotBeReadIsNotPassedOver() {
        Stream<String> lines = Stream.of("20 1 254:0 / / rw ext4");

        assertThatThrownBy(() -> MountTable.parse(lines)).hasMessageContaining("254:0");
    }

    @Test
    void theKernelsOwnTableCanBeRead() throws Exception {
        assertThat(MountTable.read().holding(Path.of("/proc/self")).type()).isEqualTo("proc");
    }
}
