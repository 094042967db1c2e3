package dev.cistern.csi.mount;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.csi.NeedsMounts;
import dev.cistern.csi.PrivateMounts;
import dev.cistern.csi.volume.VolumeFailure;
import dev.cistern.csi.volume.VolumeId;
import dev.cistern.linux.Mounts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Real mounts.
@NeedsMounts
class BindMounterIT {

    private static final VolumeId V = new VolumeId("v");
    private static final Set<Mounts.Option> NONE = Set.of();
    private static final Set<Mounts.Option> RO = Set.of(Mounts.Option.RO);

    private final BindMounter mounter = new BindMounter();
    private Path base;
    private Path source;
    private Path target;

    @BeforeEach
    void directories(@TempDir Path temp) throws IOException {
        base = temp.toRealPath();
        source = Files.createDirectories(base.resolve("volumes/v"));
        target = Files.createDirectories(base.resolve("pods/with space")).resolve("mount");
        Files.writeString(source.resolve("f"), "data");
    }

    @AfterEach
    void unmount() throws IOException {
        PrivateMounts.clear(base);
    }

    @Test
    void aVolumeIsShownOnceHoweverOftenItIsAskedFor() throws IOException {
        mounter.publish(source, target, NONE);
        mounter.publish(source, target, NONE);

        assertThat(target.resolve("f")).hasContent("data");
        Files.writeString(target.resolve("g"), "written");
        assertThat(source.resolve("g")).hasContent("written");
        assertThat(mounter.published(source)).containsExactly(target);
    }

    @Test
    void aReadOnlyVolumeCannotBeWrittenToThere() throws IOException {
        mounter.publish(source, target, RO);

        assertThatThrownBy(() -> Files.writeString(target.resolve("g"), "x"))
                .hasMessageContaining("Read-only file system");
        Files.writeString(source.resolve("g"), "x");
        mounter.publish(source, target, RO);
        assertThatThrownBy(() -> mounter.publish(source, target, NONE))
                .isInstanceOf(VolumeFailure.AlreadyExists.class)
                .hasMessageContaining("read-only, not read-write");
    }

    @Test
    void theOtherOptionsHold() throws IOException {
        mounter.publish(
                source,
                target,
                EnumSet.of(
                        Mounts.Option.NOEXEC,
                        Mounts.Option.NOSUID,
                        Mounts.Option.NODEV,
                        Mounts.Option.NOATIME));
        Path program = target.resolve("program");
        Files.writeString(program, "#!/bin/sh\n");
        assertThat(program.toFile().setExecutable(true)).isTrue();

        assertThatThrownBy(() -> new ProcessBuilder(program.toString()).start())
                .hasMessageContaining("Permission denied");
        assertThat(Files.readString(Path.of("/proc/self/mountinfo")))
                .containsPattern("with\\\\040space/mount rw,nosuid,nodev,noexec,noatime");
    }

    @Test
    void unpublishingLeavesNothingAndIsSafeToRepeat() {
        mounter.publish(source, target, NONE);

        mounter.unpublish(V, target);
        mounter.unpublish(V, target);

        assertThat(target).doesNotExist();
        assertThat(source.resolve("f")).hasContent("data");
        assertThat(mounter.published(source)).isEmpty();
    }

    @Test
    void stackedMountsAllGo() throws IOException {
        mounter.publish(source, target, NONE);
        Mounts.bind(source, target, NONE);

        mounter.unpublish(V, target);

        assertThat(target).doesNotExist();
    }

    @Test
    void aMountWhoseVolumeIsGoneGoesToo() throws IOException {
        mounter.publish(source, target, NONE);
        Files.move(source, base.resolve("volumes/v.trash"));

        mounter.unpublish(V, target);

        assertThat(target).doesNotExist();
    }

    @Test
    void aMountWhoseDirectoryWasDeletedGoesToo() throws IOException {
        mounter.publish(source, target, NONE);
        Files.delete(source.resolve("f"));
        Files.delete(source);

        mounter.unpublish(V, target);

        assertThat(target).doesNotExist();
    }

    @Test
    void anotherVolumesMountIsLeftAlone() throws IOException {
        Path other = Files.createDirectories(base.resolve("volumes/w"));
        mounter.publish(other, target, NONE);

        assertThatThrownBy(() -> mounter.publish(source, target, NONE))
                .isInstanceOf(VolumeFailure.AlreadyExists.class);
        assertThatThrownBy(() -> mounter.unpublish(V, target))
                .isInstanceOf(VolumeFailure.Conflict.class);
        assertThat(mounter.published(other)).containsExactly(target);
    }

    @Test
    void filesThatAreNotTheVolumesAreNeverRemoved() throws IOException {
        Files.createDirectory(target);
        Files.writeString(target.resolve("f"), "precious");

        assertThatThrownBy(() -> mounter.unpublish(V, target))
                .isInstanceOf(VolumeFailure.Conflict.class)
                .hasMessageContaining("not empty");
        assertThat(target.resolve("f")).hasContent("precious");
    }

    @Test
    void aTargetInUseIsSaidToBe() throws IOException {
        mounter.publish(source, target, NONE);

        try (var _ = Files.newByteChannel(target.resolve("f"))) {
            assertThatThrownBy(() -> mounter.unpublish(V, target))
                    .isInstanceOf(VolumeFailure.Conflict.class)
                    .hasMessageContaining("in use");
        }
        mounter.unpublish(V, target);
    }

    @Test
    void aTargetThatIsALinkIsNotFollowed() throws IOException {
        Path elsewhere = Files.createDirectories(base.resolve("elsewhere"));
        Files.createSymbolicLink(target, elsewhere);

        assertThatThrownBy(() -> mounter.publish(source, target, NONE))
                .isInstanceOf(VolumeFailure.InvalidArgument.class)
                .hasMessageContaining("target_path");
        assertThat(elsewhere).isEmptyDirectory();
    }

    @Test
    void aTargetWithoutParentIsRefused() {
        assertThatThrownBy(() -> mounter.publish(source, base.resolve("no/where"), NONE))
                .isInstanceOf(VolumeFailure.InvalidArgument.class)
                .hasMessageContaining("does not exist");
    }

    @Test
    void aFailedMountLeavesNoDirectory() {
        assertThatThrownBy(() -> mounter.publish(base.resolve("volumes/none"), target, NONE))
                .isInstanceOf(VolumeFailure.Broken.class);
        assertThat(target).doesNotExist();
    }
}
