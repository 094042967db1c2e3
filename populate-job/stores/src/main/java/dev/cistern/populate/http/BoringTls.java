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

/// TLS by BoringSSL, through Netty's engine: its ciphers are machine code from the first record on, and it decrypts from the receive
/// buffer into the caller's without a copy. Certificates and names are still judged by the JDK.
final class BoringTls implements TlsEngines {
    private final SslContext context;

    private BoringTls(SslContext context) {
        this.context = context;
    }

    /// Whether its library is there for this platform.
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
        // An engine as Netty's own handler has it takes many records at a time; those that are
        // given out alone take one, as the
        // JDK's do.
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
