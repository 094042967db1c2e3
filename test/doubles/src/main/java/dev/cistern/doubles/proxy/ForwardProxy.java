package dev.cistern.doubles.proxy;

import dev.cistern.doubles.net.Connections;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// An HTTP proxy, strict about what it is asked: targets in absolute form with the `Host` that belongs to them, tunnels
/// by `CONNECT` without anything that is for the origin, and a user where it wants one. What it is told for itself, it
/// does not pass on.
///
/// Names are not looked up: everything is on this machine, so a client that resolves them itself is found out.
/// Addresses are taken as they are.
public class ForwardProxy implements AutoCloseable {
    private static final int MAX_HEAD_BYTES = 64 * 1024;

    private final Connections clients;
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final AtomicLong bytes = new AtomicLong();
    private volatile String wanted = "";
    private volatile int refuses;

    /// On loopback, at a free port.
    public ForwardProxy() throws IOException {
        this(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    /// @param at address and port to listen on
    public ForwardProxy(InetSocketAddress at) throws IOException {
        clients = new Connections(at, this::serve);
    }

    /// `HOST:PORT`.
    public String address() {
        return clients.address();
    }

    /// Lets nobody in without these.
    public void wants(String user, String password) {
        wanted =
                "Basic "
                        + Base64.getEncoder()
                                .encodeToString(
                                        (user + ":" + password).getBytes(StandardCharsets.UTF_8));
    }

    /// Answers with this status to everything; 0 ends it.
    public void refuses(int status) {
        refuses = status;
    }

    /// Method and target of each request, and `without authorization` after those that it did not let in.
    public List<String> asked() {
        return asked;
    }

    /// Bytes of bodies and tunnels that went back to clients.
    public long bytes() {
        return bytes.get();
    }

    private void serve(Socket client) throws IOException {
        InputStream in = client.getInputStream();
        OutputStream out = client.getOutputStream();
        while (true) {
            String head = head(in);
            if (head == null || !answer(Request.of(head), client, in, out)) {
                return;
            }
        }
    }

    private static @Nullable String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int c = in.read();
            if (c < 0 || head.length() > MAX_HEAD_BYTES) {
                return null;
            }
            head.append((char) c);
        }
        return head.toString();
    }

    /// A request's head.
    ///
    /// @param headers by lower-case name, in the order of their names
    /// @param twice a name that came more than once; null where none did
    private record Request(
            String method, String target, Map<String, String> headers, @Nullable String twice) {
        static Request of(String head) {
            String[] lines = head.split("\r\n");
            String[] first = lines[0].split(" ", 3);
            Map<String, String> headers = new TreeMap<>();
            String twice = null;
            for (int i = 1; i < lines.length; i++) {
                int colon = lines[i].indexOf(':');
                String name = lines[i].substring(0, Math.max(0, colon)).toLowerCase(Locale.ROOT);
                twice =
                        headers.put(name, lines[i].substring(colon + 1).strip()) == null
                                ? twice
                                : name;
            }
            return new Request(first[0], first.length < 2 ? "" : first[1], headers, twice);
        }

        boolean tunnel() {
            return method.equals("CONNECT");
        }

        String header(String name) {
            return headers.getOrDefault(name, "");
        }

        /// What is wrong with it; null when nothing is.
        @Nullable String problem() {
            if (twice != null) {
                return "header " + twice + " came twice";
            }
            if (tunnel()) {
                if (!target.matches("(\\[[0-9a-f:]+\\]|[^:/@]+):[0-9]+")) {
                    return "CONNECT takes HOST:PORT";
                }
                boolean leaks =
                        headers.containsKey("authorization")
                                || headers.containsKey("cookie")
                                || headers.keySet().stream().anyMatch(n -> n.startsWith("x-"));
                return leaks
                        ? "CONNECT carries what is for the origin"
                        : header("host").equals(target) ? null : "Host is not that of the target";
            }
            URI uri;
            try {
                uri = new URI(target);
            } catch (URISyntaxException e) {
                return "the target is no URL";
            }
            if (!"http".equals(uri.getScheme()) || uri.getHost() == null) {
                return "the target is not in absolute form, with http";
            }
            if (uri.getUserInfo() != null) {
                return "the target carries a user";
            }
            // With or without the scheme's own port.
            String host = header("host");
            return host.equals(uri.getAuthority()) || (host + ":80").equals(uri.getAuthority())
                    ? null
                    : "Host is not that of the target";
        }

        /// As the origin is to see it.
        String forwarded(URI uri) {
            StringBuilder text = new StringBuilder();
            text.append(method).append(' ');
            text.append(uri.getRawPath().isEmpty() ? "/" : uri.getRawPath());
            if (uri.getRawQuery() != null) {
                text.append('?').append(uri.getRawQuery());
            }
            text.append(" HTTP/1.1\r\n");
            headers.forEach(
                    (name, value) -> {
                        if (!name.startsWith("proxy-") && !name.equals("connection")) {
                            text.append(name).append(": ").append(value).append("\r\n");
                        }
                    });
            return text.append("connection: close\r\n\r\n").toString();
        }
    }

    private boolean answer(Request request, Socket client, InputStream in, OutputStream out)
            throws IOException {
        boolean let = wanted.isEmpty() || request.header("proxy-authorization").equals(wanted);
        asked.add(request.method + " " + request.target + (let ? "" : " without authorization"));
        String problem = request.problem();
        if (problem != null) {
            refuse(out, 400, "X-Problem: " + problem + "\r\n");
            return false;
        }
        int length =
                request.header("content-length").isEmpty()
                        ? 0
                        : Integer.parseInt(request.header("content-length"));
        if (!let || refuses != 0) {
            in.skipNBytes(length);
            refuse(
                    out,
                    let ? refuses : 407,
                    let ? "" : "Proxy-Authenticate: Basic realm=\"test\"\r\n");
            return true;
        }
        URI target = URI.create(request.tunnel() ? "https://" + request.target : request.target);
        int port = target.getPort() < 0 ? 80 : target.getPort();
        try (Socket server = clients.with(new Socket(address(target.getHost()), port))) {
            if (request.tunnel()) {
                out.write("HTTP/1.1 200 Connected\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                Thread.ofVirtual().start(() -> copy(in, server));
                bytes.addAndGet(server.getInputStream().transferTo(out));
            } else {
                OutputStream to = server.getOutputStream();
                to.write(request.forwarded(target).getBytes(StandardCharsets.ISO_8859_1));
                to.write(in.readNBytes(length));
                passOn(server.getInputStream(), request.method.equals("HEAD"), out);
            }
            client.shutdownOutput();
            return false;
        } catch (java.net.ConnectException e) {
            refuse(out, 502, "");
            return false;
        }
    }

    /// Passes an answer on, and says that the connection ends with it: the origin may keep its own open, whatever it was asked.
    private void passOn(InputStream from, boolean headOnly, OutputStream out) throws IOException {
        String head = head(from);
        if (head == null) {
            return;
        }
        StringBuilder passed = new StringBuilder();
        long length = -1;
        for (String line : head.substring(0, head.length() - 4).split("\r\n")) {
            String name = line.toLowerCase(Locale.ROOT);
            if (name.startsWith("content-length:")) {
                length = Long.parseLong(line.substring(line.indexOf(':') + 1).strip());
            }
            if (!name.startsWith("connection:") && !name.startsWith("keep-alive:")) {
                passed.append(line).append("\r\n");
            }
        }
        passed.append("Connection: close\r\n\r\n");
        out.write(passed.toString().getBytes(StandardCharsets.ISO_8859_1));
        boolean chunked = head.toLowerCase(Locale.ROOT).contains("\r\ntransfer-encoding:");
        if (headOnly || (length == 0 && !chunked)) {
            return;
        }
        if (length < 0 || chunked) {
            bytes.addAndGet(from.transferTo(out));
            return;
        }
        byte[] some = new byte[64 * 1024];
        for (long left = length; left > 0; ) {
            int n = from.read(some, 0, (int) Math.min(left, some.length));
            if (n < 0) {
                return;
            }
            out.write(some, 0, n);
            bytes.addAndGet(n);
            left -= n;
        }
    }

    private static void refuse(OutputStream out, int status, String more) throws IOException {
        out.write(
                ("HTTP/1.1 " + status + " No\r\n" + more + "Content-Length: 0\r\n\r\n")
                        .getBytes(StandardCharsets.ISO_8859_1));
    }

    private static InetAddress address(String host) {
        try {
            return InetAddress.ofLiteral(host.replaceAll("[\\[\\]]", ""));
        } catch (IllegalArgumentException e) {
            return InetAddress.getLoopbackAddress();
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
        clients.close();
    }
}
