package dev.cistern.populate.source.oci.auth;

import dev.cistern.populate.source.SourceException;
import java.util.List;

/// Provides the credentials for one repository.
@FunctionalInterface
public interface Logins {
    /// All matching credentials, the best match first; empty for anonymous requests. Called again when credentials are
    /// needed again, since they may have been replaced.
    ///
    /// @throws SourceException.Refused when they cannot be read
    List<Login> read() throws SourceException.Refused;
}
