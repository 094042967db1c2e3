package dev.cistern.populate.source.azureblob.auth;

import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.wire.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// A credential that is read each time it is needed: the file changes when its Secret is rotated.
@FunctionalInterface
interface Secret {
    /// The credential, stripped, not empty.
    ///
    /// @throws SourceException.Refused when there is none
    String read() throws SourceException.Refused;

    /// The content of a file.
    ///
    /// @param what its content, for messages, such as `account key`
    static Secret file(String what, String file) {
        return () -> {
            String text;
            try {
                text = Files.readString(Path.of(file)).strip();
            } catch (IOException | InvalidPathException e) {
                throw wrong("the file of the " + what + ", " + file + ", cannot be read", e);
            }
            if (text.isEmpty()) {
                throw wrong("the file of the " + what + ", " + file + ", is empty", null);
            }
            return text;
        };
    }

    static SourceException.Refused wrong(String problem, @Nullable Exception e) {
        return new SourceException.Refused(Reason.INVALID_CREDENTIALS, problem, e);
    }
}
