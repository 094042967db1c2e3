package dev.cistern.populate.target;

import java.io.IOException;
import java.nio.file.Path;

/// An existing directory to be filled.
public record DirectoryTarget(Path directory) implements Target {
    @Override
    public String name() {
        return directory.toString();
    }

    @Override
    public TargetTree open(boolean durable) throws IOException {
        return TargetTree.open(directory, durable);
    }
}
