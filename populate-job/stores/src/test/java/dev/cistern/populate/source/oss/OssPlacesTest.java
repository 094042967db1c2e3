package dev.cistern.populate.source.oss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.doubles.oss.StrictOss;
import dev.cistern.populate.http.BufferPool;
import dev.cistern.populate.http.Proxies;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.s3.S3Provider;
import dev.cistern.populate.store.StoreContext;
import dev.cistern.populate.wire.OssAddressing;
import dev.cistern.populate.wire.OssAuth;
import dev.cistern.populate.wire.OssSpec;
import dev.cistern.populate.wire.Reason;
import dev.cistern.populate.wire.S3Auth;
import dev.cistern.populate.wire.S3Options;
import dev.cistern.populate.wire.S3Spec;
import dev.cistern.populate.wire.TlsSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Where buckets are looked for. The store stands in for the hosts of OSS as a proxy does.
class OssPlacesTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @SuppressWarnings("NullAway.Init")
    private Oss oss;

    @BeforeEach
    void start() throws IOException {
        oss = new Oss(directory);
        oss.store.put("t/x", Oss.random(10));
    }

    @AfterEach
    void stop() {
        oss.close();
    }

    private Source through(String endpoint, @Nullable OssAddressing addressing) throws Exception {
        Proxies proxies = Proxies.of(Map.of("http_proxy", oss.store.endpoint()));
        return Oss.open(
                Oss.spec(endpoint, StrictOss.BUCKET, "t/", addressing, false, oss.auth(oss.key)),
                Map.of(),
                proxies);
    }

    @Test
    void theBucketIsBeforeTheHostNamesOfOss() throws Exception {
        for (String endpoint :
                List.of(
                        "http://oss-cn-hangzhou.aliyuncs.com",
                        "http://oss-cn-hangzhou.aliyuncs.com/",
                        "http://oss-cn-hangzhou-internal.aliyuncs.com",
                        "http://oss-accelerate.aliyuncs.com",
                        "http://bucket.oss-cn-hangzhou.aliyuncs.com",
                        "http://s3.oss-cn-hangzhou.aliyuncs.com",
                        "http://bucket.s3.oss-cn-hangzhou-internal.aliyuncs.com")) {
            try (Source source = through(endpoint, null)) {
                assertThat(Oss.list(source)).as(endpoint).hasSize(1);
                assertThat(oss.store.asked().getLast().host())
                        .startsWith("bucket.oss-")
                        .doesNotContain("s3.");
            }
        }
    }

    @Test
    void aDomainNameOfTheBucketsOwnIsAskedAsItIs() throws Exception {
        try (Source source = through("http://" + StrictOss.CNAME, OssAddressing.CNAME)) {
            assertThat(Oss.list(source)).hasSize(1);
            assertThat(Oss.read(source, Oss.list(source).getFirst(), 0, 10)).hasSize(10);
        }
        assertThat(oss.store.asked())
                .allSatisfy(asked -> assertThat(asked.host()).isEqualTo(StrictOss.CNAME));
    }

    @Test
    void anEndpointThatIsNotTheBucketsIsToldWithTheRightOne() throws Exception {
        try (Source source = through("http://oss-cn-beijing.aliyuncs.com", null)) {
            assertThatThrownBy(() -> Oss.list(source))
                    .satisfies(
                            Oss.refused(
                                    Reason.INVALID_CONFIGURATION,
                                    "0003-00001403",
                                    "the bucket is at oss-cn-hangzhou.aliyuncs.com",
                                    "set endpoint"));
        }
        try (Source source = through("http://oss-cn-hangzhou.aliyuncs.com", OssAddressing.PATH)) {
            assertThatThrownBy(() -> Oss.list(source))
                    .satisfies(
                            Oss.refused(
                                    Reason.INVALID_CONFIGURATION,
                                    "SecondLevelDomainForbidden",
                                    "addressingStyle"));
        }
    }

    @Test
    void aWrongRegionIsToldAndAPrefixOfItIsNot() throws Exception {
        for (String[] region :
                new String[][] {{"oss-cn-hangzhou", ""}, {"cn-beijing", "set region"}}) {
            OssSpec spec = oss.spec("t/", oss.auth(oss.key));
            OssSpec other =
                    new OssSpec(
                            spec.endpoint(),
                            region[0],
                            null,
                            spec.tls(),
                            spec.bucket(),
                            spec.prefix(),
                            false,
                            spec.auth());
            try (Source source = Oss.open(other, Map.of())) {
                if (region[1].isEmpty()) {
                    assertThat(Oss.list(source)).hasSize(1);
                } else {
                    assertThatThrownBy(() -> Oss.list(source))
                            .satisfies(Oss.refused(Reason.INVALID_CONFIGURATION, region[1]));
                }
            }
        }
    }

    @Test
    void withoutAnEndpointTheRegionsPublicOneIsAskedOverTls() {
        OssLocation location = OssLocation.of(null, "eu-central-1", "my-bucket", null);
        assertThat(location.origin())
                .hasToString("https://my-bucket.oss-eu-central-1.aliyuncs.com");
        assertThat(location.signedPath("/a%20b")).isEqualTo("/my-bucket/a%20b");
        assertThat(location.internal()).isFalse();
        assertThat(
                        OssLocation.of(
                                        "https://oss-cn-hangzhou-internal.aliyuncs.com",
                                        "cn-hangzhou",
                                        "b-1",
                                        null)
                                .internal())
                .isTrue();
        assertThat(
                        OssLocation.of("https://b-1.files.example.com", "cn-hangzhou", "b-1", null)
                                .origin())
                .hasToString("https://b-1.files.example.com");
        // A bucket may be called as an endpoint is.
        assertThat(
                        OssLocation.of(
                                        "https://oss-cn-hangzhou.aliyuncs.com",
                                        "cn-hangzhou",
                                        "oss-cn-hangzhou",
                                        null)
                                .origin())
                .hasToString("https://oss-cn-hangzhou.oss-cn-hangzhou.aliyuncs.com");
    }

    @Test
    void whatIsWrittenWronglyIsNamed() throws Exception {
        OssAuth auth = new OssAuth.Anonymous();
        for (Object[] wrong :
                new Object[][] {
                    {Oss.spec("ftp://h", "bucket", "", null, false, auth), "endpoint"},
                    {Oss.spec("https://h/path", "bucket", "", null, false, auth), "/path"},
                    {Oss.spec("https://u:p@h", "bucket", "", null, false, auth), "password"},
                    {Oss.spec("https://h", "Bucket", "", null, false, auth), "bucket"}
                }) {
            assertThatThrownBy(() -> Oss.open((OssSpec) wrong[0], Map.of()))
                    .satisfies(
                            Oss.refused(
                                    Reason.INVALID_CONFIGURATION,
                                    "sources[0].store",
                                    (String) wrong[1]));
        }
    }

    /// An attempt of the version before, which read OSS as S3, left a journal; the next one goes on with it.
    @Test
    void anObjectIsTheSameAsWhenItWasReadOverTheInterfaceOfS3() throws Exception {
        String endpoint = "https://oss-cn-hangzhou-internal.aliyuncs.com";
        S3Spec before =
                new S3Spec(
                        endpoint,
                        "cn-hangzhou",
                        false,
                        TlsSpec.PLATFORM,
                        "bucket",
                        "t/",
                        new S3Auth.Anonymous(),
                        S3Options.NONE);
        StoreContext context =
                new StoreContext(
                        0, Map.of(), BufferPool.of(64 * 1024), Proxies.NONE, "cistern/test");
        try (Source s3 = S3Provider.open(before, context);
                Source now =
                        Oss.open(
                                Oss.spec(
                                        endpoint,
                                        "bucket",
                                        "t/",
                                        null,
                                        false,
                                        new OssAuth.Anonymous()),
                                Map.of())) {
            assertThat(now.identity()).isEqualTo(s3.identity());
        }
    }
}
