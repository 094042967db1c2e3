package dev.cistern.populate.source.oss.auth;

import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.store.MountedFiles;
import dev.cistern.populate.wire.OssAuth;
import dev.cistern.populate.wire.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Keys in the files of a mounted Secret, read again when the store rejects them: they may have been rotated during the
/// run.
final class KeyFiles implements KeyProvider {
    private final Path directory;
    private volatile OssKeys keys;

    /// @throws SourceException.Refused when a file cannot be read, or holds nothing
    KeyFiles(Path directory) throws SourceException.Refused {
        this.directory = directory;
        this.keys = read();
    }

    @Override
    public OssKeys keys() {
        return keys;
    }

    @Override
    public OssKeys instead(OssKeys refused) throws SourceException.Refused {
        OssKeys now = keys;
        if (now.equals(refused)) {
            now = read();
            keys = now;
        }
        return now;
    }

    private OssKeys read() throws SourceException.Refused {
        Map<String, String> files;
        try {
            files =
                    MountedFiles.read(
                            directory,
                            List.of(
                                    OssAuth.AccessKey.ID,
                                    OssAuth.AccessKey.SECRET,
                                    OssAuth.AccessKey.TOKEN));
        } catch (IOException e) {
            throw wrong("cannot be read: " + e.getMessage(), e);
        }
        return OssKeys.given(
                key(files, OssAuth.AccessKey.ID),
                key(files, OssAuth.AccessKey.SECRET),
                checked(OssAuth.AccessKey.TOKEN, files.get(OssAuth.AccessKey.TOKEN)));
    }

    private String key(Map<String, String> files, String name) throws SourceException.Refused {
        String text = checked(name, files.get(name));
        if (text == null) {
            throw wrong("hold nothing in " + name, null);
        }
        return text;
    }

    private @Nullable String checked(String name, @Nullable String text)
            throws SourceException.Refused {
        if (text != null && text.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            throw wrong("hold more than a key in " + name, null);
        }
        return text;
    }

    private SourceException.Refused wrong(String problem, @Nullable Exception e) {
        return new SourceException.Refused(
                Reason.INVALID_CREDENTIALS,
                "the access key's files in "
                        + directory
                        + " "
                        + problem
                        + "; check the keys of the Secret that the source names",
                e);
    }
}
