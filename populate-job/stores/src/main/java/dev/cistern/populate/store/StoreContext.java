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

/// What a source is opened with besides its specification.
///
/// @param index of the source, from 0, which the names of its environment variables carry
/// @param environment of the process, where credentials are
/// @param buffers for the answers of all stores together
/// @param proxies that lead to stores and token services
/// @param userAgent that requests carry
public record StoreContext(
        int index,
        Map<String, String> environment,
        BufferPool buffers,
        Proxies proxies,
        String userAgent) {
    /// For one address.
    public static final int CONNECT_MILLIS = 10_000;

    /// No byte for so long in the middle of an answer means that the connection is dead.
    private static final int READ_MILLIS = 20_000;

    /// Stores that fetch an object from somewhere else first take half a minute and more.
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

    /// The same where it need not be there; null when it is not, or is blank.
    public @Nullable String optionalCredential(String name) {
        String value = environment.get(variable(name));
        // Secrets made with a text editor often end with a line feed, which no key does.
        return value == null || value.isBlank() ? null : value.strip();
    }

    private String variable(String name) {
        return "CISTERN_SOURCE_" + index + "_" + name;
    }

    /// The configuration of TLS clients; certificates that cannot be read are told at once, not after minutes of failed connections.
    ///
    /// @throws SourceException.Refused naming the field that is wrong
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

    /// Makes sure that the proxy that leads to an origin can be used, before anything is asked.
    ///
    /// @throws SourceException.Refused naming the variable that makes no sense
    public void checkProxy(Origin origin) throws SourceException.Refused {
        try {
            proxies.to(origin);
        } catch (IllegalArgumentException e) {
            throw wrong("", e.getMessage());
        }
    }

    /// A specification that is wrong.
    ///
    /// @param field of the store, such as `bucket`; empty where it is none in particular
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
