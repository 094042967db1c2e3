package dev.cistern.csi;

import dev.cistern.linux.MountTable;
import dev.cistern.linux.Mounts;
import java.io.IOException;
import java.nio.file.Path;

/// What tests have mounted in the mount namespace that they have to themselves.
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
