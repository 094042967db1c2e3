package dev.cistern.populate.store;

import dev.cistern.populate.http.BufferPool;
import dev.cistern.populate.http.HttpClient;
import dev.cistern.populate.http.Origin;
import dev.cistern.populate.http.Proxies;
import dev.cistern.populate.http.Tls;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.wire.Reason;
import dev.cistern.populate.wire.TlsSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Context for opening a source.
///
/// @param index of the source, from 0, part of the names of its environment variables
/// @param environment of the process, with credentials
/// @param buffers for the responses of all stores
/// @param proxies for stores and token services
/// @param userAgent for requests
public record StoreContext(
        int index,
        Map<String, String> environment,
        BufferPool buffers,
        Proxies proxies,
        String userAgent) {
    /// Connect timeout of one address.
    public static final int CONNECT_MILLIS = 10_000;

    /// A connection without a byte for this long within a response is dead.
    private static final int READ_MILLIS = 20_000;

    /// Stores that first fetch an object from elsewhere take half a minute or more.
    public static final int FIRST_BYTE_MILLIS = 60_000;

    /// A secret of this source, from `CISTERN_SOURCE_<index>_<name>`.
    ///
    /// @throws SourceException.Refused when there is none
    public String credential(String name) throws SourceException.Refused {
        String value = optionalCredential(name);
        if (value == null) {
            throw new SourceException.Refused(
                    Reason.INVALID_CREDENTIALS,
                    variable(name)
                            + " is not set; check the keys of the Secret that the source names",
                    null);
        }
        return value;
    }

    /// The same for an optional secret; null when it is missing or blank.
    public @Nullable String optionalCredential(String name) {
        String value = environment.get(variable(name));
        // Secrets created with a text editor often end with a line feed.
        return value == null || value.isBlank() ? null : value.strip();
    }

    private String variable(String name) {
        return "CISTERN_SOURCE_" + index + "_" + name;
    }

    /// The TLS configuration. Unreadable certificates are reported at once, not after minutes of failed connections.
    ///
    /// @throws SourceException.Refused naming the invalid field
    public Tls tls(TlsSpec spec) throws SourceException.Refused {
        String authorities = authorities(spec);
        try {
            Tls tls = new Tls(authorities, spec.skipVerification());
            if (authorities != null) {
                tls.trustManagers();
            }
            return tls;
        } catch (IllegalArgumentException | IOException e) {
            throw wrong("tls", e.getMessage());
        }
    }

    private @Nullable String authorities(TlsSpec spec) throws SourceException.Refused {
        String file = spec.caFile();
        if (file == null) {
            return spec.caPem();
        }
        try {
            return Files.readString(Path.of(file));
        } catch (IOException e) {
            throw wrong("tls.caFile", file + " cannot be read");
        }
    }

    /// A client for a store's requests.
    public HttpClient http(Tls tls) {
        return new HttpClient(
                new HttpClient.Settings(
                        CONNECT_MILLIS, READ_MILLIS, FIRST_BYTE_MILLIS, buffers, proxies),
                tls);
    }

    /// Validates the proxy for an origin, before any request.
    ///
    /// @throws SourceException.Refused naming the invalid variable
    public void checkProxy(Origin origin) throws SourceException.Refused {
        try {
            proxies.to(origin);
        } catch (IllegalArgumentException e) {
            throw wrong("", e.getMessage());
        }
    }

    /// The failure for an invalid specification.
    ///
    /// @param field of the store, such as `bucket`; empty for no particular one
    public SourceException.Refused wrong(String field, @Nullable String problem) {
        return new SourceException.Refused(
                Reason.INVALID_CONFIGURATION,
                "sources["
                        + index
                        + "].store"
                        + (field.isEmpty() ? "" : "." + field)
                        + ": "
                        + problem,
                null);
    }
}
