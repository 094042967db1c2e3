package dev.cistern.populate.source.azureblob.auth;

import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.wire.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Where a credential is read, each time as it is then: whoever rotates a Secret changes the file that a Job has of it.
@FunctionalInterface
interface Secret {
    /// What is there, without blanks around it, not empty.
    ///
    /// @throws SourceException.Refused when there is nothing; it shows no credential
    String read() throws SourceException.Refused;

    /// The content of a file.
    ///
    /// @param what it holds, for people, such as `account key`
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
