package dev.cistern.populate.http;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;

/// TLS with the JDK: available everywhere, but slow until its ciphers are compiled.
final class JdkTls implements TlsEngines {
    private final SSLContext context;
    private final boolean checkName;

    JdkTls(TrustManager[] trust, boolean checkName) throws IOException {
        this.checkName = checkName;
        try {
            this.context = SSLContext.getInstance("TLS");
            context.init(null, trust, new SecureRandom());
        } catch (GeneralSecurityException e) {
            throw new IOException("cannot set up TLS: " + e.getMessage(), e);
        }
    }

    @Override
    public SSLEngine engine(Origin origin) {
        SSLEngine engine = context.createSSLEngine(origin.host(), origin.port());
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(Tls.PROTOCOLS);
        if (checkName) {
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
        }
        engine.setSSLParameters(parameters);
        return engine;
    }

    @Override
    public void release(SSLEngine engine) {}

    @Override
    public boolean direct() {
        return false;
    }
}
