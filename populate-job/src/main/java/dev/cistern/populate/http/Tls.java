package dev.cistern.populate.http;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.ByteChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/// Whom to trust. The library is loaded at the first secure connection: plain HTTP pays nothing for it.
public final class Tls {
    static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

    /// Whose ciphers are used.
    enum Library {
        /// BoringSSL where it is to be had, else the JDK's.
        FASTEST,
        JDK;

        /// What `CISTERN_TLS` says.
        ///
        /// @param setting `fastest`, `jdk`, or nothing
        static Library chosen(@Nullable String setting) {
            return switch (setting == null ? "" : setting) {
                case "", "fastest" -> FASTEST;
                case "jdk" -> JDK;
                default ->
                        throw new IllegalArgumentException(
                                "CISTERN_TLS: must be fastest or jdk, not " + setting);
            };
        }
    }

    private final @Nullable String authorities;
    private final boolean skipVerification;
    private final Library library;

    /// Of closed connections; as many as were open at a time.
    private final Deque<TlsChannel.Buffers> unused = new ArrayDeque<>();

    private @Nullable TlsEngines engines;

    /// @param authorities PEM text of authorities to trust besides the platform's; null means the platform's alone
    /// @param skipVerification whether any certificate under any name is accepted
    /// @throws IllegalArgumentException when `CISTERN_TLS` says what nobody understands
    public Tls(@Nullable String authorities, boolean skipVerification) {
        this(authorities, skipVerification, Library.chosen(System.getenv("CISTERN_TLS")));
    }

    Tls(@Nullable String authorities, boolean skipVerification, Library library) {
        this.authorities = authorities;
        this.skipVerification = skipVerification;
        this.library = library;
    }

    /// Whether BoringSSL is to be had on this platform, in this image.
    public static boolean fast() {
        return BoringTls.available();
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

    private synchronized TlsEngines engines() throws IOException {
        TlsEngines made = engines;
        if (made == null) {
            TrustManager[] trust = trustManagers();
            made =
                    library == Library.FASTEST && BoringTls.available()
                            ? BoringTls.of(trust, !skipVerification)
                            : new JdkTls(trust, !skipVerification);
            engines = made;
        }
        return made;
    }

    /// Speaks TLS on a connected socket; the handshake is done when this returns.
    ByteChannel open(SocketChannel socket, Origin origin, Watchdog watchdog) throws IOException {
        TlsEngines engines = engines();
        SSLEngine engine = engines.engine(origin);
        TlsChannel channel =
                new TlsChannel(socket, engine, buffers(engines, engine), origin, this::takeBack);
        watchdog.add(channel);
        boolean done = false;
        try {
            channel.handshake();
            done = true;
        } finally {
            watchdog.remove(channel);
            if (!done) {
                channel.close();
            }
        }
        return channel;
    }

    private TlsChannel.Buffers buffers(TlsEngines engines, SSLEngine engine) {
        synchronized (unused) {
            TlsChannel.Buffers used = unused.pollFirst();
            if (used != null) {
                return used;
            }
        }
        return TlsChannel.Buffers.of(engine, engines.direct());
    }

    private void takeBack(TlsChannel closed) {
        TlsEngines made;
        synchronized (this) {
            made = engines;
        }
        if (made != null) {
            made.release(closed.engine());
        }
        synchronized (unused) {
            unused.addFirst(closed.buffers());
        }
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
