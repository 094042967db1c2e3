package dev.cistern.populate.source.oci.auth;

import dev.cistern.populate.source.SourceException;
import java.util.List;

/// Where the credentials for one repository come from.
@FunctionalInterface
public interface Logins {
    /// All that may be meant for it, the likeliest first; none means that requests are anonymous. Called again when credentials are needed
    /// again: somebody may have replaced them.
    ///
    /// @throws SourceException.Refused when they cannot be read
    List<Login> read() throws SourceException.Refused;
}
