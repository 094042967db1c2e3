package dev.cistern.populate.source.s3;

import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.store.MountedFiles;
import dev.cistern.populate.store.StoreContext;
import dev.cistern.populate.wire.S3Auth;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// An access key of a Secret. The container's environment has the value of the container's start; files, if any, have
/// the current one, so that a key that is rotated while a Job runs costs no attempt. They are read when the source is
/// opened and again when the store rejects the key; the kubelet updates them within two minutes.
final class RotatingKeys implements AwsKeys.Provider {
    private final Path directory;
    private AwsKeys current;

    private RotatingKeys(Path directory, AwsKeys first) {
        this.directory = directory;
        this.current = first;
    }

    /// The key of a source.
    ///
    /// @throws SourceException.Refused when there is none
    static AwsKeys.Provider of(S3Auth.AccessKey auth, StoreContext context)
            throws SourceException.Refused {
        Path directory = auth.directory() == null ? null : Path.of(auth.directory());
        AwsKeys mounted = directory == null ? null : read(directory);
        AwsKeys first =
                mounted != null
                        ? mounted
                        : new AwsKeys(
                                context.credential("ACCESS_KEY_ID"),
                                context.credential("SECRET_ACCESS_KEY"),
                                context.optionalCredential("SESSION_TOKEN"));
        return directory == null ? () -> first : new RotatingKeys(directory, first);
    }

    /// The key in the files; null where it is incomplete.
    private static @Nullable AwsKeys read(Path directory) {
        try {
            Map<String, String> files =
                    MountedFiles.read(
                            directory,
                            List.of(
                                    S3Auth.AccessKey.ID_FILE,
                                    S3Auth.AccessKey.SECRET_FILE,
                                    S3Auth.AccessKey.TOKEN_FILE));
            String id = files.get(S3Auth.AccessKey.ID_FILE);
            String secret = files.get(S3Auth.AccessKey.SECRET_FILE);
            return id == null || secret == null
                    ? null
                    : new AwsKeys(id, secret, files.get(S3Auth.AccessKey.TOKEN_FILE));
        } catch (IOException e) {
            // The version that was being read is gone; the next read finds its successor.
            return null;
        }
    }

    @Override
    public synchronized AwsKeys keys() {
        return current;
    }

    @Override
    public synchronized AwsKeys insteadOf(AwsKeys refused) {
        if (current.equals(refused)) {
            AwsKeys now = read(directory);
            current = now == null ? current : now;
        }
        return current;
    }
}
