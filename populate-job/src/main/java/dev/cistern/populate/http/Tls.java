package dev.cistern.populate.http;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.ByteChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/// Whom to trust. The context is made at the first secure connection: plain HTTP pays nothing for it.
public final class Tls {
    private final @Nullable String authorities;
    private final boolean skipVerification;
    private @Nullable SSLContext context;

    /// @param authorities PEM text of authorities to trust besides the platform's; null means the platform's alone
    /// @param skipVerification whether any certificate under any name is accepted
    public Tls(@Nullable String authorities, boolean skipVerification) {
        this.authorities = authorities;
        this.skipVerification = skipVerification;
    }

    /// Who decides about certificates.
    ///
    /// @throws IOException when the authorities are no certificates
    public TrustManager[] trustManagers() throws IOException {
        if (skipVerification) {
            return new TrustManager[] {new TrustAnyone()};
        }
        try {
            TrustManagerFactory factory =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init((KeyStore) null);
            return authorities == null ? factory.getTrustManagers() : with(factory, authorities);
        } catch (GeneralSecurityException e) {
            throw new IOException("cannot set up TLS: " + e.getMessage(), e);
        }
    }

    private static TrustManager[] with(TrustManagerFactory platform, String pem)
            throws IOException, GeneralSecurityException {
        Collection<? extends Certificate> own;
        try (InputStream in = new ByteArrayInputStream(pem.getBytes(StandardCharsets.UTF_8))) {
            own = CertificateFactory.getInstance("X.509").generateCertificates(in);
        } catch (GeneralSecurityException e) {
            throw new IOException(
                    "the certificate authorities are not PEM text of certificates", e);
        }
        if (own.isEmpty()) {
            throw new IOException("the certificate authorities hold no certificate");
        }
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        int index = 0;
        for (Certificate certificate : own) {
            store.setCertificateEntry("own-" + index++, certificate);
        }
        for (TrustManager manager : platform.getTrustManagers()) {
            if (manager instanceof javax.net.ssl.X509TrustManager x509) {
                for (X509Certificate certificate : x509.getAcceptedIssuers()) {
                    store.setCertificateEntry("platform-" + index++, certificate);
                }
            }
        }
        TrustManagerFactory both =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        both.init(store);
        return both.getTrustManagers();
    }

    private synchronized SSLContext context() throws IOException {
        SSLContext made = context;
        if (made == null) {
            try {
                made = SSLContext.getInstance("TLS");
                made.init(null, trustManagers(), new SecureRandom());
            } catch (GeneralSecurityException e) {
                throw new IOException("cannot set up TLS: " + e.getMessage(), e);
            }
            context = made;
        }
        return made;
    }

    /// Speaks TLS on a connected socket; the handshake is done when this returns.
    ByteChannel open(SocketChannel socket, Origin origin, Watchdog watchdog) throws IOException {
        SSLEngine engine = context().createSSLEngine(origin.host(), origin.port());
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
        if (!skipVerification) {
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
        }
        engine.setSSLParameters(parameters);
        TlsChannel channel = new TlsChannel(socket, engine, origin);
        watchdog.add(channel);
        try {
            channel.handshake();
        } finally {
            watchdog.remove(channel);
        }
        return channel;
    }

    /// Accepts everything: what `skipTlsVerification` asks for.
    private static final class TrustAnyone extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkClientTrusted(
                X509Certificate[] chain, String authType, java.net.Socket socket) {}

        @Override
        public void checkServerTrusted(
                X509Certificate[] chain, String authType, java.net.Socket socket) {}

        @Override
        public void checkClientTrusted(
                X509Certificate[] chain, String authType, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(
                X509Certificate[] chain, String authType, SSLEngine engine) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
