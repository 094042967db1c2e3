package dev.cistern.doubles.gcs;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.Map;
import java.util.TreeMap;

/// The parameter `fields` of Google's APIs, which selects a part of a document: `a,b(c,d),e/f`.
final class FieldMask {
    private final Map<String, FieldMask> fields = new TreeMap<>();

    private FieldMask() {}

    /// @throws IllegalArgumentException when it is invalid
    static FieldMask of(String text) {
        int[] at = {0};
        FieldMask mask = list(text, at);
        if (at[0] != text.length()) {
            throw new IllegalArgumentException("Invalid field selection " + text);
        }
        return mask;
    }

    private static FieldMask list(String text, int[] at) {
        FieldMask mask = new FieldMask();
        while (true) {
            one(text, at, mask);
            if (at[0] == text.length() || text.charAt(at[0]) != ',') {
                return mask;
            }
            at[0]++;
        }
    }

    private static void one(String text, int[] at, FieldMask into) {
        int from = at[0];
        while (at[0] < text.length() && "(),/".indexOf(text.charAt(at[0])) < 0) {
            at[0]++;
        }
        String name = text.substring(from, at[0]);
        if (name.isEmpty()) {
            throw new IllegalArgumentException("Invalid field selection " + text);
        }
        FieldMask below = new FieldMask();
        if (at[0] < text.length() && text.charAt(at[0]) == '/') {
            at[0]++;
            one(text, at, below);
        } else if (at[0] < text.length() && text.charAt(at[0]) == '(') {
            at[0]++;
            below = list(text, at);
            if (at[0] == text.length() || text.charAt(at[0]) != ')') {
                throw new IllegalArgumentException("Invalid field selection " + text);
            }
            at[0]++;
        }
        into.fields.merge(name, below, FieldMask::merged);
    }

    /// `a/b,a/c` is `a(b,c)`; a field without a selection is selected whole.
    private static FieldMask merged(FieldMask a, FieldMask b) {
        FieldMask both = new FieldMask();
        if (!a.fields.isEmpty() && !b.fields.isEmpty()) {
            both.fields.putAll(a.fields);
            b.fields.forEach((name, mask) -> both.fields.merge(name, mask, FieldMask::merged));
        }
        return both;
    }

    /// The selected part of a document.
    JsonElement apply(JsonElement document) {
        if (fields.isEmpty()) {
            return document;
        }
        if (document.isJsonArray()) {
            JsonArray all = new JsonArray();
            document.getAsJsonArray().forEach(e -> all.add(apply(e)));
            return all;
        }
        JsonObject kept = new JsonObject();
        if (document.isJsonObject()) {
            document.getAsJsonObject()
                    .entrySet()
                    .forEach(
                            e -> {
                                FieldMask below = fields.get(e.getKey());
                                if (below != null) {
                                    kept.add(e.getKey(), below.apply(e.getValue()));
                                }
                            });
        }
        return kept;
    }
}
