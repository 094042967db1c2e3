package dev.cistern.populate.http;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ByteChannel;
import java.nio.channels.SocketChannel;
import java.security.cert.X509Certificate;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/// Client TLS configuration. BoringSSL is loaded on first use, so plain HTTP does not pay for it.
public final class Tls {
    static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

    /// TLS implementations.
    enum Library {
        /// BoringSSL where available, else the JDK's.
        FASTEST,
        JDK;

        /// The implementation that `CISTERN_TLS` selects.
        ///
        /// @param setting `fastest`, `jdk`, or null
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

    /// Guards the following fields except `trust`.
    private final Object lock = new Object();

    /// Buffers of closed connections; as many as were open at once.
    private final Deque<TlsChannel.Buffers> unused = new ArrayDeque<>();

    private @Nullable TlsEngines engines;
    private TrustManager @Nullable [] trust;

    /// @param authorities PEM text of authorities to trust in addition to the platform's; null for none
    /// @param skipVerification whether any certificate under any name is accepted
    /// @throws IllegalArgumentException when the value of `CISTERN_TLS` is unknown
    public Tls(@Nullable String authorities, boolean skipVerification) {
        this(authorities, skipVerification, Library.chosen(System.getenv("CISTERN_TLS")));
    }

    Tls(@Nullable String authorities, boolean skipVerification, Library library) {
        this.authorities = authorities;
        this.skipVerification = skipVerification;
        this.library = library;
    }

    /// Whether BoringSSL is available.
    public static boolean fast() {
        return BoringTls.available();
    }

    /// The trust managers.
    ///
    /// @throws IOException when the authorities are not certificates
    public synchronized TrustManager[] trustManagers() throws IOException {
        TrustManager[] made = trust;
        if (made == null) {
            made =
                    new TrustManager[] {
                        skipVerification
                                ? new TrustAnyone()
                                : authorities == null
                                        ? Authorities.platform()
                                        : Authorities.and(authorities)
                    };
            trust = made;
        }
        return made;
    }

    private TlsEngines engines() throws IOException {
        synchronized (lock) {
            TlsEngines made = engines;
            if (made != null) {
                return made;
            }
            // Each takes some 50 ms at the start of a process, and they are independent.
            FutureTask<TrustManager[]> reading = new FutureTask<>(this::trustManagers);
            Thread.ofPlatform().daemon().name("tls-authorities").start(reading);
            boolean fast = library == Library.FASTEST && BoringTls.available();
            TrustManager[] managers = done(reading);
            made =
                    fast
                            ? BoringTls.of(managers, !skipVerification)
                            : new JdkTls(managers, !skipVerification);
            engines = made;
            return made;
        }
    }

    private static TrustManager[] done(FutureTask<TrustManager[]> reading) throws IOException {
        try {
            return reading.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException known) {
                throw known;
            }
            throw new IOException("cannot set up TLS: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while setting up TLS");
        }
    }

    /// Opens TLS on a connected socket, including the handshake.
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
        synchronized (lock) {
            TlsChannel.Buffers used = unused.pollFirst();
            if (used != null) {
                return used;
            }
        }
        return TlsChannel.Buffers.of(engine, engines.direct());
    }

    private void takeBack(TlsChannel closed) {
        synchronized (lock) {
            if (engines != null) {
                engines.release(closed.engine());
            }
            unused.addFirst(closed.buffers());
        }
    }

    /// Accepts every certificate, for `skipTlsVerification`.
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
