package dev.cistern.populate.http;

import dev.cistern.populate.http.TransportException.Kind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Opens connections: direct, or through a proxy, which forwards plain requests one by one and tunnels TLS.
final class Connector {
    private static final int MAX_PROXY_HEAD_BYTES = 64 * 1024;

    private final HttpClient.Settings settings;
    private final Tls tls;
    private final Watchdog watchdog;
    private final AtomicInteger addressTurn = new AtomicInteger();

    Connector(HttpClient.Settings settings, Tls tls, Watchdog watchdog) {
        this.settings = settings;
        this.tls = tls;
        this.watchdog = watchdog;
    }

    /// Opens a connection to an origin.
    ///
    /// @throws TransportException when that fails
    HttpConnection connect(Origin origin) throws TransportException {
        ProxyServer proxy = proxy(origin);
        Origin to = proxy == null ? origin : proxy.origin();
        String name = proxy == null ? to.toString() : proxy.toString();
        InetAddress[] addresses;
        try {
            addresses = InetAddress.getAllByName(to.host());
        } catch (UnknownHostException e) {
            throw new TransportException(
                    Kind.CONNECT, "host " + to.host() + " of " + name + " is not known", e);
        }
        IOException last = null;
        // A name with several addresses has several front ends: spread connections over them.
        int first = Math.floorMod(addressTurn.getAndIncrement(), addresses.length);
        for (int i = 0; i < addresses.length; i++) {
            InetAddress address = addresses[(first + i) % addresses.length];
            try {
                return connect(origin, proxy, new InetSocketAddress(address, to.port()));
            } catch (TransportException e) {
                throw e;
            } catch (IOException e) {
                last = e;
            }
        }
        throw new TransportException(
                Kind.CONNECT,
                "cannot connect to "
                        + name
                        + ": "
                        + (last == null ? "no address" : last.getMessage()),
                last);
    }

    private @Nullable ProxyServer proxy(Origin origin) throws TransportException {
        try {
            return settings.proxies().to(origin);
        } catch (IllegalArgumentException e) {
            throw new TransportException(Kind.PROXY, String.valueOf(e.getMessage()), e);
        }
    }

    private HttpConnection connect(
            Origin origin, @Nullable ProxyServer proxy, InetSocketAddress address)
            throws IOException {
        SocketChannel socket = SocketChannel.open();
        boolean done = false;
        try {
            socket.socket().connect(address, settings.connectMillis());
            socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
            ByteChannel channel = socket;
            if (origin.secure()) {
                if (proxy != null) {
                    tunnel(socket, proxy, origin);
                }
                channel = tls.open(socket, origin, watchdog);
            }
            done = true;
            return new HttpConnection(
                    origin, origin.secure() ? null : proxy, socket, channel, watchdog);
        } finally {
            if (!done) {
                socket.close();
            }
        }
    }

    private void tunnel(SocketChannel socket, ProxyServer proxy, Origin origin)
            throws TransportException {
        HttpConnection asking = new HttpConnection(proxy.origin(), null, socket, socket, watchdog);
        ResponseHead head;
        try {
            head =
                    asking.exchange(
                            proxy.connect(origin), ByteBuffer.allocateDirect(MAX_PROXY_HEAD_BYTES));
        } finally {
            watchdog.remove(asking);
        }
        if (head.status() >= 300) {
            throw proxy.refused(origin, head.status());
        }
    }
}
