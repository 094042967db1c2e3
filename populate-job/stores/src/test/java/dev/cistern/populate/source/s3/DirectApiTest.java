package dev.cistern.populate.source.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.populate.http.BufferPool;
import dev.cistern.populate.http.HttpClient;
import dev.cistern.populate.http.Proxies;
import dev.cistern.populate.http.Tls;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.testing.FaultyS3;
import dev.cistern.populate.testing.FaultyS3.Fault;
import dev.cistern.populate.testing.TestProxy;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class DirectApiTest extends ProxyContract {
    @Override
    protected S3Api api(S3Location location, AwsKeys.Provider keys, Tls tls, Proxies proxies) {
        HttpClient http =
                new HttpClient(
                        new HttpClient.Settings(2000, 700, 1500, BufferPool.of(64 * 1024), proxies),
                        tls);
        return new DirectApi(location, http, keys, "test");
    }

    private SourceObject stored(String key, int size) {
        server().put(key, new byte[size]);
        return new SourceObject(key, size, "\"" + FaultyS3.md5(new byte[size]) + "\"", 0);
    }

    @Test
    void aLengthInAHeadThatIsNoneIsUnknown() throws Exception {
        SourceObject object = stored("x", 100);
        for (String length : List.of("0, 0", "many", "-1", "99999999999999999999")) {
            server().faults(request -> new Fault.Headers(Map.of("Content-Length", length)));
            try (Source source = open("")) {
                assertThat(source.describe(object).object()).isEqualTo(object);
            }
        }
    }

    @Test
    void connectionsAreKeptAlive() throws Exception {
        SourceObject object = stored("x", 100);
        try (Source source = open("")) {
            for (int i = 0; i < 20; i++) {
                source.read(object, 0, 100, new Bytes());
            }
        }
        assertThat(server().connections()).isEqualTo(1);
    }

    @Test
    void aConnectionClosedWhileIdleIsReplacedUnseen() throws Exception {
        SourceObject object = stored("x", 100);
        server().closesIdle();
        try (Source source = open("")) {
            for (int i = 0; i < 20; i++) {
                Bytes sink = new Bytes();
                source.read(object, 0, 100, sink);
                assertThat(sink.taken.size()).isEqualTo(100);
            }
        }
    }

    @Test
    void aTimeOutSaidWhileIdleIsNotTheAnswerToTheNextRequest() throws Exception {
        SourceObject object = stored("x", 100);
        server().timesOutIdle();
        try (Source source = open("")) {
            for (int i = 0; i < 10; i++) {
                Bytes sink = new Bytes();
                source.read(object, 0, 100, sink);
                assertThat(sink.taken.size()).isEqualTo(100);
            }
        }
    }

    @Test
    void theFirstByteMayComeLaterThanTheNextOnes() throws Exception {
        SourceObject object = stored("x", 100);
        server().faults(request -> new Fault.Late(1000));
        Bytes sink = new Bytes();
        try (Source source = open("")) {
            source.read(object, 0, 100, sink);
        }
        assertThat(sink.taken.size()).isEqualTo(100);
    }

    @Test
    void howLateTheFirstByteComesIsLearnt() throws Exception {
        SourceObject object = stored("x", 100);
        server().faults(request -> new Fault.Late(2200));
        Bytes sink = new Bytes();
        try (Source source = open("")) {
            assertThatThrownBy(() -> source.read(object, 0, 100, sink))
                    .isInstanceOf(SourceException.Retryable.class)
                    .hasMessageContaining("sent no byte for 1 s");
            source.read(object, 0, 100, sink);
        }
        assertThat(sink.taken.size()).isEqualTo(100);
    }

    /// A plain request's refusal looks like the store's, but for what Squid adds.
    @Test
    void aRefusalThatSquidMarksIsTheProxys() throws Exception {
        SourceObject object = stored("x", 100);
        for (int status : new int[] {403, 503}) {
            server().faults(
                            asked ->
                                    new Fault.Other(
                                            status,
                                            Map.of("X-Squid-Error", "ERR_ACCESS_DENIED 0"),
                                            "<html>no</html>"));
            try (TestProxy proxy = new TestProxy()) {
                S3Location location =
                        S3Location.of(server().endpoint(), null, FaultyS3.BUCKET, true);
                AwsKeys keys = new AwsKeys(FaultyS3.KEY_ID, FaultyS3.SECRET, null);
                Proxies proxies = Proxies.of(Map.of("HTTP_PROXY", proxy.address()));
                try (Source source =
                        S3Source.of(
                                location,
                                "",
                                api(location, () -> keys, new Tls(null, false), proxies))) {
                    assertThatThrownBy(() -> source.read(object, 0, 100, new Bytes()))
                            .isInstanceOf(
                                    status == 503
                                            ? SourceException.Retryable.class
                                            : SourceException.Refused.class)
                            .hasMessageContaining(
                                    "proxy http://" + proxy.address() + " answers HTTP " + status);
                }
            }
        }
    }

    @Test
    void aProxysRefusalIsNamedAsItsOwn() throws Exception {
        SourceObject object = stored("x", 100);
        for (String endpoint : List.of(server().endpoint(), "https://127.0.0.1:1")) {
            for (int status : new int[] {403, 407, 502}) {
                boolean storesOwn = status == 403 && endpoint.startsWith("http:");
                try (TestProxy proxy = new TestProxy()) {
                    proxy.refuses(status);
                    Proxies proxies = Proxies.of(Map.of("ALL_PROXY", proxy.address()));
                    S3Location location = S3Location.of(endpoint, null, FaultyS3.BUCKET, true);
                    AwsKeys keys = new AwsKeys(FaultyS3.KEY_ID, FaultyS3.SECRET, null);
                    try (Source source =
                            S3Source.of(
                                    location,
                                    "",
                                    api(location, () -> keys, new Tls(null, false), proxies))) {
                        assertThatThrownBy(() -> source.read(object, 0, 100, new Bytes()))
                                .as(endpoint + " " + status)
                                .isInstanceOf(
                                        status == 502
                                                ? SourceException.Retryable.class
                                                : SourceException.Refused.class)
                                .hasMessageContaining("HTTP " + status)
                                .hasMessageContaining(
                                        storesOwn ? "bucket" : "proxy http://" + proxy.address());
                    }
                }
            }
        }
    }

    @Test
    void bytesThatCameBeforeACutReachTheSink() throws Exception {
        SourceObject object = stored("x", 200_000);
        server().faults(request -> new Fault.Cut(150_000));
        Bytes sink = new Bytes();
        try (Source source = open("")) {
            assertThatThrownBy(() -> source.read(object, 0, 200_000, sink))
                    .isInstanceOf(SourceException.Retryable.class);
        }
        assertThat(sink.taken.size()).isEqualTo(150_000);
    }

    @Test
    void aRedirectIsFollowedAndSignedAnew() throws Exception {
        try (FaultyS3 other = new FaultyS3()) {
            other.put("x", new byte[500]);
            SourceObject object = stored("x", 500);
            for (int status : new int[] {301, 307}) {
                server().faults(
                                request ->
                                        new Fault.Status(
                                                status,
                                                "TemporaryRedirect",
                                                Map.of(
                                                        "Location",
                                                        other.endpoint() + "/bucket/x")));
                Bytes sink = new Bytes();
                try (Source source = open("")) {
                    source.read(object, 0, 500, sink);
                }
                assertThat(sink.taken.size()).isEqualTo(500);
            }
            assertThat(other.asked())
                    .allMatch(a -> a.headers().getOrDefault("authorization", "").contains("AWS4"));
        }
    }

    @Test
    void aSignatureIsNotCarriedOutsideTheDomain() throws Exception {
        SourceObject object = stored("x", 500);
        server().faults(
                        request ->
                                new Fault.Status(
                                        307,
                                        "TemporaryRedirect",
                                        Map.of(
                                                "Location",
                                                server().endpoint()
                                                                .replace("127.0.0.1", "localhost")
                                                        + "/bucket/x")));
        try (Source source = open("")) {
            assertThatThrownBy(() -> source.read(object, 0, 500, new Bytes()))
                    .isInstanceOf(SourceException.Refused.class)
                    .hasMessageContaining("outside its domain");
        }
    }

    @Test
    void redirectsInACircleEnd() throws Exception {
        SourceObject object = stored("x", 500);
        server().faults(request -> new Fault.Status(307, "Again", Map.of("Location", "/bucket/x")));
        try (Source source = open("")) {
            assertThatThrownBy(() -> source.read(object, 0, 500, new Bytes()))
                    .isInstanceOf(SourceException.Refused.class);
        }
        assertThat(server().asked()).hasSizeLessThan(6);
    }

    @Test
    void aBucketOfAnotherRegionIsSignedForItFromThenOn() throws Exception {
        SourceObject object = stored("x", 500);
        server().faults(
                        request ->
                                header(request, "authorization").contains("/eu-west-3/s3/")
                                        ? null
                                        : new Fault.Status(
                                                400,
                                                "AuthorizationHeaderMalformed",
                                                Map.of("x-amz-bucket-region", "eu-west-3")));
        try (Source source = open("")) {
            for (int i = 0; i < 3; i++) {
                Bytes sink = new Bytes();
                source.read(object, 0, 500, sink);
                assertThat(sink.taken.size()).isEqualTo(500);
            }
        }
        assertThat(server().asked()).hasSize(4);
    }

    @Test
    void aRegionThatIsNoneOrStaysRefusedIsNotTriedForEver() throws Exception {
        SourceObject object = stored("x", 500);
        for (String region : new String[] {"us-east-1", "Not A Region", "eu-west-3"}) {
            server().faults(
                            request ->
                                    new Fault.Status(
                                            400,
                                            "InvalidRequest",
                                            Map.of("x-amz-bucket-region", region)));
            try (Source source = open("")) {
                assertThatThrownBy(() -> source.read(object, 0, 500, new Bytes()))
                        .isInstanceOf(SourceException.Refused.class);
            }
        }
        assertThat(server().asked()).hasSize(4);
    }

    @Test
    void aWrongClockIsMadeUpForInEveryStreamAtOnce() throws Exception {
        SourceObject object = stored("x", 500);
        // Both streams have sent their first request before either learns that its time is wrong.
        CyclicBarrier bothAsked = new CyclicBarrier(2);
        server().faults(
                        request -> {
                            if (header(request, "x-amz-date").startsWith("20300102T0304")) {
                                return null;
                            }
                            await(bothAsked);
                            return new Fault.Status(
                                    403,
                                    "RequestTimeTooSkewed",
                                    Map.of("Date", "Wed, 02 Jan 2030 03:04:05 GMT"));
                        });
        try (Source source = open("");
                ExecutorService streams = Executors.newFixedThreadPool(2)) {
            Callable<Integer> read =
                    () -> {
                        Bytes sink = new Bytes();
                        source.read(object, 0, 500, sink);
                        return sink.taken.size();
                    };
            for (Future<Integer> one : streams.invokeAll(List.of(read, read))) {
                assertThat(one.get()).isEqualTo(500);
            }
        }
        assertThat(server().asked()).hasSize(4);
    }

    @Test
    void aCorrectedClockIsFollowedByAHeadToo() throws Exception {
        SourceObject object = stored("x", 500);
        server().faults(request -> TestClock.check(request, -7200));
        try (Source source = open("")) {
            assertThat(source.describe(object).object().size()).isEqualTo(500);
        }
        assertThat(server().asked()).hasSize(2);
    }

    @Test
    void keysThatWereRenewedMeanwhileAreUsedAtOnce() throws Exception {
        SourceObject object = stored("x", 500);
        server().faults(
                        request ->
                                header(request, "x-amz-security-token").equals("old")
                                        ? new Fault.Status(400, "ExpiredToken", Map.of())
                                        : null);
        java.util.concurrent.atomic.AtomicInteger given =
                new java.util.concurrent.atomic.AtomicInteger();
        S3Location location = S3Location.of(server().endpoint(), null, FaultyS3.BUCKET, true);
        AwsKeys.Provider renewing =
                () ->
                        new AwsKeys(
                                FaultyS3.KEY_ID,
                                FaultyS3.SECRET,
                                given.getAndIncrement() == 0 ? "old" : "new");
        try (Source source =
                S3Source.of(location, "", api(location, renewing, new Tls(null, false)))) {
            Bytes sink = new Bytes();
            source.read(object, 0, 500, sink);
            assertThat(sink.taken.size()).isEqualTo(500);
        }
    }

    private static String header(FaultyS3.Asked request, String name) {
        return request.headers().getOrDefault(name, "");
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await(10, TimeUnit.SECONDS);
        } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void whatIsNotHttpIsNotTaken() throws Exception {
        SourceObject object = stored("x", 500);
        for (String answer :
                new String[] {
                    "hello\r\n\r\n",
                    "HTTP/2 200 OK\r\n\r\n",
                    "HTTP/1.1 2x0 OK\r\n\r\n",
                    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
                    "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello",
                    "HTTP/1.1 200 OK\r\n"
                            + "Content-Length: 5\r\n"
                            + "Transfer-Encoding: chunked\r\n\r\n"
                            + "5\r\n"
                            + "hello\r\n"
                            + "0\r\n\r\n",
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
                    "HTTP/1.1 200 OK\r\n Folded: yes\r\n\r\n",
                    "HTTP/1.1 200 OK\nContent-Length: 0\n\n",
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n",
                    "HTTP/1.1 200 OK\r\nX: " + "y".repeat(40_000) + "\r\n\r\n",
                    "HTTP/1.1 200 OK\r\n" + "A: b\r\n".repeat(200) + "\r\n",
                }) {
            server().faults(request -> new Fault.Raw(answer));
            Bytes sink = new Bytes();
            try (Source source = open("")) {
                assertThatThrownBy(() -> source.read(object, 0, 500, sink))
                        .as(answer.substring(0, Math.min(60, answer.length())))
                        .isInstanceOf(SourceException.class);
            }
            assertThat(sink.taken.size()).isZero();
        }
    }
}
