package dev.cistern.populate.store;

import dev.cistern.populate.http.Origin;
import dev.cistern.populate.wire.TlsSpec;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A store's options on the command line. Error messages name the option, or the variable used instead, its value and
/// what to give instead.
///
/// @param values of options by name; the last one of an option given twice, and the empty text for a flag
public record StoreArguments(Map<String, String> values) {
    public StoreArguments {
        values = Map.copyOf(values);
    }

    /// Whether an option was given.
    public boolean has(StoreOption option) {
        return values.containsKey(option.name());
    }

    /// The value of an option; null when it was not given.
    public @Nullable String value(StoreOption option) {
        return values.get(option.name());
    }

    /// The TLS settings of [StoreOption#CA_FILE] and [StoreOption#INSECURE].
    public TlsSpec tls() throws UsageException {
        String file = value(StoreOption.CA_FILE);
        boolean insecure = has(StoreOption.INSECURE);
        if (file != null && insecure) {
            throw new UsageException("--insecure makes --ca-file useless: leave one of them out");
        }
        return new TlsSpec(
                insecure, file == null ? null : readable(StoreOption.CA_FILE.name(), file), null);
    }

    /// Validates an endpoint.
    ///
    /// @param name of the option or variable
    public static String endpoint(String name, String url) throws UsageException {
        try {
            Origin.of(url);
        } catch (IllegalArgumentException e) {
            throw new UsageException(
                    name
                            + ": "
                            + e.getMessage()
                            + "; give http:// or https://, a host, and a port where it needs one");
        }
        return url;
    }

    /// The first of the variables that is set and not empty; null where none is.
    public static @Nullable String variable(Map<String, String> environment, String... names) {
        for (String name : names) {
            if (!environment.getOrDefault(name, "").isEmpty()) {
                return name;
            }
        }
        return null;
    }

    private static String readable(String name, String file) throws UsageException {
        try {
            Path path = Path.of(file);
            if (Files.isReadable(path) && !Files.isDirectory(path)) {
                return file;
            }
        } catch (InvalidPathException e) {
            throw new UsageException(name + ": " + e.getMessage());
        }
        throw new UsageException(name + ": " + file + " cannot be read; give a PEM file");
    }
}
