package dev.cistern.populate.http;

import java.io.IOException;
import javax.net.ssl.SSLEngine;

/// Creates TLS engines for connections.
interface TlsEngines {
    /// A client engine for one connection, which verifies certificates and names as configured.
    ///
    /// @throws IOException when TLS cannot be set up
    SSLEngine engine(Origin origin) throws IOException;

    /// Frees an engine's native memory. Called once per engine, by the last thread that used it.
    void release(SSLEngine engine);

    /// Whether the engine works on direct buffers, which it then requires for records.
    boolean direct();
}
