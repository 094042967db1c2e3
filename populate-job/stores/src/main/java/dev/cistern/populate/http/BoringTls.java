package dev.cistern.populate.http;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;

/// TLS with BoringSSL through Netty's engine: its ciphers are native code from the first record on, and it decrypts
/// from the receive buffer into the caller's without a copy. The JDK still verifies certificates and names.
final class BoringTls implements TlsEngines {
    private final SslContext context;

    private BoringTls(SslContext context) {
        this.context = context;
    }

    /// Whether its library is available for this platform.
    static boolean available() {
        return OpenSsl.isAvailable();
    }

    static BoringTls of(TrustManager[] trust, boolean checkName) throws IOException {
        return new BoringTls(
                SslContextBuilder.forClient()
                        .sslProvider(SslProvider.OPENSSL_REFCNT)
                        .trustManager(trust[0])
                        .protocols(Tls.PROTOCOLS)
                        .endpointIdentificationAlgorithm(checkName ? "HTTPS" : null)
                        .build());
    }

    @Override
    public SSLEngine engine(Origin origin) {
        // Engines created as for Netty's own handler process many records per call; standalone ones
        // process one, like
        // the JDK's.
        return context.newHandler(UnpooledByteBufAllocator.DEFAULT, origin.host(), origin.port())
                .engine();
    }

    @Override
    public void release(SSLEngine engine) {
        ReferenceCountUtil.release(engine);
    }

    @Override
    public boolean direct() {
        return true;
    }
}
