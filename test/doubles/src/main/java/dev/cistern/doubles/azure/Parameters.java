package dev.cistern.doubles.azure;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The parameters of a query or a form.
final class Parameters {
    private Parameters() {}

    /// Decoded; a name that comes twice is an error.
    static Map<String, String> of(@Nullable String text) {
        Map<String, String> all = new TreeMap<>();
        if (text == null || text.isEmpty()) {
            return all;
        }
        for (String pair : text.split("&", -1)) {
            String[] parts = pair.split("=", 2);
            String before =
                    all.put(
                            URLDecoder.decode(parts[0], StandardCharsets.UTF_8),
                            parts.length < 2
                                    ? ""
                                    : URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
            if (before != null) {
                throw new IllegalArgumentException("parameter twice: " + parts[0]);
            }
        }
        return all;
    }
}
