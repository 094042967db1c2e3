package dev.cistern.populate.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TargetTreeTest extends TargetContract {
    @TempDir Path directory;

    @Override
    protected Target target() {
        return new DirectoryTarget(directory);
    }

    @Override
    protected byte @Nullable [] content(String path) throws IOException {
        Path file = directory.resolve(path);
        return Files.isRegularFile(file) ? Files.readAllBytes(file) : null;
    }

    @Override
    protected boolean isDirectory(String path) {
        return Files.isDirectory(directory.resolve(path));
    }

    @Test
    void whereSomethingElseLiesNoDirectoryIsMade() throws Exception {
        Files.writeString(directory.resolve("x"), "in the way");
        Files.createSymbolicLink(directory.resolve("link"), directory);
        try (OpenTarget target = target().open(true)) {
            assertThatThrownBy(() -> target.makeDirectories("x/y"))
                    .isInstanceOf(PathOccupiedException.class)
                    .hasMessageContaining("is in the way");
            assertThatThrownBy(() -> target.makeDirectories("link/y"))
                    .isInstanceOf(PathOccupiedException.class);
        }
    }

    @Test
    void nothingOfItsOwnIsLeft() throws Exception {
        try (OpenTarget target = target().open(true)) {
            target.openJournal().close();
            target.workFiles().create().write(java.nio.ByteBuffer.allocate(10), 0);
            target.openPartial(1, false).close();
            target.removeOwn();
        }
        assertThat(directory).isEmptyDirectory();
    }
}
