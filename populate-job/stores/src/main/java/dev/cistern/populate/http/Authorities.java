package dev.cistern.populate.http;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertPathBuilderException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/// Trusts certificates of the configured authorities and of the platform's.
///
/// The configured ones are checked first, and the platform's are parsed only if those do not know the server: parsing
/// some 150 certificates takes longer than everything else at the start of a fill from a private store.
final class Authorities extends X509ExtendedTrustManager {
    private static final X509Certificate[] NONE = new X509Certificate[0];

    private final X509ExtendedTrustManager own;
    private @Nullable X509ExtendedTrustManager platform;

    private Authorities(X509ExtendedTrustManager own) {
        this.own = own;
    }

    /// The platform's authorities only.
    ///
    /// @throws IOException when they cannot be read
    static X509ExtendedTrustManager platform() throws IOException {
        try {
            return of(null);
        } catch (GeneralSecurityException e) {
            throw new IOException(
                    "the platform's certificate authorities cannot be read: " + e.getMessage(), e);
        }
    }

    /// The platform's authorities and those of a PEM text.
    ///
    /// @throws IOException when the text contains no certificates
    static X509ExtendedTrustManager and(String pem) throws IOException {
        Collection<? extends Certificate> certificates;
        try (InputStream in = new ByteArrayInputStream(pem.getBytes(StandardCharsets.UTF_8))) {
            certificates = CertificateFactory.getInstance("X.509").generateCertificates(in);
        } catch (GeneralSecurityException e) {
            throw new IOException(
                    "the certificate authorities are not PEM text of certificates", e);
        }
        if (certificates.isEmpty()) {
            throw new IOException("the certificate authorities hold no certificate");
        }
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int index = 0;
            for (Certificate certificate : certificates) {
                store.setCertificateEntry("own-" + index++, certificate);
            }
            return new Authorities(of(store));
        } catch (GeneralSecurityException e) {
            throw new IOException("cannot set up TLS: " + e.getMessage(), e);
        }
    }

    /// @param store null means the platform's
    private static X509ExtendedTrustManager of(@Nullable KeyStore store)
            throws GeneralSecurityException {
        TrustManagerFactory factory =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509ExtendedTrustManager extended) {
                return extended;
            }
        }
        throw new GeneralSecurityException("the JDK has no trust manager for X.509");
    }

    private synchronized X509ExtendedTrustManager loadedPlatform() throws CertificateException {
        X509ExtendedTrustManager loaded = platform;
        if (loaded == null) {
            try {
                loaded = platform();
            } catch (IOException e) {
                throw new CertificateException(e.getMessage(), e);
            }
            platform = loaded;
        }
        return loaded;
    }

    private interface Check {
        void by(X509ExtendedTrustManager manager) throws CertificateException;
    }

    private void check(Check check) throws CertificateException {
        try {
            check.by(own);
        } catch (CertificateException notByOwn) {
            try {
                check.by(loadedPlatform());
            } catch (CertificateException notByPlatform) {
                // The manager that knows the authority reports other problems: the name, the dates.
                boolean ownKnows = !(notByOwn.getCause() instanceof CertPathBuilderException);
                CertificateException told = ownKnows ? notByOwn : notByPlatform;
                told.addSuppressed(ownKnows ? notByPlatform : notByOwn);
                throw told;
            }
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType)
            throws CertificateException {
        check(manager -> manager.checkServerTrusted(chain, authType));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        check(manager -> manager.checkServerTrusted(chain, authType, socket));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        check(manager -> manager.checkServerTrusted(chain, authType, engine));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType)
            throws CertificateException {
        check(manager -> manager.checkClientTrusted(chain, authType));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        check(manager -> manager.checkClientTrusted(chain, authType, socket));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        check(manager -> manager.checkClientTrusted(chain, authType, engine));
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        List<X509Certificate> all = new ArrayList<>(List.of(own.getAcceptedIssuers()));
        try {
            all.addAll(List.of(loadedPlatform().getAcceptedIssuers()));
        } catch (CertificateException e) {
            // Only a hint for peers that request certificates.
            return own.getAcceptedIssuers();
        }
        return all.toArray(NONE);
    }
}
