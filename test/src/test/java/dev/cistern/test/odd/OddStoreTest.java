package dev.cistern.test.odd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.test.server.HttpHead;
import dev.cistern.test.server.SignatureV4;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OddStoreTest {
    private static final StoredObject TEXT = StoredObject.of("a/\u00e9 +", "hello");

    /// A response as received.
    private record Got(HttpHead head, String body) {
        int status() throws IOException {
            return head.status();
        }
    }

    private static Got send(OddStore store, String request, String... headers) throws IOException {
        List<HttpHead.Header> all = new ArrayList<>();
        URI uri = URI.create(store.endpoint());
        all.add(new HttpHead.Header("Host", uri.getAuthority()));
        for (int i = 0; i < headers.length; i += 2) {
            all.add(new HttpHead.Header(headers[i], headers[i + 1]));
        }
        HttpHead signed =
                SignatureV4.resign(
                        new HttpHead(request + " HTTP/1.1", all),
                        OddStore.ACCESS_KEY,
                        OddStore.SECRET_KEY,
                        "us-east-1",
                        Instant.now());
        return exchange(uri, signed);
    }

    private static Got exchange(URI uri, HttpHead request) throws IOException {
        try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(request.with("Connection", "close").bytes());
            InputStream in = socket.getInputStream();
            HttpHead head = HttpHead.read(in).orElseThrow();
            return new Got(head, new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    private static OddStore store(Quirk... quirks) throws IOException {
        return new OddStore(Set.of(quirks), List.of(TEXT));
    }

    @Test
    void withoutQuirksItAnswersByTheBook() throws IOException {
        try (OddStore store = store()) {
            Got listing = send(store, "GET /odd/?encoding-type=url&list-type=2&prefix=a%2F");
            assertThat(listing.status()).isEqualTo(200);
            assertThat(listing.body())
                    .contains("<Key>a/%C3%A9+%2B</Key>")
                    .contains("<Size>5</Size>")
                    .contains("<IsTruncated>false</IsTruncated>");
            Got whole =
                    send(store, "GET /odd/a/%C3%A9%20%2B", "If-Match", "\"" + TEXT.etag() + "\"");
            assertThat(whole.status()).isEqualTo(200);
            assertThat(whole.body()).isEqualTo("hello");
            Got range = send(store, "GET /odd/a/%C3%A9%20%2B", "Range", "bytes=1-2");
            assertThat(range.status()).isEqualTo(206);
            assertThat(range.head().header("content-range")).contains("bytes 1-2/5");
            assertThat(range.body()).isEqualTo("el");
            Got head = send(store, "HEAD /odd/a/%C3%A9%20%2B");
            assertThat(head.head().header("content-length")).contains("5");
            assertThat(head.body()).isEmpty();
            assertThat(send(store, "GET /odd/none").status()).isEqualTo(404);
            assertThat(send(store, "GET /other/none").body()).contains("NoSuchBucket");
            assertThat(send(store, "GET /odd/a/%C3%A9%20%2B", "If-Match", "\"x\"").status())
                    .isEqualTo(412);
            assertThat(store.malformed()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /odd/x|If-Match|W/\"abc\"",
                "GET /odd/x|Range|bytes=5-2",
                "GET /odd/x|Range|bytes=-",
                "PUT /odd/x|X|y",
                "GET /odd/x|Content-Length|3",
                "GET /odd/x?acl|X|y",
                "GET /odd/a%2fb|X|y",
                "GET /odd/a+b|X|y",
                "GET /odd/%FF|X|y",
                "GET /odd/x|range|bytes=0-1|Range|bytes=0-1"
            })
    void whatNoClientMaySendIsRefusedAndKept(String request) throws IOException {
        String[] parts = request.split("\\|");
        String[] headers = new String[parts.length - 1];
        System.arraycopy(parts, 1, headers, 0, headers.length);
        try (OddStore store = store()) {
            assertThat(send(store, parts[0], headers).status()).isEqualTo(400);
            assertThat(store.malformed()).hasSize(1);
        }
    }

    @Test
    void signaturesAreChecked() throws IOException {
        try (OddStore store = store()) {
            URI uri = URI.create(store.endpoint());
            HttpHead bare =
                    new HttpHead(
                            "GET /odd/ HTTP/1.1",
                            List.of(new HttpHead.Header("Host", uri.getAuthority())));
            assertThat(exchange(uri, bare).body()).contains("AccessDenied");
            HttpHead forged =
                    SignatureV4.resign(bare, OddStore.ACCESS_KEY, "guess", "r", Instant.now());
            assertThat(exchange(uri, forged).body()).contains("SignatureDoesNotMatch");
            HttpHead late =
                    SignatureV4.resign(
                            bare,
                            OddStore.ACCESS_KEY,
                            OddStore.SECRET_KEY,
                            "r",
                            Instant.now().minusSeconds(1000));
            assertThat(exchange(uri, late).body()).contains("RequestTimeTooSkewed");
            HttpHead changed =
                    SignatureV4.resign(
                                    bare,
                                    OddStore.ACCESS_KEY,
                                    OddStore.SECRET_KEY,
                                    "r",
                                    Instant.now())
                            .with("x-amz-request-payer", "requester");
            assertThat(exchange(uri, changed).body()).contains("SignatureDoesNotMatch");
        }
    }

    @Test
    void pagesGoOnAtTheirToken() throws IOException {
        try (OddStore store = new OddStore(Set.of(), List.of(Objects.pages()))) {
            List<String> keys = new ArrayList<>();
            String token = "";
            for (int page = 0; page < 3; page++) {
                String text = send(store, "GET /odd/?" + token + "list-type=2").body();
                Matcher key = Pattern.compile("<Key>([^<]*)</Key>").matcher(text);
                while (key.find()) {
                    keys.add(key.group(1));
                }
                Matcher next = Pattern.compile("<NextContinuationToken>([^<]*)<").matcher(text);
                token = next.find() ? "continuation-token=" + next.group(1) + "&" : "";
            }
            assertThat(keys).containsExactly("a/1", "a/2 +%", "a/\u00e9", "b/1", "b/2", "c", "d");
            assertThat(token).isEmpty();
        }
    }

    @Test
    void everyQuirkIsInACase() {
        Set<Quirk> unused = EnumSet.allOf(Quirk.class);
        OddCases.all().forEach(one -> unused.removeAll(one.quirks()));
        assertThat(unused).isEmpty();
    }

    @Test
    void casesHaveNamesOfTheirOwn() {
        assertThat(OddCases.all()).extracting(OddCase::name).doesNotHaveDuplicates();
    }
}
