package dev.cistern.populate.http;

import java.io.IOException;
import javax.net.ssl.SSLEngine;

/// Makes what encrypts and decrypts a connection.
interface TlsEngines {
    /// An engine for one connection as a client, which trusts and checks names as was asked for.
    ///
    /// @throws IOException when TLS cannot be set up
    SSLEngine engine(Origin origin) throws IOException;

    /// Gives back what an engine holds outside the heap. Called once per engine, by the thread that used it last.
    void release(SSLEngine engine);

    /// Whether the engine works on memory outside the heap: it then wants its records there.
    boolean direct();
}
