package dev.cistern.populate.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Verifies the odd server with curl: it is a correct HTTP server except for the configured quirks.
class OddWebTest {
    private static final int EXIT_PARTIAL = 18;
    private static final int EXIT_RANGE = 33;

    @TempDir Path work;
    private final byte[] bytes = new byte[100_000];

    @SuppressWarnings("NullAway.Init")
    private OddWeb server;

    private record Said(int exit, String headers, byte[] body) {}

    @BeforeEach
    void start() throws IOException {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/curl")), "no curl");
        new Random(7).nextBytes(bytes);
        server = new OddWeb();
        server.put("/a/file", bytes);
    }

    @AfterEach
    void stop() throws IOException {
        if (server != null) {
            server.close();
        }
    }

    private Said curl(String... options) throws IOException, InterruptedException {
        Path headers = work.resolve("headers");
        Path body = work.resolve("body");
        Files.deleteIfExists(body);
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "/usr/bin/curl",
                                "-q",
                                "--silent",
                                "--max-time",
                                "20",
                                "--noproxy",
                                "*",
                                "--dump-header",
                                headers.toString(),
                                "--output",
                                body.toString()));
        command.addAll(List.of(options));
        command.add(server.endpoint() + "/a/file");
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return new Said(
                process.exitValue(),
                Files.readString(headers, StandardCharsets.ISO_8859_1),
                Files.exists(body) ? Files.readAllBytes(body) : new byte[0]);
    }

    @Test
    void theUsualQuirksAreThoseOfAnyServer() throws Exception {
        assertThat(curl().body()).isEqualTo(bytes);
        Said part = curl("--range", "10-19");
        assertThat(part.headers()).contains("206 ", "Content-Range: bytes 10-19/100000");
        assertThat(part.body()).isEqualTo(java.util.Arrays.copyOfRange(bytes, 10, 20));
        assertThat(curl("--head").headers()).contains("200 ", "Content-Length: 100000", "ETag: \"");
        assertThat(curl("--range", "100000-").headers()).contains("416 ", "bytes */100000");
    }

    @Test
    void lengthsAreToldOrNot() throws Exception {
        server.quirks(OddWeb.Quirks.USUAL.with(OddWeb.Length.CHUNKED));
        assertThat(curl())
                .satisfies(
                        said -> {
                            assertThat(said.headers())
                                    .contains("Transfer-Encoding: chunked")
                                    .doesNotContain("Content-Length");
                            assertThat(said.body()).isEqualTo(bytes);
                        });
        server.quirks(OddWeb.Quirks.USUAL.with(OddWeb.Length.CONNECTION_CLOSES));
        assertThat(curl().body()).isEqualTo(bytes);
    }

    @Test
    void rangesAreIgnoredRefusedOrWrong() throws Exception {
        server.quirks(OddWeb.Quirks.USUAL.with(OddWeb.Ranges.IGNORED));
        assertThat(curl("--range", "10-19").headers()).contains("200 ");
        server.quirks(OddWeb.Quirks.USUAL.with(OddWeb.Ranges.REFUSED));
        assertThat(curl("--range", "10-19").headers()).contains("200 ", "Accept-Ranges: none");
        server.quirks(OddWeb.Quirks.USUAL.with(OddWeb.Ranges.WRONG));
        assertThat(curl("--range", "10-19").headers()).contains("bytes 11-19/100000");
        // curl requests the rest of a partial file and checks the response.
        server.quirks(OddWeb.Quirks.USUAL.with(OddWeb.Ranges.IGNORED));
        assertThat(curl("--continue-at", "10").exit()).isEqualTo(EXIT_RANGE);
    }

    @Test
    void conditionsAreTheStandards() throws Exception {
        String head = curl("--head").headers();
        String tag = head.replaceAll("(?s).*ETag: (\\S+).*", "$1");
        assertThat(curl("--range", "0-9", "--header", "If-Range: " + tag).headers())
                .contains("206 ");
        assertThat(curl("--range", "0-9", "--header", "If-Range: \"other\"").headers())
                .contains("200 ");
        assertThat(curl("--header", "If-Match: \"other\"").headers()).contains("412 ");
        server.quirks(OddWeb.Quirks.USUAL.with(OddWeb.Tag.WEAK));
        assertThat(curl("--range", "0-9", "--header", "If-Range: W/" + tag).headers())
                .contains("200 ", "ETag: W/\"");
    }

    @Test
    void bodiesAreCutOrAnnouncedTooLong() throws Exception {
        server.sending(request -> new OddWeb.Sending(50_000, 0, 0));
        assertThat(curl().exit()).isEqualTo(EXIT_PARTIAL);
        server.sending(request -> new OddWeb.Sending(-1, 7, 0));
        assertThat(curl().exit()).isEqualTo(EXIT_PARTIAL);
    }

    @Test
    void credentialsAreAskedForAndRedirectsLoseThem() throws Exception {
        server.authorization("Basic bWU6c2VjcmV0");
        assertThat(curl().headers()).contains("401 ");
        assertThat(curl("--user", "me:secret").body()).isEqualTo(bytes);
        try (OddWeb other = new OddWeb()) {
            other.put("/b", new byte[] {1});
            server.answers(
                    request -> OddWeb.Answer.of(302, Map.of("Location", other.endpoint() + "/b")));
            assertThat(curl("--location", "--user", "me:secret").body()).containsExactly(1);
            assertThat(other.asked()).hasSize(1);
            assertThat(other.asked().getFirst().headers()).doesNotContainKey("authorization");
        }
    }

    @Test
    void whatIsNoRequestIsRefused() throws Exception {
        assertThat(curl("--header", "Host:").headers()).contains("400 ");
        assertThat(curl("--header", "Range: lines=1-2").headers()).contains("400 ");
        assertThat(curl("--request", "POST").headers()).contains("405 ");
        server.quirks(OddWeb.Quirks.USUAL.withHead(501));
        assertThat(curl("--head").headers()).contains("501 ");
    }
}
