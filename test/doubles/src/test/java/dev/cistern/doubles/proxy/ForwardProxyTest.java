package dev.cistern.doubles.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Authenticator;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.ProxySelector;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The proxy as other clients than ours see it: the JDK's, and curl.
class ForwardProxyTest {
    private final List<String> seen = new CopyOnWriteArrayList<>();
    private final HttpServer origin;
    private final ForwardProxy proxy = new ForwardProxy();

    ForwardProxyTest() throws IOException {
        origin = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
        origin.createContext(
                "/",
                exchange -> {
                    seen.add(
                            exchange.getRequestMethod()
                                    + " "
                                    + exchange.getRequestURI()
                                    + " "
                                    + exchange.getRequestHeaders().getFirst("Host")
                                    + (exchange.getRequestHeaders()
                                                    .containsKey("Proxy-authorization")
                                            ? " proxy's password"
                                            : ""));
                    byte[] body = exchange.getRequestBody().readAllBytes();
                    exchange.sendResponseHeaders(200, body.length == 0 ? 5 : body.length);
                    exchange.getResponseBody()
                            .write(
                                    body.length == 0
                                            ? "hello".getBytes(StandardCharsets.US_ASCII)
                                            : body);
                    exchange.close();
                });
        origin.start();
    }

    @AfterEach
    void stop() throws IOException {
        proxy.close();
        origin.stop(0);
    }

    private String url(String path) {
        return "http://origin.invalid:" + origin.getAddress().getPort() + path;
    }

    private HttpClient client() {
        String[] at = proxy.address().split(":");
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .proxy(ProxySelector.of(new InetSocketAddress(at[0], Integer.parseInt(at[1]))))
                .authenticator(
                        new Authenticator() {
                            @Override
                            protected PasswordAuthentication getPasswordAuthentication() {
                                return new PasswordAuthentication("us er", "Pa:ss".toCharArray());
                            }
                        })
                .build();
    }

    @Test
    void theJdksClientIsLetThroughWithItsPasswordAlone() throws Exception {
        proxy.wants("us er", "Pa:ss");
        try (HttpClient client = client()) {
            HttpResponse<String> got =
                    client.send(
                            HttpRequest.newBuilder(URI.create(url("/a?b=c"))).build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(got.body()).isEqualTo("hello");
            HttpResponse<String> posted =
                    client.send(
                            HttpRequest.newBuilder(URI.create(url("/p")))
                                    .POST(HttpRequest.BodyPublishers.ofString("body"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(posted.body()).isEqualTo("body");
        }
        assertThat(proxy.asked())
                .contains(
                        "GET " + url("/a?b=c") + " without authorization", "GET " + url("/a?b=c"));
        String host = "origin.invalid:" + origin.getAddress().getPort();
        assertThat(seen).containsExactly("GET /a?b=c " + host, "POST /p " + host);
    }

    @Test
    void aPasswordCounts() throws Exception {
        proxy.wants("us er", "pa:ss");
        try (HttpClient client = client()) {
            assertThat(
                            client.send(
                                            HttpRequest.newBuilder(URI.create(url("/"))).build(),
                                            HttpResponse.BodyHandlers.discarding())
                                    .statusCode())
                    .isEqualTo(407);
        } catch (IOException e) {
            // The JDK gives up after some attempts.
            assertThat(e).hasMessageContaining("authentication");
        }
        assertThat(seen).isEmpty();
    }

    @Test
    void curlIsLetThroughPlainAndByATunnel() throws Exception {
        assumeThat(Files.isExecutable(Path.of("/usr/bin/curl"))).isTrue();
        proxy.wants("user", "secret");
        assertThat(curl("-x", "http://user:secret@" + proxy.address(), url("/x")))
                .isEqualTo("hello");
        assertThat(curl("-p", "-x", "http://user:secret@" + proxy.address(), url("/y")))
                .isEqualTo("hello");
        assertThat(proxy.asked())
                .containsExactly(
                        "GET " + url("/x"),
                        "CONNECT origin.invalid:" + origin.getAddress().getPort());
        assertThat(seen).noneMatch(line -> line.contains("password"));
    }

    private static String curl(String... arguments) throws Exception {
        List<String> command = new java.util.ArrayList<>(List.of("/usr/bin/curl", "-sS", "-q"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment()
                .keySet()
                .removeIf(name -> name.toLowerCase(java.util.Locale.ROOT).endsWith("_proxy"));
        Process process = builder.start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return out;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET /path HTTP/1.1~host: a | not in absolute form",
                "GET https://a/ HTTP/1.1~host: a | not in absolute form",
                "GET http://a/ HTTP/1.1~host: b | Host is not that of the target",
                "GET http://u:p@a/ HTTP/1.1~host: a | the target carries a user",
                "GET http://a/ HTTP/1.1~host: a~host: a | header host came twice",
                "CONNECT http://a:1 HTTP/1.1~host: a:1 | CONNECT takes HOST:PORT",
                "CONNECT a HTTP/1.1~host: a | CONNECT takes HOST:PORT",
                "CONNECT a:1 HTTP/1.1~host: a | Host is not that of the target",
                "CONNECT a:1 HTTP/1.1~host: a:1~authorization: x | carries what is for the origin",
                "CONNECT a:1 HTTP/1.1~host: a:1~x-amz-date: x | carries what is for the origin"
            })
    void whatAProxyShouldNotSeeIsRefused(String request, String problem) throws Exception {
        String[] at = proxy.address().split(":");
        try (Socket socket = new Socket(at[0], Integer.parseInt(at[1]))) {
            OutputStream out = socket.getOutputStream();
            out.write(
                    (request.replace("~", "\r\n") + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            assertThat(new String(in.readAllBytes(), StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 400")
                    .contains(problem);
        }
    }
}
