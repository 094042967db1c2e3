package dev.cistern.populate.source.s3.sdk;

import dev.cistern.populate.http.Origin;
import dev.cistern.populate.http.Proxies;
import dev.cistern.populate.http.ProxyServer;
import dev.cistern.populate.http.Tls;
import java.io.IOException;
import java.net.Authenticator;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.Proxy;
import java.net.URI;
import java.security.GeneralSecurityException;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;

/// The JDK's HTTP client for the SDK, with this module's authorities and proxies: the SDK by itself would use the
/// environment's proxies in its own way, also for Jobs, and send no password for a tunnel.
final class SdkHttp {
    /// The JDK sends passwords for tunnels only if this does not contain `Basic`, which is its default.
    private static final String TUNNEL_PROPERTY = "jdk.http.auth.tunneling.disabledSchemes";

    private final Tls tls;
    private final Proxies proxies;
    private final int connectMillis;
    private final int readMillis;
    private @Nullable SSLSocketFactory sockets;

    private SdkHttp(Tls tls, Proxies proxies, int connectMillis, int readMillis) {
        this.tls = tls;
        this.proxies = proxies;
        this.connectMillis = connectMillis;
        this.readMillis = readMillis;
    }

    static SdkHttpClient client(Tls tls, Proxies proxies, int connectMillis, int readMillis) {
        if (System.getProperty(TUNNEL_PROPERTY) == null) {
            System.setProperty(TUNNEL_PROPERTY, "none");
        }
        SdkHttp http = new SdkHttp(tls, proxies, connectMillis, readMillis);
        return UrlConnectionHttpClient.create(http::connection);
    }

    private HttpURLConnection connection(URI uri) {
        try {
            ProxyServer through =
                    proxies.to(Origin.of(uri.getScheme() + "://" + uri.getAuthority()));
            HttpURLConnection connection =
                    (HttpURLConnection) uri.toURL().openConnection(proxy(through));
            if (through != null && !through.user().isEmpty()) {
                // For tunnels; a request to the proxy itself is sent only once.
                connection.setAuthenticator(new OneUser(through));
                if (uri.getScheme().equals("http")) {
                    connection.setRequestProperty("Proxy-Authorization", through.authorization());
                }
            }
            connection.setConnectTimeout(connectMillis);
            connection.setReadTimeout(readMillis);
            connection.setUseCaches(false);
            connection.setInstanceFollowRedirects(false);
            if (connection instanceof HttpsURLConnection secure) {
                secure.setSSLSocketFactory(sockets());
            }
            return connection;
        } catch (IOException e) {
            throw new IllegalStateException(String.valueOf(e.getMessage()), e);
        }
    }

    private static Proxy proxy(@Nullable ProxyServer through) {
        return through == null
                ? Proxy.NO_PROXY
                : new Proxy(
                        Proxy.Type.HTTP,
                        new InetSocketAddress(through.origin().host(), through.origin().port()));
    }

    private synchronized SSLSocketFactory sockets() throws IOException {
        SSLSocketFactory made = sockets;
        if (made == null) {
            try {
                SSLContext context = SSLContext.getInstance("TLS");
                context.init(null, tls.trustManagers(), null);
                made = context.getSocketFactory();
            } catch (GeneralSecurityException e) {
                throw new IOException("cannot set up TLS: " + e.getMessage(), e);
            }
            sockets = made;
        }
        return made;
    }

    /// Answers only for a proxy.
    private static final class OneUser extends Authenticator {
        private final ProxyServer proxy;

        OneUser(ProxyServer proxy) {
            this.proxy = proxy;
        }

        @Override
        protected @Nullable PasswordAuthentication getPasswordAuthentication() {
            return getRequestorType() == RequestorType.PROXY
                    ? new PasswordAuthentication(proxy.user(), proxy.password().toCharArray())
                    : null;
        }
    }
}
