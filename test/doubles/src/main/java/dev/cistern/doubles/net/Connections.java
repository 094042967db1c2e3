package dev.cistern.doubles.net;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Accepts connections and serves each on a thread of its own, until it is closed, which cuts all of them.
public final class Connections implements AutoCloseable {
    private static final int BACKLOG = 256;

    /// It takes less than a millisecond.
    private static final Duration CLOSING = Duration.ofSeconds(5);

    private final ServerSocket listener = new ServerSocket();
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final Service service;
    private final Thread acceptor;

    /// Serves one connection, which is closed when this returns.
    @FunctionalInterface
    public interface Service {
        /// @throws IOException when the client is gone
        /// @throws InterruptedException when the thread is to end
        void serve(Socket client) throws IOException, InterruptedException;
    }

    /// @param listen where to; port 0 for any
    /// @throws IOException when nobody can listen there
    public Connections(InetSocketAddress listen, Service service) throws IOException {
        this.service = service;
        listener.setReuseAddress(true);
        listener.bind(listen, BACKLOG);
        acceptor = Thread.ofVirtual().name("accept").start(this::accept);
    }

    /// On loopback, at any port.
    public Connections(Service service) throws IOException {
        this(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), service);
    }

    /// `ADDRESS:PORT`.
    public String address() {
        return listener.getInetAddress().getHostAddress() + ":" + port();
    }

    public int port() {
        return listener.getLocalPort();
    }

    /// Has another connection cut when this is closed, such as one to a server behind; the caller closes it, too.
    public Socket with(Socket other) {
        sockets.add(other);
        return other;
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                sockets.add(client);
                Thread.ofVirtual().start(() -> serve(client));
            } catch (IOException e) {
                // Closed, or a client that was gone before it was accepted: the loop's condition
                // tells.
                continue;
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            client.setTcpNoDelay(true);
            service.serve(client);
        } catch (IOException e) {
            // Clients come and go.
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            sockets.remove(client);
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        try {
            // While a virtual thread waits in accept(), the port stays open until that thread has
            // woken up.
            acceptor.join(CLOSING);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
