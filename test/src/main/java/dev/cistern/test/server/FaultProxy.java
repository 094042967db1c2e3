package dev.cistern.test.server;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PushbackInputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// An HTTP/1.1 proxy in front of one S3 server: counts requests and bytes, and injects faults per bucket.
///
/// Only reads pass (`GET`, `HEAD`); a request with a body is refused. Requests are forwarded unchanged, `Host`
/// included, so that the server checks the client's own signature. The exception are requests with a session token: the
/// proxy itself checks them against the credentials that [StsServer] issued, and signs them again, because the server
/// knows only its root user.
final class FaultProxy implements AutoCloseable {
    private static final int COPY_BYTES = 64 << 10;
    private static final int MAX_BUFFERED_BYTES = 64 << 20;
    private static final int IDLE_MILLIS = 120_000;

    /// Credentials for requests to the server.
    record Root(String accessKey, String secret, String region) {}

    private final InetSocketAddress upstream;
    private final Root root;
    private final SessionCredentials sessions;
    private final ServerSocket listener;
    private final Map<String, BucketState> buckets = new ConcurrentHashMap<>();

    FaultProxy(
            InetSocketAddress listen,
            InetSocketAddress upstream,
            Root root,
            SessionCredentials sessions)
            throws IOException {
        this.upstream = upstream;
        this.root = root;
        this.sessions = sessions;
        this.listener = new ServerSocket();
        listener.setReuseAddress(true);
        listener.bind(listen, 512);
        Thread.ofVirtual().name("accept").start(this::acceptAll);
    }

    int port() {
        return listener.getLocalPort();
    }

    BucketState bucket(String name) {
        return buckets.computeIfAbsent(name, n -> new BucketState());
    }

    private void acceptAll() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                Thread.ofVirtual().start(() -> serve(client));
            } catch (IOException e) {
                if (!listener.isClosed()) {
                    System.err.println("proxy: accept: " + e);
                }
            }
        }
    }

    private void serve(Socket socket) {
        try (socket;
                var client = new Client(socket)) {
            while (client.exchange()) {}
        } catch (SocketException | SocketTimeoutException | EOFException e) {
            // The client disconnected; the bytes sent are counted.
        } catch (IOException e) {
            System.err.println("proxy: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }

    /// One client's connection and the connection to the server that belongs to it.
    private final class Client implements AutoCloseable {
        private final Socket socket;
        private final PushbackInputStream in;
        private final OutputStream out;
        private @Nullable Upstream server;

        Client(Socket socket) throws IOException {
            this.socket = socket;
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(IDLE_MILLIS);
            in =
                    new PushbackInputStream(
                            new BufferedInputStream(socket.getInputStream(), 16 << 10), 1);
            out = new BufferedOutputStream(socket.getOutputStream(), COPY_BYTES);
        }

        /// @return whether the connection stays open
        boolean exchange() throws IOException, InterruptedException {
            Optional<HttpHead> read = HttpHead.read(in);
            if (read.isEmpty()) {
                return false;
            }
            HttpHead request = read.get();
            boolean hasBody =
                    request.chunked() || !request.header("content-length").orElse("0").equals("0");
            if (hasBody || !(request.method().equals("GET") || request.method().equals("HEAD"))) {
                answer(501, "NotImplemented", "only reads pass through this proxy");
                return false;
            }
            String[] path = request.path().split("/", 3);
            BucketState bucket = bucket(path.length > 1 ? path[1] : "");
            boolean object = path.length > 2 && !path[2].isEmpty();
            if (bucket.refuses()) {
                answer(503, "SlowDown", "Please reduce your request rate.");
                return true;
            }
            count(bucket, request, object);
            if (request.header("x-amz-security-token").isPresent()) {
                if (!sessions.accepts(request, Instant.now())) {
                    bucket.sawDenied();
                    answer(
                            403,
                            "InvalidAccessKeyId",
                            "these temporary credentials are not known, or the signature is not"
                                    + " theirs");
                    return true;
                }
                request =
                        SignatureV4.resign(
                                request,
                                root.accessKey(),
                                root.secret(),
                                root.region(),
                                Instant.now());
            }
            return forward(bucket, request, object) && !request.closes();
        }

        private void count(BucketState bucket, HttpHead request, boolean object) {
            if (request.method().equals("HEAD")) {
                bucket.sawHead();
            } else if (object) {
                bucket.sawGet();
            } else {
                bucket.sawList();
            }
        }

        private boolean forward(BucketState bucket, HttpHead request, boolean object)
                throws IOException, InterruptedException {
            Upstream upstream = send(request);
            HttpHead response = upstream.response();
            boolean bodyless =
                    request.method().equals("HEAD")
                            || response.status() == 304
                            || response.status() == 204;
            if (bodyless) {
                out.write(response.bytes());
            } else if (object && response.status() < 300 && !response.chunked()) {
                out.write(response.bytes());
                if (!copyObject(bucket, upstream, length(response))) {
                    return false;
                }
            } else {
                byte[] body =
                        response.chunked() ? upstream.chunks() : upstream.bytes(length(response));
                Faults faults = bucket.faults();
                if (!object && !faults.listedFrom().isEmpty()) {
                    body =
                            new String(body, StandardCharsets.UTF_8)
                                    .replace(faults.listedFrom(), faults.listedTo())
                                    .getBytes(StandardCharsets.UTF_8);
                }
                out.write(
                        response.without("transfer-encoding")
                                .with("Content-Length", String.valueOf(body.length))
                                .bytes());
                out.write(body);
            }
            out.flush();
            return !response.closes();
        }

        /// The server may have closed an idle connection: then retries once on a new one.
        private Upstream send(HttpHead request) throws IOException {
            Upstream kept = server;
            if (kept != null) {
                try {
                    kept.request(request);
                    return kept;
                } catch (IOException e) {
                    kept.close();
                }
            }
            var fresh = new Upstream(upstream);
            server = fresh;
            fresh.request(request);
            return fresh;
        }

        /// @return whether all of it was sent; otherwise both connections are unusable
        private boolean copyObject(BucketState bucket, Upstream upstream, long length)
                throws IOException, InterruptedException {
            byte[] buffer = new byte[COPY_BYTES];
            out.flush();
            for (long sent = 0; sent < length; ) {
                int wanted = (int) Math.min(buffer.length, length - sent);
                int permitted = bucket.permit(wanted, this::isGone);
                if (permitted == 0) {
                    return false;
                }
                int read = upstream.in.readNBytes(buffer, 0, permitted);
                if (read < permitted) {
                    bucket.notSent(permitted);
                    throw new EOFException("the server ended inside an object");
                }
                try {
                    out.write(buffer, 0, read);
                    out.flush();
                } catch (IOException e) {
                    bucket.notSent(read);
                    throw e;
                }
                sent += read;
                bucket.sent(read);
                if (bucket.cuts(sent)) {
                    socket.setSoLinger(
                            true, 0); // a reset, as from a router that forgot the connection
                    return false;
                }
            }
            return true;
        }

        /// Whether the client closed its side. It does not pipeline, so while it waits it sends nothing.
        private boolean isGone() {
            try {
                socket.setSoTimeout(1);
                int b = in.read();
                if (b >= 0) {
                    in.unread(b);
                }
                return b < 0;
            } catch (SocketTimeoutException e) {
                return false;
            } catch (IOException e) {
                return true;
            } finally {
                restoreTimeout();
            }
        }

        private void restoreTimeout() {
            try {
                socket.setSoTimeout(IDLE_MILLIS);
            } catch (SocketException e) {
                // Closed: the next read says so.
            }
        }

        private void answer(int status, String code, String message) throws IOException {
            byte[] body =
                    "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>%s</Code><Message>%s</Message></Error>"
                            .formatted(code, message)
                            .getBytes(StandardCharsets.UTF_8);
            out.write(
                    "HTTP/1.1 %d %s\r\nContent-Type: application/xml\r\nContent-Length: %d\r\n\r\n"
                            .formatted(status, code, body.length)
                            .getBytes(StandardCharsets.ISO_8859_1));
            out.write(body);
            out.flush();
        }

        @Override
        public void close() throws IOException {
            if (server != null) {
                server.close();
            }
        }
    }

    private static long length(HttpHead response) throws IOException {
        return Long.parseLong(
                response.header("content-length")
                        .orElseThrow(
                                () ->
                                        new IOException(
                                                "a response without Content-Length: "
                                                        + response.firstLine())));
    }

    private static final class Upstream implements AutoCloseable {
        private final Socket socket = new Socket();
        private final InputStream in;

        private @Nullable HttpHead response;

        Upstream(InetSocketAddress address) throws IOException {
            socket.connect(address, 5000);
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(IDLE_MILLIS);
            in = new BufferedInputStream(socket.getInputStream(), COPY_BYTES);
        }

        /// Sends a request and reads the head of its response.
        void request(HttpHead request) throws IOException {
            socket.getOutputStream().write(request.bytes());
            response =
                    HttpHead.read(in)
                            .orElseThrow(
                                    () -> new EOFException("the server closed the connection"));
        }

        HttpHead response() {
            return java.util.Objects.requireNonNull(response);
        }

        byte[] bytes(long length) throws IOException {
            if (length > MAX_BUFFERED_BYTES) {
                throw new IOException("a response of " + length + " bytes is too long to hold");
            }
            byte[] body = in.readNBytes((int) length);
            if (body.length < length) {
                throw new EOFException("the server ended inside a response");
            }
            return body;
        }

        byte[] chunks() throws IOException {
            var body = new ByteArrayOutputStream();
            while (true) {
                int size = Integer.parseInt(chunkLine(), 16);
                if (size == 0) {
                    while (!chunkLine().isEmpty()) {}
                    return body.toByteArray();
                }
                body.write(bytes(size));
                if (!chunkLine().isEmpty() || body.size() > MAX_BUFFERED_BYTES) {
                    throw new IOException("malformed or endless chunked response");
                }
            }
        }

        private String chunkLine() throws IOException {
            var line = new StringBuilder();
            for (int b; (b = in.read()) != '\n'; ) {
                if (b < 0 || line.length() > 1024) {
                    throw new EOFException("malformed chunk");
                }
                line.append((char) b);
            }
            return line.toString().strip();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
