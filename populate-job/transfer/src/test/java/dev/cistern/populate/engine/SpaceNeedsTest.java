package dev.cistern.populate.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpaceNeedsTest {
    private static final long MIB = 1 << 20;

    /// Measured charges of a volume's quota group on btrfs with simple quotas, with the engine's way of writing.
    @ParameterizedTest
    @CsvSource({
        // files, bytes of blocks (or inline), directories, name, charged
        "10000, 10000000, 100, 9, 16814080",
        "10000, 40960000, 10, 9, 46899200",
        "10000, 81920000, 10, 68, 90128384",
        "10000, 40960000, 100, 208, 54251520",
        "300, 314572800, 3, 9, 314765312",
        "40000, 163840000, 1, 18, 188555264"
    })
    void whatWasMeasuredFits(long files, long data, long directories, long name, long charged) {
        assertThat(new SpaceNeeds(data, files, directories, files * name).bytes())
                .isGreaterThan(charged)
                .isLessThan(charged + charged / 10 + 10 * MIB);
    }

    @Test
    void whatTheFileSystemKeepsIsAddedAndNeverLessThanItKeepsAtAnySize() {
        SpaceNeeds needs = new SpaceNeeds(900 * MIB, 900, 9, 9000);
        assertThat(advised(needs, "btrfs", 400, 400)).isBetween(909L, 912L);
        assertThat(advised(needs, "ext4", 400, 390)).isBetween(1009L, 1014L);
        assertThat(advised(needs, "ext4", 400, 320)).isBetween(1135L, 1140L);
        assertThat(advised(needs, "nfs4", 400, 380)).isBetween(956L, 961L);
    }

    @Test
    void aVolumeThatLookedLargeEnoughIsNotAdvisedAgain() {
        assertThat(advised(new SpaceNeeds(100 * MIB, 100, 1, 900), "btrfs", 800, 800))
                .isEqualTo(901);
    }

    /// ext4 makes fewer inodes for each byte from 512 MiB on.
    @Test
    void filesNeedInodes() {
        SpaceNeeds needs = new SpaceNeeds(40 * MIB, 200_000, 0, 0);
        long advised =
                needs.advisedMebibytes(new SpaceNeeds.Volume("ext4", 256 * MIB, 230 * MIB, 65_000));
        assertThat(advised * MIB / (16 * 1024)).isGreaterThan(200_000);
        assertThat(advised).isLessThan(3_300);
    }

    /// What `mke2fs -t ext4` (1.47) makes of a volume: its size, its free space, and its inodes, measured with
    /// `dumpe2fs`.
    @ParameterizedTest
    @CsvSource({
        "12, 0.213, 3061",
        "16, 0.192, 4085",
        "32, 0.262, 8181",
        "64, 0.195, 16373",
        "128, 0.156, 32757",
        "300, 0.146, 76901",
        "511, 0.133, 130549",
        "512, 0.098, 32757",
        "700, 0.091, 44821",
        "1025, 0.100, 65653",
        "2049, 0.100, 131317",
        "16385, 0.076, 1050613",
        "32769, 0.075, 2101237"
    })
    void aNewVolumeIsNotAdvisedSmallerThanWhatFits(long mebibytes, double kept, long inodes) {
        long free = (long) (mebibytes * MIB * (1 - kept));
        for (long files : new long[] {1, inodes / 2, inodes, inodes + 1}) {
            for (long data = 0; data < 2 * free; data += free / 64) {
                SpaceNeeds needs = new SpaceNeeds(data, files, 0, 9 * files);
                long advised = needs.newVolumeMebibytes();
                // A volume below 512 MiB has more inodes than one of 1 GiB.
                boolean another = advised < 512 && mebibytes >= 512;
                if (needs.bytes() > free || files > inodes && !another) {
                    assertThat(advised)
                            .as("%s bytes in %s files", data, files)
                            .isGreaterThan(mebibytes);
                }
            }
        }
    }

    @Test
    void aNewVolumeIsHardlyLargerThanNeeded() {
        assertThat(new SpaceNeeds(1, 1, 0, 1).newVolumeMebibytes()).isBetween(11L, 14L);
        assertThat(new SpaceNeeds(9000 * MIB, 9, 1, 90).newVolumeMebibytes())
                .isBetween(10_010L, 10_030L);
        // An inode per 16 KiB.
        assertThat(new SpaceNeeds(0, 1_000_000, 1, 9_000_000).newVolumeMebibytes())
                .isBetween(15_900L, 16_000L);
        // Below 512 MiB there are more of them.
        assertThat(new SpaceNeeds(0, 100_000, 1, 900_000).newVolumeMebibytes())
                .isBetween(400L, 410L);
    }

    private static long advised(SpaceNeeds needs, String type, long claimedMiB, long freeMiB) {
        return needs.advisedMebibytes(
                new SpaceNeeds.Volume(type, claimedMiB * MIB, freeMiB * MIB, -1));
    }
}
