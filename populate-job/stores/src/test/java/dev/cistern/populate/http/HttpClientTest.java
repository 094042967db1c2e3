package dev.cistern.populate.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class HttpClientTest {
    private static final String REQUEST = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

    private final CountDownLatch firstPiece = new CountDownLatch(1);

    /// Of a store that redirects each request to another host, connections would be kept without end.
    @Test
    void idleConnectionsToManyHostsAreBounded() throws Exception {
        List<ServerSocket> listeners = new ArrayList<>();
        List<CompletableFuture<Integer>> ends = new ArrayList<>();
        try (HttpClient client =
                new HttpClient(
                        new HttpClient.Settings(2000, 20_000, BufferPool.of(1 << 16)),
                        new Tls(null, false),
                        2)) {
            for (int i = 0; i < 5; i++) {
                ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                listeners.add(listener);
                CompletableFuture<Integer> end = new CompletableFuture<>();
                ends.add(end);
                Thread.ofVirtual().start(() -> answerOnceAndWait(listener, end));
                client.exchange(
                        new Origin(false, "127.0.0.1", listener.getLocalPort()),
                        REQUEST.getBytes(StandardCharsets.US_ASCII),
                        false,
                        (head, body) -> body.bytes(10));
            }
            for (int i = 0; i < 3; i++) {
                assertThat(ends.get(i).get(10, TimeUnit.SECONDS)).isEqualTo(-1);
            }
            assertThat(ends.get(3)).isNotDone();
            assertThat(ends.get(4)).isNotDone();
        } finally {
            for (ServerSocket listener : listeners) {
                listener.close();
            }
        }
    }

    /// @param end completed with what follows the request: -1 for the end of the connection
    private static void answerOnceAndWait(ServerSocket listener, CompletableFuture<Integer> end) {
        try (Socket socket = listener.accept()) {
            socket.getInputStream().readNBytes(REQUEST.length());
            socket.getOutputStream()
                    .write(
                            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
                                    .getBytes(StandardCharsets.US_ASCII));
            end.complete(socket.getInputStream().read());
        } catch (IOException e) {
            end.completeExceptionally(e);
        }
    }

    /// A buffer that a slow network fills in minutes would hide progress, and lose it when the connection breaks.
    @Test
    void aSlowBodyIsGivenAwayBeforeTheBufferIsFull() throws Exception {
        byte[] sent = new byte[300_001];
        new Random(1).nextBytes(sent);
        ByteArrayOutputStream arrived = new ByteArrayOutputStream();
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                HttpClient client =
                        new HttpClient(
                                new HttpClient.Settings(2000, 20_000, BufferPool.of(1 << 20)),
                                new Tls(null, false))) {
            Thread.ofVirtual().start(() -> answerSlowly(listener, sent));
            Origin origin = new Origin(false, "127.0.0.1", listener.getLocalPort());

            client.exchange(
                    origin,
                    REQUEST.getBytes(StandardCharsets.US_ASCII),
                    false,
                    (head, body) -> {
                        body.transferTo(
                                piece -> {
                                    byte[] bytes = new byte[piece.remaining()];
                                    piece.get(bytes);
                                    arrived.writeBytes(bytes);
                                    firstPiece.countDown();
                                });
                        return true;
                    });
        }
        assertThat(arrived.toByteArray()).isEqualTo(sent);
    }

    /// The end of a head is searched incrementally; it may be at any position, and arrive in two pieces.
    @Test
    void theEndOfAHeadIsFoundWhereverItLiesAndHoweverItArrives() throws Exception {
        answersArrive("\r\n");
        // RFC 9112, section 2.2: a recipient may accept a bare line feed as the end of a line.
        answersArrive("\n");
    }

    private void answersArrive(String lineEnd) throws Exception {
        String body = "\r\n\r\n\n\r\n\r";
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                HttpClient client =
                        new HttpClient(
                                new HttpClient.Settings(2000, 5000, BufferPool.of(1 << 16)),
                                new Tls(null, false))) {
            Thread.ofVirtual().start(() -> answerInTwoPieces(listener, body, lineEnd));
            Origin origin = new Origin(false, "127.0.0.1", listener.getLocalPort());
            for (int answer = 0; answer < ANSWERS; answer++) {
                String expected = "x".repeat(answer / CUTS);
                byte[] arrived =
                        client.exchange(
                                origin,
                                REQUEST.getBytes(StandardCharsets.US_ASCII),
                                false,
                                (head, content) -> {
                                    assertThat(head.header("x-pad")).isEqualTo(expected);
                                    assertThat(head.headers()).hasSize(4);
                                    return content.bytes(100);
                                });
                assertThat(new String(arrived, StandardCharsets.US_ASCII)).isEqualTo(body);
            }
        }
    }

    private static final int CUTS = 8;
    private static final int ANSWERS = 5 * CUTS;

    private static void answerInTwoPieces(ServerSocket listener, String body, String lineEnd) {
        try (Socket socket = listener.accept()) {
            socket.setTcpNoDelay(true);
            OutputStream out = socket.getOutputStream();
            for (int answer = 0; answer < ANSWERS; answer++) {
                socket.getInputStream().readNBytes(REQUEST.length());
                String head =
                        String.join(
                                lineEnd,
                                "HTTP/1.1 200 OK",
                                "Content-Length: " + body.length(),
                                "X-Pad: " + "x".repeat(answer / CUTS),
                                "",
                                "");
                byte[] all = (head + body).getBytes(StandardCharsets.US_ASCII);
                int cut = head.length() + 2 - answer % CUTS;
                out.write(all, 0, cut);
                Thread.sleep(5);
                out.write(all, cut, all.length - cut);
            }
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Withholds the rest until the first piece was passed on.
    private void answerSlowly(ServerSocket listener, byte[] sent) {
        try (Socket socket = listener.accept()) {
            socket.setTcpNoDelay(true);
            // Unread data would turn the close into a reset.
            socket.getInputStream().readNBytes(REQUEST.length());
            OutputStream out = socket.getOutputStream();
            out.write(
                    ("HTTP/1.1 200 OK\r\nContent-Length: " + sent.length + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            int at = 100_000;
            out.write(sent, 0, at);
            while (!firstPiece.await(100, TimeUnit.MILLISECONDS) && at < 100_200) {
                out.write(sent, at++, 1);
            }
            if (firstPiece.getCount() == 0) {
                out.write(sent, at, sent.length - at);
            }
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
