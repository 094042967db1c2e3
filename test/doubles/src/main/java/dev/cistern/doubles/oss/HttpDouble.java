package dev.cistern.doubles.oss;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// An HTTP/1.1 server whose answers may be as wrong as a test wants, their dates, too. It also takes requests as a proxy does, with
/// the whole URL, so that clients reach it by the names of hosts that are not there.
final class HttpDouble implements AutoCloseable {
    private static final int MAX_HEAD_BYTES = 64 * 1024;

    private final ServerSocket socket;
    private final boolean secure;
    private final Function<Request, Answer> handler;
    private final Supplier<Instant> clock;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    /// @param tls null for plain HTTP
    /// @param clock what the answers' dates show
    HttpDouble(
            InetSocketAddress address,
            @Nullable SSLContext tls,
            Supplier<Instant> clock,
            Function<Request, Answer> handler)
            throws IOException {
        this.secure = tls != null;
        this.clock = clock;
        this.handler = handler;
        this.socket =
                tls == null
                        ? new ServerSocket()
                        : tls.getServerSocketFactory().createServerSocket();
        socket.bind(address, 256);
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return socket.getLocalPort();
    }

    String url() {
        return (secure ? "https" : "http") + "://127.0.0.1:" + port();
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                Socket connection = socket.accept();
                open.add(connection);
                Thread.ofVirtual().start(() -> serve(connection));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket connection) {
        try (connection;
                InputStream in = new BufferedInputStream(connection.getInputStream());
                OutputStream out =
                        new BufferedOutputStream(connection.getOutputStream(), 64 * 1024)) {
            connection.setTcpNoDelay(true);
            while (true) {
                Request request = read(in);
                if (request == null) {
                    return;
                }
                Answer answer;
                try {
                    answer = handler.apply(request);
                } catch (IllegalArgumentException e) {
                    answer =
                            Answer.of(
                                    400,
                                    "text/plain",
                                    String.valueOf(e.getMessage())
                                            .getBytes(StandardCharsets.UTF_8));
                }
                String date =
                        DateTimeFormatter.RFC_1123_DATE_TIME.format(
                                clock.get().atZone(ZoneOffset.UTC));
                // The JDK writes a day below 10 with one digit.
                String padded = date.replaceFirst(", (\\d) ", ", 0$1 ");
                if (!answer.send(out, request.head(), padded)) {
                    return;
                }
            }
        } catch (IOException e) {
            // The client has gone, or the test has ended.
        } finally {
            open.remove(connection);
        }
    }

    private static @Nullable Request read(InputStream in) throws IOException {
        String line = line(in);
        if (line == null) {
            return null;
        }
        String[] parts = line.split(" ", -1);
        if (parts.length != 3 || !parts[2].equals("HTTP/1.1")) {
            throw new IOException("not a request: " + line);
        }
        Map<String, String> headers = new TreeMap<>();
        for (String header = line(in); header != null && !header.isEmpty(); header = line(in)) {
            int colon = header.indexOf(':');
            String before =
                    headers.put(
                            header.substring(0, colon).toLowerCase(Locale.ROOT),
                            header.substring(colon + 1).strip());
            if (before != null) {
                throw new IOException("header twice: " + header);
            }
        }
        String target = parts[1];
        if (target.startsWith("http://")) {
            target = target.substring(target.indexOf('/', "http://".length()));
        }
        int question = target.indexOf('?');
        byte[] body = in.readNBytes(Integer.parseInt(headers.getOrDefault("content-length", "0")));
        String host = URI.create("http://" + headers.getOrDefault("host", "none")).getHost();
        return new Request(
                parts[0],
                host == null ? "" : host,
                question < 0 ? target : target.substring(0, question),
                question < 0 ? "" : target.substring(question + 1),
                headers,
                body);
    }

    private static @Nullable String line(InputStream in) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                if (bytes.size() == 0) {
                    return null;
                }
                throw new IOException("cut in the middle of a head");
            }
            if (bytes.size() > MAX_HEAD_BYTES) {
                throw new IOException("a line that does not end");
            }
            bytes.write(b);
        }
        return bytes.toString(StandardCharsets.ISO_8859_1).stripTrailing();
    }

    @Override
    public void close() {
        try {
            socket.close();
            for (Socket connection : open) {
                connection.close();
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
