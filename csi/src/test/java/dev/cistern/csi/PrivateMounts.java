package dev.cistern.csi;

import dev.cistern.linux.MountTable;
import dev.cistern.linux.Mounts;
import java.io.IOException;
import java.nio.file.Path;

/// The tests' mounts in their own mount namespace.
public final class PrivateMounts {

    private PrivateMounts() {}

    /// Unmounts everything below a directory, so that it can be deleted.
    public static void clear(Path directory) throws IOException {
        Path real = directory.toRealPath();
        for (MountTable.Entry entry : MountTable.read().entries().reversed()) {
            if (entry.target().startsWith(real)) {
                Mounts.unmount(entry.target());
            }
        }
    }
}
