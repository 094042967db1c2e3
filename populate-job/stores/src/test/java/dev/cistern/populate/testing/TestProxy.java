package dev.cistern.populate.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/// An HTTP proxy, strict about what it is asked: absolute targets, tunnels by `CONNECT`, a user where it wants one.
///
/// Names are not looked up: everything is on this machine, so a client that resolves them itself is found out.
public final class TestProxy implements AutoCloseable {
    private final ServerSocket listener;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private volatile String wanted = "";
    private volatile int refuses;

    public TestProxy() throws IOException {
        listener = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    /// `HOST:PORT`.
    public String address() {
        return "127.0.0.1:" + listener.getLocalPort();
    }

    /// Lets nobody in without these.
    public void wants(String user, String password) {
        wanted =
                "Basic "
                        + Base64.getEncoder()
                                .encodeToString(
                                        (user + ":" + password).getBytes(StandardCharsets.UTF_8));
    }

    /// Answers with this status to everything.
    public void refuses(int status) {
        refuses = status;
    }

    /// Method and target of each request, and `without authorization` after those that it did not let in.
    public List<String> asked() {
        return asked;
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                sockets.add(socket);
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            InputStream in = client.getInputStream();
            OutputStream out = client.getOutputStream();
            while (true) {
                StringBuilder head = new StringBuilder();
                while (head.indexOf("\r\n\r\n") < 0) {
                    int c = in.read();
                    if (c < 0) {
                        return;
                    }
                    head.append((char) c);
                }
                if (!answer(head.toString(), client, in, out)) {
                    return;
                }
            }
        } catch (IOException e) {
            return;
        } finally {
            sockets.remove(client);
        }
    }

    private boolean answer(String head, Socket client, InputStream in, OutputStream out)
            throws IOException {
        String[] line = head.substring(0, head.indexOf("\r\n")).split(" ", 3);
        boolean let =
                wanted.isEmpty()
                        || head.toLowerCase(java.util.Locale.ROOT)
                                .contains(
                                        "proxy-authorization: "
                                                + wanted.toLowerCase(java.util.Locale.ROOT));
        asked.add(line[0] + " " + line[1] + (let ? "" : " without authorization"));
        if (!let || refuses != 0) {
            int status = let ? refuses : 407;
            String more = let ? "" : "Proxy-Authenticate: Basic realm=\"test\"\r\n";
            out.write(
                    ("HTTP/1.1 " + status + " No\r\n" + more + "Content-Length: 0\r\n\r\n")
                            .getBytes(StandardCharsets.ISO_8859_1));
            return true;
        }
        boolean tunnel = line[0].equals("CONNECT");
        URI target = URI.create(tunnel ? "https://" + line[1] : line[1]);
        try (Socket server = new Socket(InetAddress.getLoopbackAddress(), target.getPort())) {
            sockets.add(server);
            if (tunnel) {
                out.write("HTTP/1.1 200 Connected\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                Thread.ofVirtual().start(() -> copy(in, server));
            } else {
                String path =
                        (target.getRawPath().isEmpty() ? "/" : target.getRawPath())
                                + (target.getRawQuery() == null ? "" : "?" + target.getRawQuery());
                String forwarded =
                        line[0]
                                + " "
                                + path
                                + " HTTP/1.1\r\n"
                                + head.substring(head.indexOf("\r\n") + 2)
                                        .replaceAll("(?i)proxy-authorization:[^\r]*\r\n", "")
                                        .replaceFirst("\r\n\r\n$", "\r\nConnection: close\r\n\r\n");
                server.getOutputStream().write(forwarded.getBytes(StandardCharsets.ISO_8859_1));
                String length =
                        head.toLowerCase(java.util.Locale.ROOT)
                                .replaceAll("(?s).*\r\ncontent-length: *([0-9]+).*|.*", "$1");
                server.getOutputStream()
                        .write(in.readNBytes(length.isEmpty() ? 0 : Integer.parseInt(length)));
            }
            server.getInputStream().transferTo(out);
            client.shutdownOutput();
            return false;
        }
    }

    private static void copy(InputStream from, Socket to) {
        try {
            from.transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException e) {
            return;
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
