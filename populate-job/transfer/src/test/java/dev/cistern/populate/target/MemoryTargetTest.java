package dev.cistern.populate.target;

import dev.cistern.populate.testing.MemoryTarget;
import org.jspecify.annotations.Nullable;

class MemoryTargetTest extends TargetContract {
    private final MemoryTarget target = new MemoryTarget();

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
}
