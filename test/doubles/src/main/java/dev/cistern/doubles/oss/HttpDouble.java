package dev.cistern.doubles.oss;

import dev.cistern.doubles.net.Connections;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/// An HTTP/1.1 server whose answers may be as wrong as a test wants, their dates, too. It also takes requests as a
/// proxy does, with the whole URL, so that clients reach it by the names of hosts that are not there.
final class HttpDouble implements AutoCloseable {
    private static final int MAX_HEAD_BYTES = 64 * 1024;

    private final Connections connections;
    private final @Nullable SSLContext tls;
    private final Function<Request, Answer> handler;
    private final Supplier<Instant> clock;

    /// @param tls null for plain HTTP
    /// @param clock what the answers' dates show
    HttpDouble(
            InetSocketAddress address,
            @Nullable SSLContext tls,
            Supplier<Instant> clock,
            Function<Request, Answer> handler)
            throws IOException {
        this.tls = tls;
        this.clock = clock;
        this.handler = handler;
        this.connections = new Connections(address, this::serve);
    }

    int port() {
        return connections.port();
    }

    String url() {
        return (tls == null ? "http" : "https") + "://127.0.0.1:" + port();
    }

    private Socket secured(Socket plain) throws IOException {
        if (tls == null) {
            return plain;
        }
        SSLSocket secure =
                (SSLSocket) tls.getSocketFactory().createSocket(plain, null, plain.getPort(), true);
        secure.setUseClientMode(false);
        return secure;
    }

    private void serve(Socket plain) throws IOException {
        try (Socket connection = secured(plain);
                InputStream in = new BufferedInputStream(connection.getInputStream());
                OutputStream out =
                        new BufferedOutputStream(connection.getOutputStream(), 64 * 1024)) {
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
            connections.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
