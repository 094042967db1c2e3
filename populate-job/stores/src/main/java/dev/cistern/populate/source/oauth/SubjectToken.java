package dev.cistern.populate.source.oauth;

import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.rest.Json;
import dev.cistern.populate.wire.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// A file with a token of another identity provider, such as the cluster. It is read each time, because its writer
/// renews it.
///
/// @param field of a JSON document with the token; null where the file is the token
public record SubjectToken(Path file, @Nullable String field) {
    /// @throws SourceException.Refused when the file contains no token
    public String read() throws SourceException.Refused {
        String text;
        try {
            text = Files.readString(file).strip();
        } catch (IOException e) {
            throw wrong("cannot be read", e);
        }
        String token;
        try {
            token =
                    field == null
                            ? text
                            : Json.parse(text.getBytes(StandardCharsets.UTF_8)).get(field).text("");
        } catch (IllegalArgumentException e) {
            throw wrong("is not JSON", e);
        }
        if (token.isEmpty()) {
            throw wrong("holds no token", null);
        }
        return token;
    }

    private SourceException.Refused wrong(String problem, @Nullable Exception e) {
        return new SourceException.Refused(
                Reason.INVALID_CREDENTIALS, "token file " + file + " " + problem, e);
    }
}
