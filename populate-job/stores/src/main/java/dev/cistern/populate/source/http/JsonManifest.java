package dev.cistern.populate.source.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// A JSON object per line: `path`, `size` in bytes, `sha256`, and `url` where the file is not next to the list under
/// its path. Other fields are ignored.
final class JsonManifest implements ListFormat {
    private static final JsonFactory JSON =
            JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

    @Override
    public @Nullable ListedFile file(String line) {
        if (line.isBlank() || line.startsWith("#")) {
            return null;
        }
        try (JsonParser parser = JSON.createParser(line)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IllegalArgumentException("is not a JSON object");
            }
            ListedFile file = file(parser);
            if (parser.nextToken() != null) {
                throw new IllegalArgumentException("goes on after its JSON object");
            }
            return file;
        } catch (IOException e) {
            // The parser's message quotes the text, which may contain a signature.
            throw new IllegalArgumentException("is not valid JSON", e);
        }
    }

    private static ListedFile file(JsonParser parser) throws IOException {
        String path = null;
        String sha256 = null;
        String url = null;
        long size = -1;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String field = parser.currentName();
            JsonToken value = parser.nextToken();
            switch (field) {
                case "path" -> path = text(parser, field, value);
                case "sha256" -> sha256 = text(parser, field, value);
                case "url" ->
                        url = value == JsonToken.VALUE_NULL ? null : text(parser, field, value);
                case "size" -> {
                    if (value != JsonToken.VALUE_NUMBER_INT || parser.getLongValue() < 0) {
                        throw new IllegalArgumentException("has a size that is no number of bytes");
                    }
                    size = parser.getLongValue();
                }
                default -> parser.skipChildren();
            }
        }
        if (path == null || sha256 == null || size < 0) {
            throw new IllegalArgumentException("lacks one of path, size and sha256");
        }
        return new ListedFile(ListedNames.checked(path), size, Sha256Sums.digest(sha256), url);
    }

    private static String text(JsonParser parser, String field, JsonToken value)
            throws IOException {
        if (value != JsonToken.VALUE_STRING) {
            throw new IllegalArgumentException("has a " + field + " that is not a text");
        }
        return parser.getText();
    }
}
