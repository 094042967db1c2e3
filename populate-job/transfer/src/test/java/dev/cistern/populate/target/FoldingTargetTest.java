package dev.cistern.populate.target;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.populate.testing.MemoryTarget;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// The double of a file system that folds names keeps the bargain, too.
class FoldingTargetTest extends TargetContract {
    private final MemoryTarget target = MemoryTarget.folding();

    @Override
    protected Target target() {
        return target;
    }

    @Override
    protected byte @Nullable [] content(String path) {
        return target.content(path);
    }

    @Override
    protected boolean isDirectory(String path) {
        return target.directories().contains(path);
    }

    @Test
    void aFileTakesOverTheNameThatIsThere() throws Exception {
        try (OpenTarget open = target.open(true)) {
            assertThat(open.foldsNames()).isTrue();
            for (String path : new String[] {"D/A", "d/a"}) {
                open.openPartial(1, false).close();
                open.finish(1, path, "sha256 of " + path);
            }
        }
        assertThat(target.names().keySet()).containsExactly("D/A");
        assertThat(target.names().get("d/A")).isEqualTo("sha256 of d/a");
    }
}
