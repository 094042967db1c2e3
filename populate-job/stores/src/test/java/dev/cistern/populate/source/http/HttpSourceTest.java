package dev.cistern.populate.source.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.populate.digest.DigestKind;
import dev.cistern.populate.http.BufferPool;
import dev.cistern.populate.http.HttpClient;
import dev.cistern.populate.http.Tls;
import dev.cistern.populate.source.ObjectDetails;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceContract;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.source.rest.StoreSender;
import dev.cistern.populate.testing.OddWeb;
import dev.cistern.populate.testing.OddWeb.Quirks;
import dev.cistern.populate.wire.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// One file and lists of files, from servers with all quirks.
class HttpSourceTest {
    private static final byte[] BYTES = random(300_000);

    private final OddWeb server;
    private final OddWeb other;

    HttpSourceTest() throws IOException {
        server = new OddWeb();
        other = new OddWeb();
    }

    @BeforeEach
    void store() {
        server.put("/d/file.bin", BYTES);
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
        other.close();
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private Source open(
            String path, @Nullable ListFormat list, @Nullable String sha256, String... headers) {
        return open(
                HttpPlace.of(server.endpoint() + "/d", List.of(other.authority())),
                path,
                list,
                sha256,
                headers);
    }

    private static Source open(
            HttpPlace place,
            String path,
            @Nullable ListFormat list,
            @Nullable String sha256,
            String... headers) {
        HttpClient http =
                new HttpClient(
                        new HttpClient.Settings(5000, 1500, BufferPool.of(128 * 1024)),
                        new Tls(null, false));
        FileProtocol protocol = new FileProtocol(place);
        return new HttpSource(
                place,
                place.file(path),
                list,
                sha256,
                new StoreSender(http, new HttpEndpoint(place, List.of(headers)), protocol, "test"),
                protocol);
    }

    private static List<SourceContract.Listed> list(Source source) throws Exception {
        return list(source, "", new ArrayList<>());
    }

    private static List<SourceContract.Listed> list(Source source, String after, List<String> pages)
            throws Exception {
        List<SourceContract.Listed> all = new ArrayList<>();
        source.list(
                after,
                new Source.Listing() {
                    @Override
                    public void object(SourceObject object, String path) {
                        all.add(new SourceContract.Listed(object, path));
                    }

                    @Override
                    public void page(String next) {
                        pages.add(next);
                    }
                });
        return all;
    }

    private static SourceObject only(Source source) throws Exception {
        List<SourceContract.Listed> all = list(source);
        assertThat(all).hasSize(1);
        return all.getFirst().object();
    }

    private static byte[] read(Source source, SourceObject object, long from, long to)
            throws Exception {
        SourceContract.Bytes sink = new SourceContract.Bytes();
        source.read(object, from, to, sink);
        return sink.taken.toByteArray();
    }

    private static byte[] readAll(Source source, SourceObject object) throws Exception {
        return read(source, object, 0, object.size());
    }

    // One file

    @Test
    void aFileIsCalledAsTheLastPartOfItsPath() throws Exception {
        server.put("/d/a%20b/%D0%BA%D0%BB%D1%8E%D1%87%2B.bin?v=7&x=%20", BYTES);
        try (Source source = open("a b/ключ%2B.bin?v=7&x= ", null, null)) {
            List<SourceContract.Listed> all = list(source);
            assertThat(all.getFirst().path()).isEqualTo("ключ+.bin");
            assertThat(readAll(source, all.getFirst().object())).isEqualTo(BYTES);
            assertThat(source.name()).endsWith("/d/a%20b/%D0%BA%D0%BB%D1%8E%D1%87%2B.bin");
        }
    }

    @Test
    void theUsualServerTellsAllAtOnce() throws Exception {
        try (Source source = open("file.bin", null, null)) {
            SourceObject file = only(source);
            assertThat(file.size()).isEqualTo(300_000);
            assertThat(file.version()).contains("E\"").contains("MFri, 02 Jan 2026 03:04:01 GMT");
            assertThat(file.modifiedMillis()).isEqualTo(1_767_323_041_000L);
            for (int[] range :
                    new int[][] {{0, 300_000}, {0, 1}, {299_999, 300_000}, {7, 200_001}}) {
                assertThat(read(source, file, range[0], range[1]))
                        .isEqualTo(Arrays.copyOfRange(BYTES, range[0], range[1]));
            }
            assertThat(source.describe(file).object()).isEqualTo(file);
            assertThat(source.describe(file).whole()).isFalse();
        }
        assertThat(server.asked())
                .allSatisfy(
                        asked -> {
                            assertThat(asked.method()).isIn("GET", "HEAD");
                            assertThat(asked.headers())
                                    .containsEntry("accept-encoding", "identity");
                        });
        assertThat(server.asked("GET", "/d/file.bin"))
                .filteredOn(a -> a.headers().containsKey("range"))
                .allSatisfy(a -> assertThat(a.headers()).containsKey("if-range"));
    }

    @ParameterizedTest
    @ValueSource(ints = {405, 501, 403, 404, 400, 500})
    void aServerWithoutHeadIsAskedForTheFirstByte(int status) throws Exception {
        server.quirks(Quirks.USUAL.withHead(status));
        try (Source source = open("file.bin", null, null)) {
            SourceObject file = only(source);
            assertThat(file.size()).isEqualTo(300_000);
            assertThat(source.describe(file).whole()).isFalse();
            assertThat(readAll(source, file)).isEqualTo(BYTES);
        }
        assertThat(server.asked("HEAD", "/d/file.bin"))
                .hasSize(status == 405 || status == 501 ? 1 : 2);
    }

    @ParameterizedTest
    @EnumSource(OddWeb.Ranges.class)
    void whateverBecomesOfRangesTheBytesAreRight(OddWeb.Ranges ranges) throws Exception {
        for (int head : new int[] {0, 405}) {
            server.quirks(Quirks.USUAL.with(ranges).withHead(head));
            try (Source source = open("file.bin", null, null)) {
                SourceObject file = only(source);
                boolean served =
                        ranges != OddWeb.Ranges.IGNORED
                                && ranges != OddWeb.Ranges.REFUSED
                                && ranges != OddWeb.Ranges.WRONG;
                if (head == 405 && (ranges == OddWeb.Ranges.WITHOUT_TOTAL)) {
                    assertThat(file.sized()).isFalse();
                } else if (head == 405 && ranges == OddWeb.Ranges.WRONG) {
                    assertThat(file.size()).isEqualTo(300_000);
                } else {
                    assertThat(file.size()).isEqualTo(300_000);
                }
                assertThat(readAll(source, file)).isEqualTo(BYTES);
                if (file.sized() && ranges != OddWeb.Ranges.WRONG) {
                    assertThat(read(source, file, 100, 200))
                            .isEqualTo(Arrays.copyOfRange(BYTES, 100, 200));
                }
                if (ranges == OddWeb.Ranges.WRONG) {
                    assertThatThrownBy(() -> read(source, file, 100, 200))
                            .isInstanceOf(SourceException.Retryable.class)
                            .hasMessageContaining("bytes 101-199/300000");
                }
                if (head == 405) {
                    assertThat(source.describe(file).whole()).isEqualTo(!served);
                }
            }
        }
    }

    /// The first byte of a large file is requested, whatever `HEAD` says: dividing it is worthwhile only with range
    /// support.
    @ParameterizedTest
    @EnumSource(OddWeb.Ranges.class)
    void whetherALargeFileCanBeDividedIsTried(OddWeb.Ranges ranges) throws Exception {
        byte[] large = random(17 << 20);
        server.put("/d/large", large);
        server.quirks(Quirks.USUAL.with(ranges));
        boolean served =
                ranges == OddWeb.Ranges.SERVED
                        || ranges == OddWeb.Ranges.SERVED_UNSAID
                        || ranges == OddWeb.Ranges.WITHOUT_TOTAL;
        try (Source source = open("large", null, null)) {
            SourceObject file = only(source);
            assertThat(file.size()).isEqualTo(17 << 20);
            assertThat(source.describe(file).whole()).isEqualTo(!served);
        }
    }

    @ParameterizedTest
    @EnumSource(OddWeb.Length.class)
    void aFileOfUnknownLengthIsReadToItsEnd(OddWeb.Length length) throws Exception {
        server.quirks(Quirks.USUAL.with(length).with(OddWeb.Ranges.IGNORED));
        server.put("/d/empty", new byte[0]);
        for (String name : List.of("file.bin", "empty")) {
            try (Source source = open(name, null, null)) {
                SourceObject file = only(source);
                assertThat(file.sized()).isEqualTo(length == OddWeb.Length.TOLD);
                if (length != OddWeb.Length.TOLD) {
                    assertThat(source.describe(file).whole()).isTrue();
                }
                assertThat(readAll(source, file))
                        .isEqualTo(name.equals("empty") ? new byte[0] : BYTES);
            }
        }
    }

    /// Some servers without range support answer 416 to any range; it does not mean that the file is empty.
    @Test
    void aServerThatRefusesRangesHasNoEmptyFiles() throws Exception {
        byte[] large = random(17 << 20);
        server.put("/d/large", large);
        server.answers(
                request ->
                        request.headers().containsKey("range")
                                ? OddWeb.Answer.of(416, Map.of())
                                : null);
        try (Source source = open("large", null, null)) {
            SourceObject file = only(source);
            assertThat(file.size()).isEqualTo(large.length);
            assertThat(source.describe(file).whole()).isTrue();
            assertThat(readAll(source, file)).isEqualTo(large);
        }
        server.quirks(Quirks.USUAL.withHead(405));
        try (Source source = open("file.bin", null, null)) {
            SourceObject file = only(source);
            assertThat(file.sized()).isFalse();
            assertThat(readAll(source, file)).isEqualTo(BYTES);
        }
    }

    @Test
    void anEndThatIsOnlyAClosedConnectionIsLookedAtTwice() throws Exception {
        server.quirks(
                Quirks.USUAL.with(OddWeb.Length.CONNECTION_CLOSES).with(OddWeb.Ranges.IGNORED));
        try (Source source = open("file.bin", null, null)) {
            SourceObject file = only(source);
            int before = server.asked("GET", "/d/file.bin").size();
            server.sending(
                    request ->
                            new OddWeb.Sending(request.number() == before + 1 ? 1000 : -1, 0, 0));
            assertThatThrownBy(() -> readAll(source, file))
                    .isInstanceOfSatisfying(
                            SourceException.Changed.class, e -> assertThat(e.unfit()).isTrue())
                    .hasMessageContaining("ended after 1000 bytes, and then after 300000");
            assertThat(readAll(source, file)).isEqualTo(BYTES);
        }
        // With an unneeded digest: the bytes are compared anyway.
        try (Source source = open("file.bin", null, OddWeb.sha256(BYTES))) {
            SourceObject file = only(source);
            int before = server.asked("GET", "/d/file.bin").size();
            readAll(source, file);
            assertThat(server.asked("GET", "/d/file.bin")).hasSize(before + 2);
        }
    }

    @Test
    void ofAFileWithoutAnyVersionNoPartIsTaken() throws Exception {
        server.quirks(Quirks.USUAL.with(OddWeb.Tag.NONE).undated());
        try (Source source = open("file.bin", null, null)) {
            SourceObject file = only(source);
            assertThat(file.version()).isNull();
            assertThat(source.describe(file).whole()).isTrue();
            assertThat(readAll(source, file)).isEqualTo(BYTES);
            assertThatThrownBy(() -> read(source, file, 10, 20))
                    .isInstanceOf(SourceException.Changed.class)
                    .hasMessageContaining("neither ETag nor Last-Modified")
                    .hasMessageContaining("give its sha256");
        }
        try (Source source = open("file.bin", null, OddWeb.sha256(BYTES))) {
            SourceObject file = only(source);
            assertThat(file.version()).isEqualTo("S" + OddWeb.sha256(BYTES));
            assertThat(source.describe(file).whole()).isFalse();
            assertThat(read(source, file, 10, 20)).isEqualTo(Arrays.copyOfRange(BYTES, 10, 20));
        }
    }

    @ParameterizedTest
    @EnumSource(OddWeb.Tag.class)
    void aChangeIsSeenByTagOrDate(OddWeb.Tag tag) throws Exception {
        server.quirks(Quirks.USUAL.with(tag));
        try (Source source = open("file.bin", null, null)) {
            SourceObject before = only(source);
            byte[] changed = random(300_001);
            server.put("/d/file.bin", Arrays.copyOf(changed, 300_000));
            SourceContract.Bytes sink = new SourceContract.Bytes();
            for (int[] range : new int[][] {{0, 300_000}, {10, 20}}) {
                assertThatThrownBy(() -> source.read(before, range[0], range[1], sink))
                        .isInstanceOfSatisfying(
                                SourceException.Changed.class, e -> assertThat(e.gone()).isFalse());
            }
            assertThat(sink.taken.size()).isZero();
            assertThat(source.describe(before).object().version()).isNotEqualTo(before.version());
            server.remove("/d/file.bin");
            assertThatThrownBy(() -> readAll(source, before))
                    .isInstanceOfSatisfying(
                            SourceException.Changed.class, e -> assertThat(e.gone()).isTrue());
            assertThatThrownBy(() -> source.describe(before))
                    .isInstanceOfSatisfying(
                            SourceException.Changed.class, e -> assertThat(e.gone()).isTrue());
        }
    }

    @Test
    void aTagThatComesAndGoesIsNoChange() throws Exception {
        try (Source source = open("file.bin", null, null)) {
            SourceObject file = only(source);
            server.quirks(Quirks.USUAL.with(OddWeb.Tag.NONE));
            assertThat(readAll(source, file)).isEqualTo(BYTES);
            assertThat(source.describe(file).object()).isEqualTo(file);
        }
    }

    @Test
    void whatIsSentPackedIsTakenAsItIsSent() throws Exception {
        server.quirks(Quirks.USUAL.asPacked());
        try (Source source = open("file.bin", null, null)) {
            assertThat(readAll(source, only(source))).isEqualTo(BYTES);
        }
    }

    @Test
    void aLengthThatIsWrongIsNoFile() throws Exception {
        try (Source source = open("file.bin", null, null)) {
            SourceObject file = only(source);
            server.sending(request -> new OddWeb.Sending(-1, 5, 0));
            assertThatThrownBy(() -> readAll(source, file)).isInstanceOf(SourceException.class);
            server.sending(request -> new OddWeb.Sending(-1, -5, 0));
            assertThatThrownBy(() -> readAll(source, file)).isInstanceOf(SourceException.class);
            server.sending(request -> new OddWeb.Sending(50_000, 0, 0));
            SourceContract.Bytes sink = new SourceContract.Bytes();
            assertThatThrownBy(() -> source.read(file, 0, 300_000, sink))
                    .isInstanceOf(SourceException.Retryable.class);
            // Data received before the cut is kept.
            assertThat(sink.taken.toByteArray()).isEqualTo(Arrays.copyOf(BYTES, sink.taken.size()));
        }
    }

    @Test
    void aDigestThatTheServerGivesIsTaken() throws Exception {
        String hex = OddWeb.sha256(BYTES);
        String base64 =
                java.util.Base64.getEncoder()
                        .encodeToString(java.util.HexFormat.of().parseHex(hex));
        for (Map<String, String> headers :
                List.of(
                        Map.of("Repr-Digest", "sha-512=:AAAA:, sha-256=:" + base64 + ":"),
                        Map.of("Digest", "SHA-256=" + base64 + ",md5=abc"),
                        Map.of("X-Checksum-Sha256", hex))) {
            server.answers(request -> new OddWeb.Answer(200, headers, BYTES));
            try (Source source = open("file.bin", null, null)) {
                ObjectDetails details = source.describe(only(source));
                assertThat(details.digest())
                        .isNotNull()
                        .matches(d -> d.kind() == DigestKind.SHA256 && d.value().equals(hex));
            }
        }
        server.answers(
                request -> new OddWeb.Answer(200, Map.of("Repr-Digest", "sha-256=:AAAA:"), BYTES));
        try (Source source = open("file.bin", null, null)) {
            assertThat(source.describe(only(source)).digest()).isNull();
        }
    }

    // Credentials and hosts

    @Test
    void credentialsGoToTheEndpointAlone() throws Exception {
        server.authorization("Bearer secret");
        other.put("/cdn", BYTES);
        try (Source source = open("file.bin", null, null)) {
            assertThatThrownBy(() -> list(source)).satisfies(is(Reason.INVALID_CREDENTIALS));
        }
        String[] headers = {"authorization", "Bearer secret", "x-api-key", "k"};
        for (int status : new int[] {301, 302, 303, 307, 308}) {
            server.answers(
                    request ->
                            request.target().equals("/d/moved")
                                    ? OddWeb.Answer.of(
                                            status, Map.of("Location", other.endpoint() + "/cdn"))
                                    : request.target().equals("/d/here")
                                            ? OddWeb.Answer.of(
                                                    status, Map.of("Location", "file.bin"))
                                            : null);
            try (Source moved = open("moved", null, null, headers);
                    Source here = open("here", null, null, headers)) {
                SourceObject file = only(moved);
                assertThat(readAll(moved, file)).isEqualTo(BYTES);
                assertThat(read(moved, file, 10, 20)).isEqualTo(Arrays.copyOfRange(BYTES, 10, 20));
                assertThat(readAll(here, only(here))).isEqualTo(BYTES);
            }
        }
        assertThat(other.asked())
                .isNotEmpty()
                .allSatisfy(
                        asked ->
                                assertThat(asked.headers())
                                        .doesNotContainKeys("authorization", "x-api-key"));
        assertThat(server.asked("GET", "/d/file.bin"))
                .last()
                .satisfies(asked -> assertThat(asked.headers()).containsEntry("x-api-key", "k"));
    }

    /// The owner of a host that lists may name could have anything read that the credentials permit.
    @Test
    void aHostOfAListCannotRedirectWithTheEndpointsCredentials() throws Exception {
        server.authorization("Bearer secret");
        server.put("/private", BYTES);
        other.answers(
                request ->
                        OddWeb.Answer.of(302, Map.of("Location", server.endpoint() + "/private")));
        putList(
                "{\"path\":\"a\",\"size\":300000,\"sha256\":\""
                        + OddWeb.sha256(BYTES)
                        + "\",\"url\":\""
                        + other.endpoint()
                        + "/any\"}\n");
        try (Source source =
                open("rel/list", new JsonManifest(), null, "authorization", "Bearer secret")) {
            SourceObject file = only(source);
            assertThatThrownBy(() -> readAll(source, file))
                    .satisfies(is(Reason.INVALID_CREDENTIALS));
        }
        assertThat(server.asked("GET", "/private"))
                .hasSize(1)
                .allSatisfy(a -> assertThat(a.headers()).doesNotContainKey("authorization"));
    }

    /// Whoever may write one prefix of a server may be able to have it redirect to another.
    @Test
    void aRedirectDoesNotLeadOutOfWhatIsAllowed() throws Exception {
        server.authorization("Bearer secret");
        server.put("/d/team-b/private", BYTES);
        server.put("/d/team-a/other", BYTES);
        other.answers(
                request ->
                        OddWeb.Answer.of(
                                302, Map.of("Location", server.endpoint() + "/d/team-b/private")));
        server.answers(
                request -> {
                    Map<String, String> to =
                            Map.of(
                                    "/d/team-a/out", "/d/team-b/private",
                                    "/d/team-a/up", "../team-b/private",
                                    "/d/team-a/coded", "/d/team-a/%2e%2e/team-b/private",
                                    "/d/team-a/around", other.endpoint() + "/x",
                                    "/d/team-a/in", "other");
                    String location = to.get(request.target());
                    return location == null
                            ? null
                            : OddWeb.Answer.of(302, Map.of("Location", location));
                });
        HttpPlace place = HttpPlace.of(server.endpoint() + "/d", List.of(), List.of("team-a/"));
        for (String path : List.of("out", "up", "coded", "around", "in")) {
            try (Source source =
                    open(place, "team-a/" + path, null, null, "authorization", "Bearer secret")) {
                if (path.equals("in")) {
                    assertThat(readAll(source, only(source))).isEqualTo(BYTES);
                } else {
                    assertThatThrownBy(() -> list(source))
                            .as(path)
                            .satisfies(is(Reason.ACCESS_DENIED))
                            .hasMessageContaining("redirects to")
                            .hasMessageContaining("allowedPaths");
                }
            }
        }
        assertThat(server.asked()).noneMatch(asked -> asked.target().contains("private"));
    }

    @Test
    void redirectsWithoutEndEnd() throws Exception {
        server.answers(
                request -> OddWeb.Answer.of(302, Map.of("Location", "file.bin?again=secret")));
        try (Source source = open("file.bin", null, null)) {
            assertThatThrownBy(() -> list(source))
                    .satisfies(is(Reason.INVALID_CONFIGURATION))
                    .hasMessageContaining("redirects to file.bin, which is not followed")
                    .hasMessageNotContaining("secret");
        }
        assertThat(server.asked()).hasSizeBetween(6, 14);
    }

    @Test
    void whatIsNotThereIsNamed() throws Exception {
        try (Source source = open("missing", null, null);
                Source list = open("missing", new Sha256Sums(), null)) {
            for (Source one : List.of(source, list)) {
                assertThatThrownBy(() -> list(one))
                        .satisfies(is(Reason.NO_SUCH_OBJECT))
                        .hasMessageContaining("there is no file")
                        .hasMessageContaining("/d/missing");
            }
        }
        server.answers(request -> OddWeb.Answer.of(403, Map.of()));
        try (Source source = open("file.bin", null, null)) {
            assertThatThrownBy(() -> list(source)).satisfies(is(Reason.ACCESS_DENIED));
        }
    }

    @Test
    void aBusyServerIsLeftAloneForAsLongAsItAsks() throws Exception {
        try (Source source = open("file.bin", null, null)) {
            SourceObject file = only(source);
            for (int status : new int[] {429, 503}) {
                server.answers(request -> OddWeb.Answer.of(status, Map.of("Retry-After", "7")));
                assertThatThrownBy(() -> readAll(source, file))
                        .isInstanceOfSatisfying(
                                SourceException.Retryable.class,
                                e -> {
                                    assertThat(e.busy()).isTrue();
                                    assertThat(e.afterMillis()).isEqualTo(7000);
                                });
            }
            server.answers(
                    request ->
                            OddWeb.Answer.of(
                                    503,
                                    Map.of(
                                            "Date", "Fri, 02 Jan 2026 03:04:05 GMT",
                                            "Retry-After", "Fri, 02 Jan 2026 03:04:35 GMT")));
            assertThatThrownBy(() -> readAll(source, file))
                    .isInstanceOfSatisfying(
                            SourceException.Retryable.class,
                            e -> assertThat(e.afterMillis()).isEqualTo(30_000));
            server.answers(request -> OddWeb.Answer.of(502, Map.of()));
            assertThatThrownBy(() -> readAll(source, file))
                    .isInstanceOfSatisfying(
                            SourceException.Retryable.class, e -> assertThat(e.busy()).isFalse());
        }
    }

    // Lists

    private String sums(String... names) {
        StringBuilder list = new StringBuilder();
        for (String name : names) {
            byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
            server.put("/d/rel/" + UrlText.ofName(name), bytes);
            list.append(OddWeb.sha256(bytes)).append("  ").append(name).append('\n');
        }
        return list.toString();
    }

    private void putList(String text) {
        server.put("/d/rel/list", text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void theFilesOfAListLieBesideItAndBelow() throws Exception {
        putList(sums("a", "sub/b c", "ключ/🗝", "x#y?z%20", "q\"'<>"));
        try (Source source = open("rel/list", new Sha256Sums(), null)) {
            List<SourceContract.Listed> all = list(source);
            assertThat(all)
                    .extracting(SourceContract.Listed::path)
                    .containsExactly("a", "sub/b c", "ключ/🗝", "x#y?z%20", "q\"'<>");
            for (SourceContract.Listed listed : all) {
                byte[] bytes = listed.path().getBytes(StandardCharsets.UTF_8);
                assertThat(listed.object().size()).isEqualTo(bytes.length);
                SourceContract.Bytes sink = new SourceContract.Bytes();
                source.read(listed.object(), 0, bytes.length, sink);
                assertThat(sink.taken.toByteArray()).isEqualTo(bytes);
                assertThat(sink.digest)
                        .isNotNull()
                        .matches(d -> d.value().equals(OddWeb.sha256(bytes)));
            }
        }
        assertThat(server.asked()).noneMatch(asked -> asked.method().equals("BAD"));
    }

    @Test
    void sizesThatAreNotToBeHadStayUnknown() throws Exception {
        putList(sums("a", "b"));
        server.quirks(Quirks.USUAL.withHead(405));
        try (Source source = open("rel/list", new Sha256Sums(), null)) {
            List<SourceContract.Listed> all = list(source);
            assertThat(all).noneMatch(l -> l.object().sized());
            SourceObject file = all.getFirst().object();
            ObjectDetails details = source.describe(file);
            assertThat(details.object()).isEqualTo(file.withSize(1));
            assertThat(readAll(source, file)).isEqualTo("a".getBytes(StandardCharsets.UTF_8));
        }
    }

    @Test
    void aManifestTellsSizesAndUrls() throws Exception {
        other.put("/any?s=1", BYTES);
        putList(
                "{\"path\":\"x/y.bin\",\"size\":300000,\"sha256\":\""
                        + OddWeb.sha256(BYTES)
                        + "\",\"url\":\""
                        + other.endpoint()
                        + "/any?s=1\"}\n{\"path\":\"z\",\"size\":300000,\"sha256\":\""
                        + OddWeb.sha256(BYTES)
                        + "\",\"url\":\"/d/file.bin\"}\n");
        server.authorization("Bearer secret");
        try (Source source =
                open("rel/list", new JsonManifest(), null, "authorization", "Bearer secret")) {
            List<SourceContract.Listed> all = list(source);
            assertThat(all).extracting(SourceContract.Listed::path).containsExactly("x/y.bin", "z");
            for (SourceContract.Listed listed : all) {
                assertThat(listed.object().size()).isEqualTo(300_000);
                assertThat(readAll(source, listed.object())).isEqualTo(BYTES);
            }
        }
        assertThat(other.asked())
                .hasSize(1)
                .allSatisfy(a -> assertThat(a.headers()).doesNotContainKey("authorization"));
    }

    @Test
    void aFileOfAnotherSizeThanListedIsNotTheListed() throws Exception {
        putList(
                "{\"path\":\"a\",\"size\":5,\"sha256\":\""
                        + OddWeb.sha256(BYTES)
                        + "\",\"url\":\"/d/file.bin\"}\n");
        try (Source source = open("rel/list", new JsonManifest(), null)) {
            SourceObject file = only(source);
            assertThatThrownBy(() -> source.describe(file))
                    .satisfies(is(Reason.DIGEST_MISMATCH))
                    .hasMessageContaining("is 300000 bytes long, and listed with 5");
            assertThatThrownBy(() -> readAll(source, file))
                    .isInstanceOfSatisfying(
                            SourceException.Changed.class, e -> assertThat(e.unfit()).isTrue());
        }
    }

    /// The list is right, and the server's `HEAD` is not.
    @Test
    void aHeadThatLiesIsAskedAboutAgain() throws Exception {
        putList(sums("a"));
        server.answers(
                request ->
                        request.method().equals("HEAD")
                                ? new OddWeb.Answer(200, Map.of(), new byte[12])
                                : null);
        try (Source source = open("rel/list", new Sha256Sums(), null)) {
            SourceObject file = only(source);
            assertThat(file.size()).isEqualTo(12);
            assertThatThrownBy(() -> readAll(source, file))
                    .isInstanceOf(SourceException.Changed.class);
        }
        server.answers(
                request ->
                        request.method().equals("HEAD")
                                ? new OddWeb.Answer(200, Map.of(), new byte[0])
                                : null);
        try (Source source = open("rel/list", new Sha256Sums(), null)) {
            // Zero is not trusted.
            assertThat(only(source).sized()).isFalse();
        }
    }

    @Test
    void aWrongLineIsToldWithItsNumber() throws Exception {
        for (Map.Entry<String, String> wrong :
                Map.of(
                                sums("a") + "hello\n", "line 2 is no line of sha256sum",
                                "# x\n\n" + sums("a") + OddWeb.sha256(BYTES) + "  a\n",
                                        "line 4 names a, which a line before names with another",
                                sums("a", "b") + OddWeb.sha256(BYTES) + "  ../c\n",
                                        "line 3 names ../c")
                        .entrySet()) {
            putList(wrong.getKey());
            try (Source source = open("rel/list", new Sha256Sums(), null)) {
                assertThatThrownBy(() -> list(source))
                        .satisfies(is(Reason.INVALID_CONFIGURATION))
                        .hasMessageContaining("/d/rel/list is not a list that can be read: ")
                        .hasMessageContaining(wrong.getValue());
            }
        }
        putList(
                "{\"path\":\"a\",\"size\":1,\"sha256\":\""
                        + OddWeb.sha256(BYTES)
                        + "\",\"url\":\"http://169.254.169.254/latest\"}");
        try (Source source = open("rel/list", new JsonManifest(), null)) {
            assertThatThrownBy(() -> list(source))
                    .hasMessageContaining("line 1 http://169.254.169.254/latest is of a host that");
        }
        server.answers(
                request ->
                        new OddWeb.Answer(
                                200,
                                Map.of("Content-Type", "text/html; charset=utf-8"),
                                "<html>Log in</html>".getBytes(StandardCharsets.UTF_8)));
        try (Source source = open("rel/list", new Sha256Sums(), null)) {
            assertThatThrownBy(() -> list(source)).hasMessageContaining("the server sent HTML");
        }
    }

    @Test
    void aPinIsThatOfTheListItself() throws Exception {
        String list = sums("a", "b");
        putList(list);
        String right = OddWeb.sha256(list.getBytes(StandardCharsets.UTF_8));
        try (Source good = open("rel/list", new Sha256Sums(), right);
                Source wrong = open("rel/list", new Sha256Sums(), OddWeb.sha256(BYTES))) {
            assertThat(list(good)).hasSize(2);
            assertThatThrownBy(() -> list(wrong))
                    .satisfies(is(Reason.DIGEST_MISMATCH))
                    .hasMessageContaining("has sha256 " + right);
        }
    }

    @Test
    void repeatedLinesAreOne() throws Exception {
        putList(sums("a", "b", "a", "b", "b"));
        try (Source source = open("rel/list", new Sha256Sums(), null)) {
            assertThat(list(source)).hasSize(2);
        }
    }

    @Test
    void aListThatMayHaveBeenCutBetweenTwoLinesIsReadTwice() throws Exception {
        putList(sums("a", "b"));
        server.quirks("/d/rel/list", usual -> usual.with(OddWeb.Length.CONNECTION_CLOSES));
        int line = (OddWeb.sha256(new byte[0]) + "  a\n").length();
        server.sending(
                request ->
                        new OddWeb.Sending(
                                request.target().equals("/d/rel/list") && request.number() == 1
                                        ? line
                                        : -1,
                                0,
                                0));
        try (Source source = open("rel/list", new Sha256Sums(), null)) {
            assertThatThrownBy(() -> list(source))
                    .isInstanceOf(SourceException.Retryable.class)
                    .hasMessageContaining("second reading");
            assertThat(list(source)).hasSize(2);
        }
    }

    @Test
    void aLongListComesPageByPageAndGoesOnWhereItWasCut() throws Exception {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 3500; i++) {
            text.append("{\"path\":\"f")
                    .append(i)
                    .append("\",\"size\":1,\"sha256\":\"")
                    .append(OddWeb.sha256(new byte[] {(byte) i}))
                    .append("\"}\n");
        }
        putList(text.toString());
        server.quirks(Quirks.USUAL.with(OddWeb.Length.CHUNKED));
        server.sending(
                request ->
                        new OddWeb.Sending(
                                request.number() == 1 ? text.length() * 2 / 3 : -1, 0, 0));
        try (Source source = open("rel/list", new JsonManifest(), null)) {
            List<String> pages = new ArrayList<>();
            List<SourceContract.Listed> all = new ArrayList<>();
            assertThatThrownBy(() -> all.addAll(list(source, "", pages)))
                    .isInstanceOf(SourceException.Retryable.class);
            assertThat(pages).hasSize(2);
            List<SourceContract.Listed> rest = list(source, pages.getLast(), pages);
            assertThat(rest).hasSize(1500);
            assertThat(rest.getFirst().path()).isEqualTo("f2000");
            assertThat(pages).hasSize(3);
            // A run does not continue with a changed list.
            putList(text.toString().replace("\"f7\"", "\"f7000\""));
            assertThatThrownBy(() -> list(source, pages.get(1), pages))
                    .isInstanceOf(SourceException.Changed.class)
                    .hasMessageContaining("changed while it was read");
            putList("");
            assertThatThrownBy(() -> list(source, pages.get(1), pages))
                    .isInstanceOf(SourceException.Changed.class);
        }
    }

    private static java.util.function.Consumer<Throwable> is(Reason reason) {
        return e ->
                assertThat(e)
                        .isInstanceOfSatisfying(
                                SourceException.Refused.class,
                                refused -> assertThat(refused.reason()).isEqualTo(reason));
    }
}
