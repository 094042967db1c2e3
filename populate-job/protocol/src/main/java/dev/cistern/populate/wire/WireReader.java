package dev.cistern.populate.wire;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A JSON object with typed, checked access to its fields. Every error message starts with the path of the field.
///
/// Texts are small (limited by [#MAX_CHARS]), so an object is read completely before its fields are accessed.
final class WireReader {
    /// 64 sources with 64 patterns of 1 KiB each would be 4 MiB; an environment variable on Linux is limited to 128
    /// KiB.
    static final int MAX_CHARS = 1 << 20;

    private static final int MAX_DEPTH = 16;
    private static final JsonFactory JSON =
            JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

    private final String path;
    private final Map<String, @Nullable Object> fields;

    private WireReader(String path, Map<String, @Nullable Object> fields) {
        this.path = path;
        this.fields = fields;
    }

    static WireReader parse(String what, String text) throws WireException {
        if (text.length() > MAX_CHARS) {
            throw new WireException(
                    what
                            + ": "
                            + text.length()
                            + " characters; at most "
                            + MAX_CHARS
                            + " are accepted");
        }
        try (JsonParser parser = JSON.createParser(text)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new WireException(what + ": must be a JSON object");
            }
            Map<String, @Nullable Object> fields = object(parser, 1);
            if (parser.nextToken() != null) {
                throw new WireException(what + ": text after the end of the JSON object");
            }
            return new WireReader("", fields);
        } catch (IOException e) {
            // The parser's message quotes the text, which may contain secrets.
            throw new WireException(what + ": not valid JSON");
        }
    }

    private static Map<String, @Nullable Object> object(JsonParser parser, int depth)
            throws IOException, WireException {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            fields.put(name, value(parser, depth));
        }
        return fields;
    }

    private static @Nullable Object value(JsonParser parser, int depth)
            throws IOException, WireException {
        if (depth > MAX_DEPTH) {
            throw new WireException("JSON nested deeper than " + MAX_DEPTH);
        }
        return switch (parser.currentToken()) {
            case START_OBJECT -> object(parser, depth + 1);
            case START_ARRAY -> {
                List<@Nullable Object> items = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    items.add(value(parser, depth + 1));
                }
                yield items;
            }
            case VALUE_STRING -> parser.getText();
            case VALUE_NUMBER_INT -> parser.getBigIntegerValue();
            case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            case VALUE_TRUE -> Boolean.TRUE;
            case VALUE_FALSE -> Boolean.FALSE;
            case VALUE_NULL -> null;
            case NOT_AVAILABLE, END_OBJECT, END_ARRAY, FIELD_NAME, VALUE_EMBEDDED_OBJECT ->
                    throw new WireException("not valid JSON");
        };
    }

    /// The path of a field of this object, for error messages.
    String at(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    WireException wrong(String name, String problem) {
        return new WireException(at(name) + ": " + problem);
    }

    /// Rejects fields outside `known`: a misspelt field must not be ignored.
    void onlyKnown(String... known) throws WireException {
        List<String> names = List.of(known);
        for (String name : fields.keySet()) {
            if (!names.contains(name)) {
                throw wrong(name, "unknown field; known are " + String.join(", ", names));
            }
        }
    }

    private <T> @Nullable T get(String name, Class<T> type, String typeName) throws WireException {
        Object value = fields.get(name);
        if (value == null) {
            return null;
        }
        if (!type.isInstance(value)) {
            throw wrong(name, "must be " + typeName);
        }
        return type.cast(value);
    }

    @Nullable String optionalText(String name) throws WireException {
        return get(name, String.class, "a string");
    }

    String text(String name) throws WireException {
        String value = optionalText(name);
        if (value == null) {
            throw wrong(name, "is required");
        }
        return value;
    }

    String text(String name, String otherwise) throws WireException {
        String value = optionalText(name);
        return value == null ? otherwise : value;
    }

    boolean flag(String name, boolean otherwise) throws WireException {
        Boolean value = get(name, Boolean.class, "true or false");
        return value == null ? otherwise : value;
    }

    long number(String name, long least, long most) throws WireException {
        java.math.BigInteger value = get(name, java.math.BigInteger.class, "a whole number");
        if (value == null) {
            throw wrong(name, "is required");
        }
        if (value.bitLength() > 63 || value.longValue() < least || value.longValue() > most) {
            throw wrong(name, "must be from " + least + " to " + most);
        }
        return value.longValue();
    }

    long number(String name, long least, long most, long otherwise) throws WireException {
        return fields.get(name) == null ? otherwise : number(name, least, most);
    }

    double seconds(String name) throws WireException {
        Number value = get(name, Number.class, "a number");
        if (value == null) {
            throw wrong(name, "is required");
        }
        return value.doubleValue();
    }

    <E extends Enum<E>> E choice(
            String name, E[] choices, Function<E, String> wireName, @Nullable E otherwise)
            throws WireException {
        E chosen = optionalChoice(name, choices, wireName);
        if (chosen != null) {
            return chosen;
        }
        if (otherwise == null) {
            throw wrong(name, "is required");
        }
        return otherwise;
    }

    <E extends Enum<E>> @Nullable E optionalChoice(
            String name, E[] choices, Function<E, String> wireName) throws WireException {
        String value = optionalText(name);
        if (value == null) {
            return null;
        }
        List<String> names = new ArrayList<>();
        for (E choice : choices) {
            if (wireName.apply(choice).equals(value)) {
                return choice;
            }
            names.add(wireName.apply(choice));
        }
        throw wrong(name, "must be one of " + String.join(", ", names));
    }

    @Nullable WireReader optionalObject(String name) throws WireException {
        Map<?, ?> value = get(name, Map.class, "an object");
        return value == null ? null : child(at(name), value);
    }

    WireReader object(String name) throws WireException {
        WireReader value = optionalObject(name);
        if (value == null) {
            throw wrong(name, "is required");
        }
        return value;
    }

    List<WireReader> objects(String name, int most) throws WireException {
        List<?> items = list(name, most);
        List<WireReader> result = new ArrayList<>(items.size());
        for (int i = 0; i < items.size(); i++) {
            if (!(items.get(i) instanceof Map<?, ?> map)) {
                throw wrong(name + "[" + i + "]", "must be an object");
            }
            result.add(child(at(name) + "[" + i + "]", map));
        }
        return result;
    }

    List<String> texts(String name, int most) throws WireException {
        List<?> items = list(name, most);
        List<String> result = new ArrayList<>(items.size());
        for (int i = 0; i < items.size(); i++) {
            if (!(items.get(i) instanceof String text)) {
                throw wrong(name + "[" + i + "]", "must be a string");
            }
            result.add(text);
        }
        return List.copyOf(result);
    }

    private List<?> list(String name, int most) throws WireException {
        List<?> items = get(name, List.class, "a list");
        if (items == null) {
            return List.of();
        }
        if (items.size() > most) {
            throw wrong(name, "has " + items.size() + " items; at most " + most + " are accepted");
        }
        return items;
    }

    private static WireReader child(String path, Map<?, ?> map) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        map.forEach((key, value) -> fields.put((String) key, value));
        return new WireReader(path, fields);
    }
}
