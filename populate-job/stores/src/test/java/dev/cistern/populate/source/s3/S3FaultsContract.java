package dev.cistern.populate.source.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.populate.digest.DigestKind;
import dev.cistern.populate.http.Proxies;
import dev.cistern.populate.http.Tls;
import dev.cistern.populate.source.ObjectDigest;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceContract;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.testing.FaultyS3;
import dev.cistern.populate.testing.FaultyS3.Fault;
import dev.cistern.populate.wire.Reason;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The contract against a server with injected faults. Both S3 clients run it: they must give the same results.
abstract class S3FaultsContract extends SourceContract {
    protected @Nullable FaultyS3 server;

    protected S3Api api(S3Location location, AwsKeys.Provider keys, Tls tls) {
        return api(location, keys, tls, Proxies.NONE);
    }

    /// With 0.7 s for the next byte.
    protected abstract S3Api api(
            S3Location location, AwsKeys.Provider keys, Tls tls, Proxies proxies);

    @BeforeEach
    void startServer() throws Exception {
        server = new FaultyS3();
    }

    @AfterEach
    void stopServer() throws Exception {
        server().close();
    }

    protected FaultyS3 server() {
        return java.util.Objects.requireNonNull(server);
    }

    private Source open(String bucket, String prefix, AwsKeys keys) {
        return open(server().endpoint(), bucket, prefix, keys);
    }

    private Source open(String endpoint, String bucket, String prefix, AwsKeys keys) {
        S3Location location = S3Location.of(endpoint, "us-east-1", bucket, true);
        return S3Source.of(location, prefix, api(location, () -> keys, new Tls(null, false)));
    }

    @Override
    protected Source open(String prefix) {
        return open(FaultyS3.BUCKET, prefix, new AwsKeys(FaultyS3.KEY_ID, FaultyS3.SECRET, null));
    }

    @Override
    protected Source openMissing() {
        return open("missing", "", new AwsKeys(FaultyS3.KEY_ID, FaultyS3.SECRET, null));
    }

    @Override
    protected Source openWithWrongKeys() {
        return open(FaultyS3.BUCKET, "", new AwsKeys("who", "knows", null));
    }

    @Override
    protected void put(String key, byte[] bytes) {
        server().put(key, bytes);
    }

    @Override
    protected void remove(String key) {
        server().remove(key);
    }

    private SourceObject object(String key, int size) {
        put(key, new byte[size]);
        return new SourceObject(key, size, "\"" + FaultyS3.md5(new byte[size]) + "\"", 0);
    }

    @Test
    void aListingOfManyPagesIsWhole() throws Exception {
        server().pageSize(7);
        for (int i = 0; i < 50; i++) {
            put("many/" + (100 + i), new byte[i]);
        }
        try (Source source = open("many/")) {
            assertThat(list(source)).hasSize(50);
        }
    }

    /// `s3:ListBucket` is missing, `s3:GetObject` is there: S3 then tells nobody which objects are missing.
    private void objectsAlone() {
        server().faults(
                        asked ->
                                asked.listing() || !asked.key().equals("t/x")
                                        ? new Fault.Status(
                                                403,
                                                asked.method().equals("HEAD") ? "" : "AccessDenied",
                                                Map.of())
                                        : null);
    }

    @Test
    void oneObjectIsReadByItsKeyWhereListingIsDenied() throws Exception {
        put("t/x", new byte[500]);
        objectsAlone();
        try (Source source = open("t/x")) {
            List<Listed> listed = list(source);
            assertThat(listed).extracting(Listed::path).containsExactly("x");
            assertThat(listed.getFirst().object().size()).isEqualTo(500);
            Bytes sink = new Bytes();
            source.read(listed.getFirst().object(), 0, 500, sink);
            assertThat(sink.taken.size()).isEqualTo(500);
        }
    }

    @ParameterizedTest
    @CsvSource({"t/", "t", "''"})
    void aTreeIsNotReadWhereListingIsDenied(String prefix) throws Exception {
        put("t/x", new byte[500]);
        objectsAlone();
        try (Source source = open(prefix)) {
            assertThatThrownBy(() -> list(source))
                    .isInstanceOfSatisfying(
                            SourceException.Refused.class,
                            e -> assertThat(e.reason()).isEqualTo(Reason.ACCESS_DENIED))
                    .hasMessageContaining("allow s3:ListBucket on the bucket")
                    .hasMessageContaining("only one object can be read, by its whole key");
        }
    }

    @Test
    void answersThatMayBeDifferentLaterAreRetryable() throws Exception {
        SourceObject object = object("x", 1000);
        for (Fault fault :
                List.of(
                        new Fault.Status(503, "SlowDown", Map.of("Retry-After", "7")),
                        new Fault.Status(500, "InternalError", Map.of()),
                        new Fault.Status(429, "TooManyRequests", Map.of()),
                        new Fault.Status(408, "", Map.of()),
                        new Fault.Status(425, "TooEarly", Map.of()),
                        new Fault.Status(400, "RequestTimeout", Map.of()),
                        new Fault.Cut(0),
                        new Fault.Cut(500))) {
            server().faults(request -> fault);
            try (Source source = open("")) {
                assertThatThrownBy(() -> source.read(object, 0, 1000, new Bytes()))
                        .as(fault.toString())
                        .isInstanceOf(SourceException.Retryable.class);
            }
        }
        server().faults(request -> new Fault.Status(503, "SlowDown", Map.of("Retry-After", "7")));
        try (Source source = open("")) {
            assertThatThrownBy(() -> source.read(object, 0, 1000, new Bytes()))
                    .isInstanceOfSatisfying(
                            SourceException.Retryable.class,
                            e -> assertThat(e.afterMillis()).isEqualTo(7000));
        }
    }

    @Test
    void answersThatStayAreRefusals() throws Exception {
        SourceObject object = object("x", 1000);
        Map<Fault, Reason> cases =
                Map.of(
                        new Fault.Status(403, "AccessDenied", Map.of()), Reason.ACCESS_DENIED,
                        new Fault.Status(403, "SignatureDoesNotMatch", Map.of()),
                                Reason.INVALID_CREDENTIALS,
                        new Fault.Status(400, "ExpiredToken", Map.of()), Reason.CREDENTIALS_EXPIRED,
                        new Fault.Status(404, "NoSuchBucket", Map.of()), Reason.NO_SUCH_BUCKET,
                        new Fault.Status(400, "InvalidArgument", Map.of()),
                                Reason.INVALID_CONFIGURATION);
        cases.forEach(
                (fault, reason) -> {
                    server().faults(request -> fault);
                    try (Source source = open("")) {
                        assertThatThrownBy(() -> source.read(object, 0, 1000, new Bytes()))
                                .as(fault.toString())
                                .satisfies(is(reason));
                    }
                });
    }

    /// A listing's 404 is about the bucket only if its code says so or it has none.
    @Test
    void aCodeThatSpeaksOfTheUserIsAboutTheCredentials() throws Exception {
        Map<Fault, Reason> cases =
                Map.of(
                        new Fault.Status(404, "NoSuchUser", Map.of()), Reason.INVALID_CREDENTIALS,
                        new Fault.Status(404, "XAdminNoSuchUser", Map.of()),
                                Reason.INVALID_CREDENTIALS,
                        new Fault.Status(404, "NoSuchAccessKey", Map.of()),
                                Reason.INVALID_CREDENTIALS,
                        new Fault.Status(404, "InvalidAccessKeyId", Map.of()),
                                Reason.INVALID_CREDENTIALS,
                        new Fault.Status(400, "AccessKeyIdNotFound", Map.of()),
                                Reason.INVALID_CREDENTIALS,
                        new Fault.Status(404, "NoSuchBucket", Map.of()), Reason.NO_SUCH_BUCKET,
                        new Fault.Status(404, "", Map.of()), Reason.NO_SUCH_BUCKET);
        cases.forEach(
                (fault, reason) -> {
                    server().faults(request -> fault);
                    assertThatThrownBy(() -> list(open("")))
                            .as(fault.toString())
                            .satisfies(is(reason));
                });
    }

    /// The store's clock, or the host's, is set forward and back during a run.
    @Test
    void aClockThatIsCorrectedIsFollowedBothWays() throws Exception {
        SourceObject object = object("x", 500);
        AtomicLong ahead = new AtomicLong();
        server().faults(request -> TestClock.check(request, ahead.get()));
        try (Source source = open("")) {
            for (long hours : new long[] {0, 3, 0, -5, 7}) {
                ahead.set(hours * 3600);
                for (int i = 0; i < 2; i++) {
                    Bytes sink = new Bytes();
                    source.read(object, 0, 500, sink);
                    assertThat(sink.taken.size()).isEqualTo(500);
                }
            }
        }
        // One refusal for each correction; the SDK may have learnt of another clock before.
        assertThat(server().asked().size()).isBetween(10 + 4, 10 + 5);
    }

    @Test
    void aClockThatIsAnotherInEachAnswerEndsWithAWord() throws Exception {
        SourceObject object = object("x", 500);
        AtomicLong ahead = new AtomicLong();
        server().faults(request -> TestClock.check(request, ahead.addAndGet(86_400)));
        try (Source source = open("")) {
            assertThatThrownBy(() -> source.read(object, 0, 500, new Bytes()))
                    .satisfies(is(Reason.INVALID_CREDENTIALS))
                    .hasMessageContaining("clock");
        }
        assertThat(server().asked()).hasSizeLessThan(6);
    }

    /// Dates in any form, and missing ones, in `HEAD`, `GET` and listings.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Fri, 02 Jan 2026 03:04:05 GMT | 1767323045000",
                "Fri, 2 Jan 2026 03:04:05 +0000 | 1767323045000",
                "Friday, 02-Jan-26 03:04:05 GMT | 1767323045000",
                "Fri Jan  2 03:04:05 2026 | 1767323045000",
                "2026-01-02T03:04:05Z | 1767323045000",
                "2026-01-02T03:04:05.678Z | 1767323045678",
                "2026-01-02T04:04:05+01:00 | 1767323045000",
                "2026-01-02 03:04:05 | 1767323045000",
                "yesterday | 0",
                "Fri, 99 Foo 2026 99:04:05 GMT | 0",
                "2026-99-99T99:99:99Z | 0",
                "0 | 0",
                "'' | 0"
            })
    void aDateIsNeverAReasonToFail(String date, long millis) throws Exception {
        SourceObject object = object("x", 500);
        String etag = "\"" + FaultyS3.md5(new byte[500]) + "\"";
        server().faults(
                        request ->
                                request.listing()
                                        ? new Fault.Document(
                                                "<ListBucketResult><IsTruncated>false</IsTruncated>"
                                                        + "<Contents><Key>x</Key><Size>500</Size>"
                                                        + "<ETag>"
                                                        + etag
                                                        + "</ETag><LastModified>"
                                                        + date
                                                        + "</LastModified></Contents>"
                                                        + "</ListBucketResult>")
                                        : new Fault.Headers(Map.of("Last-Modified", date)));
        // A header's time has a precision of seconds.
        long seconds = millis / 1000 * 1000;
        // An object written since the listing has another date; otherwise the listing's is used.
        SourceObject before = new SourceObject("x", 500, "\"before\"", 0);
        try (Source source = open("")) {
            assertThat(source.describe(before).object().modifiedMillis()).isIn(millis, seconds);
            assertThat(source.describe(object).object().modifiedMillis()).isZero();
            assertThat(list(source).getFirst().object().modifiedMillis()).isEqualTo(millis);
            Bytes sink = new Bytes();
            source.read(object, 0, 500, sink);
            assertThat(sink.taken.size()).isEqualTo(500);
        }
    }

    @Test
    void anAnswerAboutOtherBytesIsNotTaken() throws Exception {
        SourceObject object = object("x", 1000);
        for (Map<String, String> headers :
                List.of(
                        Map.of("Content-Range", "bytes 11-20/1000"),
                        Map.of("Content-Range", ""),
                        Map.of("ETag", "\"other\""),
                        Map.of("Content-Range", "bytes 10-19/2000"))) {
            server().faults(request -> new Fault.Headers(headers));
            Bytes sink = new Bytes();
            try (Source source = open("")) {
                assertThatThrownBy(() -> source.read(object, 10, 20, sink))
                        .as(headers.toString())
                        .isInstanceOf(SourceException.class)
                        .isNotInstanceOf(SourceException.Refused.class);
            }
            assertThat(sink.taken.size()).isZero();
        }
    }

    @Test
    void aBodyInChunksIsReadLikeAnyOther() throws Exception {
        SourceObject object = object("x", 35_000);
        server().faults(request -> new Fault.Chunked());
        Bytes sink = new Bytes();
        try (Source source = open("")) {
            source.read(object, 0, 35_000, sink);
            assertThat(list(open(""))).hasSize(1);
        }
        assertThat(sink.taken.size()).isEqualTo(35_000);
    }

    @Test
    void theStrongestDigestIsOffered() throws Exception {
        byte[] bytes = "digest me".getBytes(java.nio.charset.StandardCharsets.UTF_8);
        String sha = Base64.getEncoder().encodeToString(FaultyS3.digest("SHA-256", bytes));
        server().put("none", bytes, Map.of());
        server().put(
                        "crc32c",
                        bytes,
                        Map.of("x-amz-checksum-crc32c", FaultyS3.crc(DigestKind.CRC32C, bytes)));
        server().put(
                        "sha",
                        bytes,
                        Map.of("x-amz-checksum-crc32", "AAAAAA==", "x-amz-checksum-sha256", sha));
        server().put("parts", bytes, Map.of("x-amz-checksum-sha256", sha + "-3", "part-size", "4"));
        byte[] check = "123456789".getBytes(java.nio.charset.StandardCharsets.UTF_8);
        server().put("oss", check, Map.of("x-oss-hash-crc64ecma", "11051210869376104954"));
        server().put("cos", check, Map.of("x-cos-hash-crc64ecma", "11051210869376104954"));
        server().put(
                        "gcs",
                        check,
                        Map.of("x-goog-hash", "crc32c=4waSgw==,md5=JfnnlDI7RThiF9RgfG2JNw=="));
        server().put("kms", bytes, Map.of("x-amz-server-side-encryption", "aws:kms"));
        try (Source source = open("")) {
            assertThat(digest(source, "none")).hasToString("md5:" + FaultyS3.md5(bytes));
            assertThat(digest(source, "crc32c"))
                    .matches(d -> d != null && d.kind() == DigestKind.CRC32C);
            assertThat(digest(source, "sha"))
                    .hasToString(
                            "sha256:"
                                    + HexFormat.of().formatHex(FaultyS3.digest("SHA-256", bytes)));
            ObjectDigest parts = digest(source, "parts");
            assertThat(parts)
                    .isNotNull()
                    .extracting(ObjectDigest::parts, ObjectDigest::partSize)
                    .containsExactly(3, 4L);
            assertThat(digest(source, "kms")).isNull();
            assertThat(digest(source, "oss")).hasToString("crc64ecma:995dc9bbdf1939fa");
            assertThat(digest(source, "cos")).hasToString("crc64ecma:995dc9bbdf1939fa");
            assertThat(digest(source, "gcs")).hasToString("crc32c:e3069283");
        }
    }

    private static @Nullable ObjectDigest digest(Source source, String key) throws Exception {
        return source.describe(new SourceObject(key, 9, null, 0)).digest();
    }

    @Test
    void nobodyListeningIsRetryableAndUnreached() throws Exception {
        SourceObject object = object("x", 10);
        int free;
        try (java.net.ServerSocket closed = new java.net.ServerSocket(0)) {
            free = closed.getLocalPort();
        }
        AwsKeys keys = new AwsKeys(FaultyS3.KEY_ID, FaultyS3.SECRET, null);
        try (Source source = open("http://127.0.0.1:" + free, FaultyS3.BUCKET, "", keys)) {
            assertThatThrownBy(() -> source.read(object, 0, 10, new Bytes()))
                    .isInstanceOfSatisfying(
                            SourceException.Retryable.class,
                            e -> assertThat(e.reached()).isFalse());
        }
    }

    @Test
    void aStalledBodyEndsByItself() throws Exception {
        SourceObject object = object("x", 1000);
        server().faults(request -> new Fault.Stall(100));
        Bytes sink = new Bytes();
        try (Source source = open("")) {
            assertThatThrownBy(() -> source.read(object, 0, 1000, sink))
                    .isInstanceOfSatisfying(
                            SourceException.Retryable.class,
                            e -> assertThat(e.reason()).isEqualTo(Reason.SOURCE_STALLED));
        }
    }

    /// Both trees can exist and are different.
    @Test
    void aTreeBelowASlashIsNotTheTreeBesideIt() throws Exception {
        put("a/x", new byte[1]);
        put("/a/x", new byte[2]);
        put("/a//y", new byte[3]);
        for (String[] row :
                new String[][] {
                    {"a/", "x:1"}, {"/a/", "/y:3 x:2"}, {"/a//", "y:3"}, {"/a/x", "x:2"}
                }) {
            try (Source source = open(row[0])) {
                StringBuilder found = new StringBuilder();
                for (Listed listed : list(source)) {
                    Bytes sink = new Bytes();
                    source.read(listed.object(), 0, listed.object().size(), sink);
                    found.append(found.isEmpty() ? "" : " ")
                            .append(listed.path())
                            .append(':')
                            .append(sink.taken.size());
                }
                assertThat(found).as(row[0]).hasToString(row[1]);
            }
        }
    }

    @Test
    void aBodyThatComesByteByByteEndsByItself() throws Exception {
        SourceObject object = object("x", 100_000);
        server().faults(request -> new Fault.Trickle(20));
        Bytes sink = new Bytes();
        try (Source source = open("")) {
            assertThatThrownBy(() -> source.read(object, 0, 100_000, sink))
                    .isInstanceOfSatisfying(
                            SourceException.Retryable.class,
                            e -> assertThat(e.reason()).isEqualTo(Reason.SOURCE_STALLED))
                    .hasMessageContaining("bytes");
        }
        // Received data is kept.
        assertThat(sink.taken.size()).isBetween(10, 1000);
    }
}
