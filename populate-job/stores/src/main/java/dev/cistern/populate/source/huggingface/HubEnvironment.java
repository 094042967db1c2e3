package dev.cistern.populate.source.huggingface;

import dev.cistern.populate.source.SourceException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What `huggingface_hub` takes from the environment, in its order: `HF_TOKEN`, else the file that `HF_TOKEN_PATH`,
/// `HF_HOME` or `XDG_CACHE_HOME` lead to.
///
/// @param variables of the process
record HubEnvironment(Map<String, String> variables) {
    static final String ENDPOINT = "HF_ENDPOINT";

    private static final Pattern VARIABLE = Pattern.compile("\\$(?:([A-Za-z0-9_]+)|\\{([^}]*)})");
    private static final Set<String> YES = Set.of("1", "ON", "YES", "TRUE");

    private String get(String name) {
        return variables.getOrDefault(name, "");
    }

    /// The token; none where nobody has logged in.
    ///
    /// @throws SourceException.Refused when it is none that can be sent
    HubToken token() throws SourceException.Refused {
        if (YES.contains(get("HF_HUB_DISABLE_IMPLICIT_TOKEN").toUpperCase(Locale.ROOT))) {
            return HubToken.NONE;
        }
        for (String name : new String[] {"HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"}) {
            if (!get(name).isEmpty()) {
                return HubToken.of(name, get(name));
            }
        }
        Path file = tokenFile();
        return Files.exists(file) ? HubToken.inFile(file) : HubToken.NONE;
    }

    /// Where `hf auth login` writes the token.
    Path tokenFile() {
        String given = get("HF_TOKEN_PATH");
        return given.isEmpty() ? home().resolve("token") : Path.of(expanded(given));
    }

    private Path home() {
        String given = get("HF_HOME");
        if (!given.isEmpty()) {
            return Path.of(expanded(given));
        }
        String cache = get("XDG_CACHE_HOME");
        return Path.of(expanded(cache.isEmpty() ? "~/.cache" : cache)).resolve("huggingface");
    }

    /// With `~` and variables as a shell would have them.
    private String expanded(String path) {
        String home = get("HOME");
        String from = path.equals("~") || path.startsWith("~/") ? home + path.substring(1) : path;
        return VARIABLE.matcher(from)
                .replaceAll(
                        found -> {
                            String name = found.group(1) == null ? found.group(2) : found.group(1);
                            return Matcher.quoteReplacement(
                                    variables.getOrDefault(name, found.group()));
                        });
    }
}
