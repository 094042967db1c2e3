package dev.cistern.populate.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.populate.testing.TestProxy;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Map;
import java.util.Random;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TlsTest {
    private static final byte[] BODY = new byte[3_000_000];
    @TempDir static Path work;
    private static String pem = "";
    private static @Nullable SSLServerSocket server;

    @BeforeAll
    static void start() throws Exception {
        new Random(3).nextBytes(BODY);
        Keytool tool = new Keytool(work.resolve("store.p12"));
        tool.pair("a", "-ext", "SAN=IP:127.0.0.1", "-validity", "2");
        KeyStore keys = tool.load();
        pem = Keytool.pem(keys.getCertificate("a"));
        KeyManagerFactory managers =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, Keytool.PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        SSLServerSocket socket =
                (SSLServerSocket)
                        context.getServerSocketFactory()
                                .createServerSocket(0, 16, InetAddress.getLoopbackAddress());
        server = socket;
        Thread.ofVirtual().start(() -> accept(socket));
    }

    @AfterAll
    static void stop() throws IOException {
        socket().close();
    }

    private static SSLServerSocket socket() {
        return java.util.Objects.requireNonNull(server);
    }

    private static void accept(SSLServerSocket socket) {
        while (!socket.isClosed()) {
            try {
                SSLSocket connection = (SSLSocket) socket.accept();
                Thread.ofVirtual().start(() -> serve(connection));
            } catch (IOException e) {
                return;
            }
        }
    }

    private static void serve(SSLSocket connection) {
        try (connection) {
            InputStream in = connection.getInputStream();
            OutputStream out = connection.getOutputStream();
            StringBuilder head = new StringBuilder();
            for (int b = in.read(); b >= 0; b = in.read()) {
                head.append((char) b);
                if (head.toString().endsWith("\r\n\r\n")) {
                    head.setLength(0);
                    String answer =
                            "HTTP/1.1 200 OK\r\nContent-Length: " + BODY.length + "\r\n\r\n";
                    out.write(answer.getBytes(StandardCharsets.ISO_8859_1));
                    out.write(BODY);
                }
            }
        } catch (IOException e) {
            return;
        }
    }

    private static byte[] fetch(String host, Tls tls, int times) throws IOException {
        return fetch(socket().getLocalPort(), host, tls, times);
    }

    private static byte[] fetch(int port, String host, Tls tls, int times) throws IOException {
        return fetch(port, host, tls, times, Proxies.NONE);
    }

    private static byte[] fetch(int port, String host, Tls tls, int times, Proxies proxies)
            throws IOException {
        ByteArrayOutputStream taken = new ByteArrayOutputStream();
        try (HttpClient client =
                new HttpClient(
                        new HttpClient.Settings(
                                2000, 2000, 2000, BufferPool.of(128 * 1024), proxies),
                        tls)) {
            Origin origin = new Origin(true, host, port);
            byte[] request =
                    "GET / HTTP/1.1\r\nhost: x\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1);
            for (int i = 0; i < times; i++) {
                taken.reset();
                HttpClient.Handler<Integer, IOException> handler =
                        (head, body) -> {
                            body.transferTo(
                                    piece -> {
                                        byte[] bytes = new byte[piece.remaining()];
                                        piece.get(bytes);
                                        taken.writeBytes(bytes);
                                    });
                            return head.status();
                        };
                assertThat(client.<Integer, IOException>exchange(origin, request, false, handler))
                        .isEqualTo(200);
            }
        }
        return taken.toByteArray();
    }

    @ParameterizedTest
    @EnumSource
    void whoIsVouchedForIsReadFrom(Tls.Library library) throws Exception {
        assertThat(fetch("127.0.0.1", new Tls(pem, false, library), 3)).isEqualTo(BODY);
    }

    @ParameterizedTest
    @EnumSource
    void aTunnelThroughAProxyIsSpokenTlsIn(Tls.Library library) throws Exception {
        try (TestProxy proxy = new TestProxy()) {
            proxy.wants("user", "secret");
            Proxies proxies =
                    Proxies.of(Map.of("HTTPS_PROXY", "http://user:secret@" + proxy.address()));
            int port = socket().getLocalPort();
            assertThat(fetch(port, "127.0.0.1", new Tls(pem, false, library), 3, proxies))
                    .isEqualTo(BODY);
            assertThat(proxy.asked()).containsExactly("CONNECT 127.0.0.1:" + port);
        }
    }

    @ParameterizedTest
    @EnumSource
    void whoIsNotVouchedForIsRefused(Tls.Library library) {
        assertThatThrownBy(() -> fetch("127.0.0.1", new Tls(null, false, library), 1))
                .isInstanceOfSatisfying(
                        TransportException.class,
                        e -> assertThat(e.kind()).isEqualTo(TransportException.Kind.TLS))
                .hasMessageContaining("127.0.0.1")
                .hasMessageContaining("certification path");
    }

    @ParameterizedTest
    @EnumSource
    void aCertificateForAnotherNameIsRefused(Tls.Library library) {
        assertThatThrownBy(() -> fetch("localhost", new Tls(pem, false, library), 1))
                .isInstanceOfSatisfying(
                        TransportException.class,
                        e -> assertThat(e.kind()).isEqualTo(TransportException.Kind.TLS))
                .hasMessageContaining("localhost");
    }

    @ParameterizedTest
    @EnumSource
    void verificationIsSkippedOnlyWhenAsked(Tls.Library library) throws Exception {
        assertThat(fetch("localhost", new Tls(null, true, library), 1)).isEqualTo(BODY);
    }

    @ParameterizedTest
    @EnumSource
    void aServerThatSpeaksNoTlsIsAFailureOfTls(Tls.Library library) throws Exception {
        failsAsTls(library, "HTTP/1.1 400 Bad\r\n\r\n".getBytes(UTF_8));
    }

    /// It begins like a record of the oldest version, and is larger than the buffer.
    @ParameterizedTest
    @EnumSource
    void whatOnlyLooksLikeTlsIsAFailureOfTls(Tls.Library library) throws Exception {
        byte[] nonsense = new byte[300_000];
        nonsense[0] = 22;
        nonsense[4] = 2;
        failsAsTls(library, nonsense);
    }

    private static void failsAsTls(Tls.Library library, byte[] answer) throws IOException {
        try (ServerSocket plain = new ServerSocket(0, 4, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual()
                    .start(
                            () -> {
                                try (Socket socket = plain.accept()) {
                                    socket.getOutputStream().write(answer);
                                    socket.getInputStream().readAllBytes();
                                } catch (IOException e) {
                                    return;
                                }
                            });
            assertThatThrownBy(
                            () ->
                                    fetch(
                                            plain.getLocalPort(),
                                            "127.0.0.1",
                                            new Tls(pem, false, library),
                                            1))
                    .isInstanceOfSatisfying(
                            TransportException.class,
                            e -> assertThat(e.kind()).isEqualTo(TransportException.Kind.TLS));
        }
    }

    /// BoringSSL as a server sends certificate and proof in one record, and this one waits for ever after it.
    @ParameterizedTest
    @EnumSource
    void whoIsNotVouchedForIsRefusedAtOnceWhenAllCameInOneRecord(Tls.Library library)
            throws Exception {
        KeyManagerFactory managers =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(new Keytool(work.resolve("store.p12")).load(), Keytool.PASSWORD);
        SSLEngine engine =
                SslContextBuilder.forServer(managers)
                        .sslProvider(SslProvider.OPENSSL)
                        .protocols("TLSv1.3")
                        .build()
                        .newHandler(UnpooledByteBufAllocator.DEFAULT)
                        .engine();
        try (ServerSocketChannel boring = ServerSocketChannel.open()) {
            boring.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            Thread.ofVirtual().start(() -> firstFlight(boring, engine));
            assertThatThrownBy(
                            () ->
                                    fetch(
                                            boring.socket().getLocalPort(),
                                            "127.0.0.1",
                                            new Tls(null, false, library),
                                            1))
                    .isInstanceOfSatisfying(
                            TransportException.class,
                            e -> assertThat(e.kind()).isEqualTo(TransportException.Kind.TLS))
                    .hasMessageContaining("unable to find valid certification path");
        }
    }

    private static void firstFlight(ServerSocketChannel listener, SSLEngine engine) {
        ByteBuffer in = ByteBuffer.allocateDirect(1 << 16);
        ByteBuffer out = ByteBuffer.allocateDirect(1 << 16);
        try (SocketChannel client = listener.accept()) {
            engine.beginHandshake();
            for (boolean sent = false; client.read(in) >= 0; ) {
                in.flip();
                if (!sent) {
                    engine.unwrap(in, out.clear());
                    for (Runnable task = engine.getDelegatedTask();
                            task != null;
                            task = engine.getDelegatedTask()) {
                        task.run();
                    }
                    out.clear();
                    while (engine.getHandshakeStatus()
                            == SSLEngineResult.HandshakeStatus.NEED_WRAP) {
                        engine.wrap(ByteBuffer.allocate(0), out);
                    }
                    client.write(out.flip());
                    sent = true;
                }
                in.clear();
            }
        } catch (IOException e) {
            return;
        }
    }

    @ParameterizedTest
    @EnumSource
    void buffersAreUsedAgainByTheNextConnection(Tls.Library library) throws Exception {
        Tls tls = new Tls(pem, false, library);
        assertThat(fetch("127.0.0.1", tls, 1)).isEqualTo(BODY);
        assertThat(fetch("127.0.0.1", tls, 1)).isEqualTo(BODY);
    }

    /// Records arrive in arbitrary pieces, and several at a time.
    @ParameterizedTest
    @EnumSource
    void recordsMayBeCutAnywhere(Tls.Library library) throws Exception {
        try (ServerSocket front = new ServerSocket(0, 4, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> forward(front));
            assertThat(fetch(front.getLocalPort(), "127.0.0.1", new Tls(pem, false, library), 2))
                    .isEqualTo(BODY);
        }
    }

    private static void forward(ServerSocket front) {
        try (Socket client = front.accept();
                Socket behind =
                        new Socket(InetAddress.getLoopbackAddress(), socket().getLocalPort())) {
            client.setTcpNoDelay(true);
            Thread.ofVirtual().start(() -> pieces(client, behind, 1));
            pieces(behind, client, 0);
        } catch (IOException e) {
            return;
        }
    }

    private static void pieces(Socket from, Socket to, int seed) {
        Random random = new Random(seed);
        byte[] piece = new byte[100_000];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int n = in.read(piece, 0, 1); n > 0; ) {
                out.write(piece, 0, n);
                n = in.read(piece, 0, 1 + random.nextInt(random.nextInt(4) == 0 ? 100_000 : 60));
            }
            to.shutdownOutput();
        } catch (IOException e) {
            return;
        }
    }

    @Test
    void theFastLibraryIsThereWhereItIsPromised() {
        assertThat(BoringTls.available()).isTrue();
    }

    @Test
    void theLibraryIsChosenByItsNameOrRefused() {
        assertThat(Tls.Library.chosen(null)).isEqualTo(Tls.Library.FASTEST);
        assertThat(Tls.Library.chosen("fastest")).isEqualTo(Tls.Library.FASTEST);
        assertThat(Tls.Library.chosen("jdk")).isEqualTo(Tls.Library.JDK);
        assertThatThrownBy(() -> Tls.Library.chosen("JDK"))
                .hasMessage("CISTERN_TLS: must be fastest or jdk, not JDK");
    }

    @Test
    void whatIsNoCertificateIsSaidAtOnce() {
        assertThatThrownBy(() -> new Tls("nonsense", false).trustManagers())
                .isInstanceOf(IOException.class);
    }
}
