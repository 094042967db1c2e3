package dev.cistern.populate.source.rest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A JSON document of a store: parsed completely, accessed by name. Missing, null and values of another type are
/// treated as absent, because stores omit fields.
public final class Json {
    /// Deeper than any response of a store.
    private static final int MAX_DEPTH = 64;

    private static final JsonFactory FACTORY =
            JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
                    .build();

    /// A value that is absent.
    public static final Json NONE = new Json(null);

    /// A text, a map of names to values, a list of values, or null. Numbers and booleans are texts.
    private final @Nullable Object value;

    private Json(@Nullable Object value) {
        this.value = value;
    }

    /// Parses a document.
    ///
    /// @throws IllegalArgumentException when it is not JSON
    public static Json parse(byte[] document) {
        return parse(document, 0, document.length);
    }

    /// Parses a document within a buffer.
    ///
    /// @throws IllegalArgumentException when it is not JSON
    public static Json parse(byte[] bytes, int from, int length) {
        try (JsonParser parser = FACTORY.createParser(bytes, from, length)) {
            if (parser.nextToken() == null) {
                throw new IllegalArgumentException("the answer is empty, not JSON");
            }
            Json all = new Json(value(parser));
            if (parser.nextToken() != null) {
                throw new IllegalArgumentException("the answer has something behind its JSON");
            }
            return all;
        } catch (IOException e) {
            // Jackson's message contains the position, and at most one token of the document.
            throw new IllegalArgumentException("the answer is not JSON: " + e.getMessage(), e);
        }
    }

    private static @Nullable Object value(JsonParser parser) throws IOException {
        JsonToken token = parser.currentToken();
        if (token == JsonToken.START_OBJECT) {
            Map<String, Json> members = new LinkedHashMap<>();
            for (String name = parser.nextFieldName(); name != null; ) {
                parser.nextToken();
                members.put(name, new Json(value(parser)));
                name = parser.nextFieldName();
            }
            return members;
        }
        if (token == JsonToken.START_ARRAY) {
            List<Json> items = new ArrayList<>();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                items.add(new Json(value(parser)));
            }
            return items;
        }
        return token == JsonToken.VALUE_NULL ? null : parser.getText();
    }

    /// A member of an object.
    public Json get(String name) {
        return value instanceof Map<?, ?> members && members.get(name) instanceof Json member
                ? member
                : NONE;
    }

    /// The names of an object's members, in order; none where it is not an object.
    public List<String> names() {
        List<String> names = new ArrayList<>();
        if (value instanceof Map<?, ?> members) {
            members.keySet().forEach(name -> names.add(String.valueOf(name)));
        }
        return names;
    }

    /// The items of a list; none where it is not a list.
    public List<Json> items() {
        List<Json> items = new ArrayList<>();
        if (value instanceof List<?> all) {
            for (Object item : all) {
                if (item instanceof Json json) {
                    items.add(json);
                }
            }
        }
        return items;
    }

    /// The value of a text, number or boolean, as written; null where it is absent.
    public @Nullable String text() {
        return value instanceof String text ? text : null;
    }

    /// The same with a default.
    public String text(String absent) {
        String text = text();
        return text == null ? absent : text;
    }

    /// A non-negative integer, written as a number or as text; null where there is none.
    public @Nullable Long number() {
        String text = text();
        return text == null
                        || text.isEmpty()
                        || text.length() > 18
                        || !text.chars().allMatch(c -> c >= '0' && c <= '9')
                ? null
                : Long.valueOf(text);
    }

    /// Whether there is a value.
    public boolean present() {
        return value != null;
    }
}
