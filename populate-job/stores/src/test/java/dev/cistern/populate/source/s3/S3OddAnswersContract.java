package dev.cistern.populate.source.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.populate.source.ObjectDetails;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.testing.FaultyS3;
import dev.cistern.populate.testing.FaultyS3.Asked;
import dev.cistern.populate.testing.FaultyS3.Fault;
import dev.cistern.populate.wire.Reason;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Responses of stores that deviate from S3. Both S3 clients run it: they must give the same results.
abstract class S3OddAnswersContract extends S3FaultsContract {
    private static final String ERROR =
            "<?xml version=\"1.0\"?><Error><Code>%s</Code><Message>details to</Message></Error>";

    private byte[] stored(String key, int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        server().put(key, bytes, Map.of());
        return bytes;
    }

    private static SourceObject listed(byte[] bytes, String key) {
        return new SourceObject(key, bytes.length, '"' + FaultyS3.md5(bytes) + '"', 1);
    }

    private static boolean isHead(Asked request) {
        return request.method().equals("HEAD");
    }

    private static boolean isGet(Asked request) {
        return request.method().equals("GET") && !request.listing();
    }

    private ObjectDetails describe(SourceObject object) throws Exception {
        try (Source source = open("")) {
            return source.describe(object);
        }
    }

    private byte[] read(SourceObject object, long from, long to) throws Exception {
        Bytes sink = new Bytes();
        try (Source source = open("")) {
            source.read(object, from, to, sink);
        }
        return sink.taken.toByteArray();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0"})
    void aLengthThatAHeadDoesNotTellIsAsListed(String length) throws Exception {
        SourceObject object = listed(stored("x", 1000), "x");
        server().faults(
                        request ->
                                isHead(request)
                                        ? new Fault.Headers(Map.of("Content-Length", length))
                                        : null);

        assertThat(describe(object).object()).isEqualTo(object);
    }

    @Test
    void aLengthInAHeadWithChunksIsAsListed() throws Exception {
        SourceObject object = listed(stored("x", 1000), "x");
        server().faults(
                        request ->
                                isHead(request)
                                        ? new Fault.Headers(Map.of("Transfer-Encoding", "chunked"))
                                        : null);

        assertThat(describe(object).object()).isEqualTo(object);
    }

    @Test
    void theSizeOfAChangedObjectIsAskedForWhereAHeadDoesNotTellIt() throws Exception {
        byte[] now = stored("x", 1000);
        SourceObject before = new SourceObject("x", 70, "\"before\"", 1);
        for (String length : new String[] {"", "0"}) {
            server().faults(
                            request ->
                                    isHead(request)
                                            ? new Fault.Headers(Map.of("Content-Length", length))
                                            : null);
            assertThat(describe(before).object().size()).isEqualTo(1000);
            assertThat(describe(before).object().version()).contains(FaultyS3.md5(now));
        }
        stored("x", 0);
        assertThat(describe(before).object().size()).isZero();
    }

    @Test
    void aHeadWithoutAnETagIsAboutTheObjectThatWasListed() throws Exception {
        byte[] bytes = stored("x", 1000);
        SourceObject object = listed(bytes, "x");
        server().faults(
                        request ->
                                isHead(request)
                                        ? new Fault.Headers(Map.of("ETag", "", "Last-Modified", ""))
                                        : null);

        ObjectDetails details = describe(object);

        assertThat(details.object()).isEqualTo(object);
        assertThat(details.digest()).hasToString("md5:" + FaultyS3.md5(bytes));
    }

    @Test
    void whoIsRefusedAHeadIsToldWhyByAGet() throws Exception {
        SourceObject object = listed(stored("x", 5), "x");
        server().faults(
                        request ->
                                isHead(request)
                                        ? new Fault.Other(400, Map.of(), "")
                                        : new Fault.Other(
                                                400, Map.of(), ERROR.formatted("ExpiredToken")));
        assertThatThrownBy(() -> describe(object))
                .isInstanceOfSatisfying(
                        SourceException.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.CREDENTIALS_EXPIRED));
    }

    @Test
    void whatIsListedAsEmptyIsAskedForUnlessItsDigestSaysSo() throws Exception {
        byte[] bytes = stored("x", 1);
        SourceObject claimed = new SourceObject("x", 0, '"' + FaultyS3.md5(bytes) + '"', 1);
        assertThat(describe(claimed).object().size()).isEqualTo(1);
        assertThat(describe(new SourceObject("x", 0, null, 1)).object().size()).isEqualTo(1);
        stored("x", 0);
        assertThat(describe(new SourceObject("x", 0, "\"random\"", 1)).object().size()).isZero();
        server().faults(
                        request ->
                                new Fault.Other(
                                        200, Map.of("ETag", "\"random\""), new byte[0], true));
        assertThat(describe(new SourceObject("x", 0, "\"random\"", 1)).object().size()).isZero();
        // No first byte, and no size.
        server().faults(request -> new Fault.Other(416, Map.of(), ERROR.formatted("InvalidRange")));
        assertThat(describe(new SourceObject("x", 0, "\"random\"", 1)).object().size()).isZero();
        int before = server().asked().size();
        assertThat(describe(listed(new byte[0], "x")).object().size()).isZero();
        assertThat(server().asked()).hasSize(before);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anErrorDocumentWithStatus200IsThatError(boolean chunked) throws Exception {
        for (int size : new int[] {500, ERROR.formatted("SlowDown").length()}) {
            SourceObject object = listed(stored("x", size), "x");
            answerWith("SlowDown", chunked);
            assertThatThrownBy(() -> read(object, 0, size))
                    .isInstanceOf(SourceException.Retryable.class)
                    .hasMessageContaining("SlowDown: details to");
            assertThatThrownBy(() -> read(object, 3, 7))
                    .isInstanceOf(SourceException.Retryable.class)
                    .hasMessageContaining("SlowDown: details to");
            answerWith("AccessDenied", chunked);
            assertThatThrownBy(() -> read(object, 0, size)).satisfies(is(Reason.ACCESS_DENIED));
            answerWith("NoSuchKey", chunked);
            assertThatThrownBy(() -> read(object, 0, size))
                    .isInstanceOfSatisfying(
                            SourceException.Changed.class, e -> assertThat(e.gone()).isTrue());
        }
    }

    private void answerWith(String code, boolean chunked) {
        byte[] body = ERROR.formatted(code).getBytes(StandardCharsets.UTF_8);
        server().faults(
                        request ->
                                isGet(request)
                                        ? new Fault.Other(200, Map.of(), body, chunked)
                                        : null);
    }

    @Test
    void anErrorDocumentThatIsTheObjectIsAnObject() throws Exception {
        byte[] bytes = ERROR.formatted("NoSuchKey").getBytes(StandardCharsets.UTF_8);
        server().put("x", bytes, Map.of());
        server().faults(
                        request ->
                                isGet(request)
                                        ? new Fault.Other(200, Map.of(), bytes, false)
                                        : null);

        assertThat(read(listed(bytes, "x"), 0, bytes.length)).isEqualTo(bytes);
    }

    @Test
    void anAnswerWithoutETagIsComparedWithTheListing() throws Exception {
        byte[] bytes = stored("x", 1000);
        server().faults(request -> new Fault.Headers(Map.of("ETag", "")));
        Bytes sink = new Bytes();
        try (Source source = open("")) {
            source.read(listed(bytes, "x"), 0, 1000, sink);
        }
        assertThat(sink.digest).hasToString("md5:" + FaultyS3.md5(bytes));
    }

    @Test
    void aSizeThatDoesNotFitIsSaidToBeThat() throws Exception {
        byte[] bytes = stored("x", 1000);
        SourceObject object = new SourceObject("x", 900, '"' + FaultyS3.md5(bytes) + '"', 1);
        assertThatThrownBy(() -> read(object, 0, 900))
                .isInstanceOfSatisfying(
                        SourceException.Changed.class, e -> assertThat(e.unfit()).isTrue())
                .hasMessageContainingAll("\"x\"", "listed with 900 bytes", "1000 bytes", "same");
    }

    @Test
    void aWeakETagIsNoConditionAndIsComparedAsWhatItNames() throws Exception {
        byte[] bytes = stored("x", 1000);
        String weak = "W/\"" + FaultyS3.md5(bytes) + '"';
        SourceObject object = new SourceObject("x", 1000, weak, 1);

        assertThat(read(object, 0, 1000)).isEqualTo(bytes);
        assertThat(describe(object).object()).isEqualTo(object);

        assertThat(server().asked())
                .noneMatch(request -> request.headers().containsKey("if-match"));
        SourceObject other = new SourceObject("x", 1000, "W/\"other\"", 1);
        assertThatThrownBy(() -> read(other, 0, 1000)).isInstanceOf(SourceException.Changed.class);
    }

    @Test
    void aStoreThatRefusesTheVersionThatItHasIsAskedWithoutACondition() throws Exception {
        byte[] bytes = stored("x", 1000);
        SourceObject object = listed(bytes, "x");
        server().faults(
                        request ->
                                request.headers().containsKey("if-match")
                                        ? new Fault.Status(412, "PreconditionFailed", Map.of())
                                        : null);
        Bytes sink = new Bytes();
        try (Source source = open("")) {
            source.read(object, 0, 1000, sink);
            source.read(object, 0, 1000, new Bytes());
            SourceObject other = new SourceObject("x", 1000, "\"other\"", 1);
            assertThatThrownBy(() -> source.read(other, 0, 1000, new Bytes()))
                    .isInstanceOf(SourceException.Changed.class);
        }
        assertThat(sink.taken.toByteArray()).isEqualTo(bytes);
        // It is learned once.
        assertThat(server().asked())
                .filteredOn(r -> r.headers().containsKey("if-match"))
                .hasSize(1);
    }

    /// A store that decompresses objects for clients that do not accept compressed ones.
    private @Nullable Fault unpacked(Asked request, byte[] plain, String packer) {
        boolean asks = request.headers().getOrDefault("accept-encoding", "").contains(packer);
        return !isGet(request) || asks ? null : new Fault.Other(200, Map.of(), plain, true);
    }

    @Test
    void packedObjectsComeAsTheyAreStored() throws Exception {
        byte[] packed = stored("x", 1000);
        SourceObject object = listed(packed, "x");
        for (int size : new int[] {300, 30_000}) {
            byte[] plain = new byte[size];
            for (String packer : new String[] {"gzip", "identity"}) {
                server().faults(request -> unpacked(request, plain, packer));
                try (Source source = open("")) {
                    assertThat(readAfterOneStart(source, object)).isEqualTo(packed);
                }
            }
        }
    }

    @Test
    void rangesOfPackedObjectsAreOfTheStoredBytes() throws Exception {
        byte[] packed = stored("x", 30_000);
        SourceObject object = listed(packed, "x");
        for (int size : new int[] {20_500, 90_000}) {
            server().faults(request -> unpacked(request, new byte[size], "gzip"));
            try (Source source = open("")) {
                assertThatThrownBy(() -> source.read(object, 10_000, 20_000, new Bytes()))
                        .isInstanceOfSatisfying(
                                SourceException.Changed.class, e -> assertThat(e.unfit()).isTrue())
                        .hasMessageContaining(size + " bytes");
                Bytes sink = new Bytes();
                source.read(object, 10_000, 20_000, sink);
                assertThat(sink.taken.toByteArray())
                        .isEqualTo(java.util.Arrays.copyOfRange(packed, 10_000, 20_000));
            }
        }
    }

    /// Like the engine: an object whose size was wrong is restarted.
    private static byte[] readAfterOneStart(Source source, SourceObject object) throws Exception {
        Bytes sink = new Bytes();
        try {
            source.read(object, 0, object.size(), sink);
        } catch (SourceException.Changed e) {
            sink = new Bytes();
            source.read(source.describe(object).object(), 0, object.size(), sink);
        }
        return sink.taken.toByteArray();
    }

    @Test
    void aStoreThatKnowsNoHeadNoConditionAndNoPartIsReadAllTheSame() throws Exception {
        byte[] bytes = new byte[3000];
        new Random(3).nextBytes(bytes);
        server().putWithETag("x", bytes, "\"" + "0".repeat(32) + "-3\"", Map.of());
        SourceObject object = new SourceObject("x", 3000, "\"" + "0".repeat(32) + "-3\"", 1);
        server().faults(
                        request ->
                                isHead(request)
                                        ? new Fault.Status(405, "MethodNotAllowed", Map.of())
                                        : request.headers().containsKey("if-match")
                                                ? new Fault.Status(501, "NotImplemented", Map.of())
                                                : null);

        assertThat(describe(object).object()).isEqualTo(object);
        assertThat(describe(object).digest()).isNull();
        assertThat(read(object, 0, 3000)).isEqualTo(bytes);
        assertThat(read(object, 1000, 2000))
                .isEqualTo(java.util.Arrays.copyOfRange(bytes, 1000, 2000));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aRangeOfAnAnswerThatIsAllOfTheObjectIsTaken(boolean chunked) throws Exception {
        byte[] bytes = stored("x", 200_000);
        Map<String, String> headers = Map.of("ETag", '"' + FaultyS3.md5(bytes) + '"');
        server().faults(
                        request ->
                                isGet(request)
                                        ? new Fault.Other(200, headers, bytes, chunked)
                                        : null);
        SourceObject object = listed(bytes, "x");
        for (int[] range : new int[][] {{0, 10}, {70_000, 150_000}, {199_999, 200_000}}) {
            assertThat(read(object, range[0], range[1]))
                    .isEqualTo(java.util.Arrays.copyOfRange(bytes, range[0], range[1]));
        }
        server().faults(
                        request ->
                                isGet(request)
                                        ? new Fault.Other(
                                                206,
                                                Map.of("Content-Range", "bytes 0-199999/200000"),
                                                bytes,
                                                chunked)
                                        : null);
        assertThat(read(object, 0, 200_000)).isEqualTo(bytes);
    }

    @Test
    void anEmptyObjectBesideItsTreeIsTheTree() throws Exception {
        stored("out", 0);
        stored("out/part-0", 10);
        stored("alone", 0);
        stored("full", 5);
        stored("full/x", 5);
        stored("claimed", 5);
        stored("claimed/x", 5);
        server().listedSize("claimed", 0);
        try (Source tree = open("out");
                Source alone = open("alone");
                Source full = open("full");
                Source claimed = open("claimed")) {
            assertThat(list(tree)).extracting(Listed::path).containsExactly("part-0");
            assertThat(list(alone)).extracting(Listed::path).containsExactly("alone");
            assertThat(list(full)).extracting(Listed::path).containsExactly("full");
            assertThat(list(claimed)).extracting(Listed::path).containsExactly("claimed");
        }
    }

    private static String page(String next, SourceObject... objects) {
        StringBuilder text = new StringBuilder("<ListBucketResult>");
        for (SourceObject object : objects) {
            text.append("<Contents><Key>")
                    .append(object.id())
                    .append("</Key><ETag>")
                    .append(object.version())
                    .append("</ETag><LastModified>2026-01-02T03:04:05.678Z</LastModified><Size>")
                    .append(object.size())
                    .append("</Size></Contents>");
        }
        text.append("<IsTruncated>").append(!next.isEmpty()).append("</IsTruncated>");
        if (!next.isEmpty()) {
            text.append("<NextContinuationToken>").append(next).append("</NextContinuationToken>");
        }
        return text.append("</ListBucketResult>").toString();
    }

    /// Lists in no order, two pages; `out` comes on the second.
    private void listOnTwoPages(SourceObject out, boolean headAllowed) {
        SourceObject below = listed(stored("out/x", 5), "out/x");
        SourceObject other = listed(stored("outer", 7), "outer");
        server().faults(
                        request -> {
                            if (!request.listing()) {
                                return isHead(request) && !headAllowed
                                        ? new Fault.Status(405, "MethodNotAllowed", Map.of())
                                        : null;
                            }
                            String prefix = request.query().getOrDefault("prefix", "");
                            boolean second = request.query().containsKey("continuation-token");
                            return new Fault.Document(
                                    prefix.endsWith("/")
                                            ? page("", below)
                                            : second ? page("", out) : page("2", other, below));
                        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anObjectOnALaterPageIsTheObject(boolean headAllowed) throws Exception {
        SourceObject full = listed(stored("out", 9), "out");
        listOnTwoPages(full, headAllowed);
        try (Source source = open("out")) {
            assertThat(list(source))
                    .singleElement()
                    .satisfies(
                            l -> {
                                assertThat(l.path()).isEqualTo("out");
                                assertThat(l.object().size()).isEqualTo(9);
                                assertThat(l.object().version()).isEqualTo(full.version());
                            });
        }
        listOnTwoPages(listed(stored("out", 0), "out"), headAllowed);
        try (Source source = open("out")) {
            assertThat(list(source)).extracting(Listed::path).containsExactly("x");
        }
        server().remove("out");
        try (Source source = open("out")) {
            assertThat(list(source)).extracting(Listed::path).containsExactly("x");
        }
    }

    @Test
    void aFolderWithTheSizeOfItsEntriesIsEmpty() throws Exception {
        stored("folder/", 0);
        server().listedSize("folder/", 4096);
        try (Source source = open("")) {
            assertThat(list(source)).extracting(l -> l.object().size()).containsExactly(0L);
        }
    }

    @Test
    void whatIsAlwaysUnpackedIsSaid() throws Exception {
        byte[] packed = stored("x", 1000);
        server().faults(
                        request ->
                                isGet(request)
                                        ? new Fault.Other(
                                                200,
                                                Map.of("Content-Encoding", "gzip"),
                                                new byte[5000],
                                                false)
                                        : null);
        assertThatThrownBy(() -> read(listed(packed, "x"), 0, 1000))
                .isInstanceOf(SourceException.Changed.class)
                .hasMessageContainingAll("1000", "5000", "Content-Encoding \"gzip\"");
    }

    /// Stores 990 bytes, lists and promises 1000.
    @Test
    void bytesThatAreListedAndNotThereAreSaid() throws Exception {
        byte[] shorter = stored("x", 990);
        SourceObject object = new SourceObject("x", 1000, '"' + FaultyS3.md5(shorter) + '"', 1);
        server().faults(
                        request ->
                                isGet(request)
                                        ? new Fault.Status(416, "InvalidRange", Map.of())
                                        : null);
        assertThatThrownBy(() -> read(object, 990, 1000))
                .isInstanceOfSatisfying(
                        SourceException.Changed.class, e -> assertThat(e.unfit()).isTrue())
                .hasMessageContainingAll("listed with 1000 bytes", "bytes 990 to 999", "416");
    }

    @Test
    void whatAnotherVersionLooksLikeIsSaid() {
        byte[] bytes = stored("x", 1000);
        server().faults(
                        request ->
                                isGet(request)
                                        ? new Fault.Headers(
                                                Map.of(
                                                        "ETag",
                                                        "\"other-gzip\"",
                                                        "Content-Encoding",
                                                        "gzip"))
                                        : null);
        assertThatThrownBy(() -> read(listed(bytes, "x"), 0, 1000))
                .hasMessageContainingAll(
                        FaultyS3.md5(bytes), "1000 bytes", "other-gzip", "Encoding \"gzip\"");
    }

    @Test
    void whoIsToPayAndWhereTheBucketIsAreSaid() throws Exception {
        SourceObject object = listed(stored("x", 10), "x");
        answerError(
                403,
                "<Error><Code>AccessDenied</Code>"
                        + "<Message>Access denied for requester pay bucket</Message></Error>");
        assertThatThrownBy(() -> read(object, 0, 10))
                .satisfies(is(Reason.ACCESS_DENIED))
                .hasMessageContaining("the bucket is requester pays")
                .hasMessageNotContaining("allow s3:GetObject");
        answerError(403, ERROR.formatted("AccessDenied"));
        assertThatThrownBy(() -> read(object, 0, 10))
                .hasMessageContainingAll("allow s3:GetObject", "requester pays");
        answerError(
                301,
                "<Error><Code>PermanentRedirect</Code><Message>elsewhere</Message>"
                        + "<Endpoint>bucket.s3.there.example</Endpoint></Error>");
        assertThatThrownBy(() -> read(object, 0, 10))
                .satisfies(is(Reason.INVALID_CONFIGURATION))
                .hasMessageContaining("the bucket is at bucket.s3.there.example: set endpoint");
    }

    private void answerError(int status, String document) {
        server().faults(request -> new Fault.Other(status, Map.of(), document));
    }
}
