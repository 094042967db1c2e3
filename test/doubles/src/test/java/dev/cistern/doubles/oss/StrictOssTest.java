package dev.cistern.doubles.oss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.aliyun.oss.ClientBuilderConfiguration;
import com.aliyun.oss.OSS;
import com.aliyun.oss.OSSClientBuilder;
import com.aliyun.oss.OSSException;
import com.aliyun.oss.common.auth.DefaultCredentialProvider;
import com.aliyun.oss.common.comm.NoRetryStrategy;
import com.aliyun.oss.common.comm.Protocol;
import com.aliyun.oss.common.comm.SignVersion;
import com.aliyun.oss.common.utils.IOUtils;
import com.aliyun.oss.model.GetObjectRequest;
import com.aliyun.oss.model.ListObjectsV2Request;
import com.aliyun.oss.model.ListObjectsV2Result;
import com.aliyun.oss.model.OSSObject;
import com.aliyun.oss.model.OSSObjectSummary;
import com.aliyun.oss.model.ObjectMetadata;
import com.aliyun.oss.model.Payer;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Whether the double is true: Alibaba Cloud's own client reads from it, and is refused by it as by the real one.
class StrictOssTest {
    private final Accounts accounts = new Accounts();
    private final Accounts.Key key = accounts.key("reader");
    private final List<OSS> clients = new ArrayList<>();

    @SuppressWarnings("NullAway.Init")
    private StrictOss store;

    @BeforeEach
    void start() throws IOException {
        store = new StrictOss(accounts);
    }

    @AfterEach
    void stop() {
        clients.forEach(OSS::shutdown);
        store.close();
    }

    private static ClientBuilderConfiguration settings() {
        ClientBuilderConfiguration settings = new ClientBuilderConfiguration();
        settings.setSignatureVersion(SignVersion.V4);
        settings.setProtocol(Protocol.HTTP);
        settings.setRetryStrategy(new NoRetryStrategy());
        return settings;
    }

    private OSS client(
            ClientBuilderConfiguration settings,
            String endpoint,
            String region,
            String id,
            String secret,
            @Nullable String token) {
        OSS client =
                OSSClientBuilder.create()
                        .endpoint(endpoint)
                        .region(region)
                        .credentialsProvider(new DefaultCredentialProvider(id, secret, token))
                        .clientConfiguration(settings)
                        .build();
        clients.add(client);
        return client;
    }

    private OSS client(String id, String secret, @Nullable String token) {
        ClientBuilderConfiguration settings = settings();
        settings.setSLDEnabled(true);
        return client(settings, store.endpoint(), StrictOss.REGION, id, secret, token);
    }

    private OSS client() {
        return client(key.id(), key.secret(), key.token());
    }

    /// Reaches the double by names of hosts that are not there.
    private OSS through(String endpoint, boolean cname) {
        ClientBuilderConfiguration settings = settings();
        settings.setSupportCname(cname);
        settings.setProxyHost("127.0.0.1");
        settings.setProxyPort(store.port());
        return client(settings, endpoint, StrictOss.REGION, key.id(), key.secret(), null);
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static byte[] read(OSS client, GetObjectRequest request) {
        try (OSSObject object = client.getObject(request)) {
            byte[] bytes = object.getObjectContent().readAllBytes();
            if (request.getRange() == null && object.getServerCRC() != null) {
                assertThat(IOUtils.getCRCValue(object.getObjectContent()))
                        .as("CRC")
                        .isEqualTo(object.getServerCRC());
            }
            return bytes;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] read(OSS client, String name) {
        return read(client, new GetObjectRequest(StrictOss.BUCKET, name));
    }

    private static List<OSSObjectSummary> list(OSS client, String prefix) {
        List<OSSObjectSummary> all = new ArrayList<>();
        String token = null;
        do {
            ListObjectsV2Request request = new ListObjectsV2Request(StrictOss.BUCKET, prefix);
            request.setMaxKeys(1000);
            request.setContinuationToken(token);
            ListObjectsV2Result page = client.listObjectsV2(request);
            all.addAll(page.getObjectSummaries());
            token = page.getNextContinuationToken();
        } while (token != null);
        return all;
    }

    private static void assertRefused(String code, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        OSSException.class, e -> assertThat(e.getErrorCode()).isEqualTo(code));
    }

    @Test
    void theClientListsPageByPage() {
        List<String> names =
                List.of("a b", "a+b", "a/b", "a%20b", "x#y?z", "~!*()'", "ключ", "\uFF5E", "🗝");
        names.forEach(name -> store.put("t/" + name, name.getBytes(StandardCharsets.UTF_8)));
        store.put("u", new byte[0]);
        store.pageSize(2);
        List<String> listed = new ArrayList<>();
        for (OSSObjectSummary object : list(client(), "t/")) {
            listed.add(object.getKey());
            assertThat(read(client(), object.getKey()))
                    .asString(StandardCharsets.UTF_8)
                    .isEqualTo(object.getKey().substring(2));
        }
        assertThat(listed)
                .containsExactlyInAnyOrderElementsOf(names.stream().map(n -> "t/" + n).toList());
        assertThat(store.asked(StrictOss.Kind.LIST)).hasSize(5);
    }

    @Test
    void theClientReadsMetadataBytesAndRanges() {
        byte[] bytes = random(300_000);
        store.put("x", bytes);
        store.putMultipart("parts", bytes);
        store.putWithoutCrc("old", bytes);
        OSS client = client();
        ObjectMetadata known = client.getObjectMetadata(StrictOss.BUCKET, "x");
        assertThat(known.getContentLength()).isEqualTo(300_000);
        assertThat(known.getServerCRC()).isNotNull();
        assertThat(known.getContentMD5()).isNotEmpty();
        assertThat(read(client, "x")).isEqualTo(bytes);
        assertThat(read(client, "parts")).isEqualTo(bytes);
        assertThat(read(client, "old")).isEqualTo(bytes);
        assertThat(client.getObjectMetadata(StrictOss.BUCKET, "parts").getETag()).contains("-");
        GetObjectRequest range = new GetObjectRequest(StrictOss.BUCKET, "x");
        range.setRange(1000, 70_999);
        assertThat(read(client, range)).isEqualTo(Arrays.copyOfRange(bytes, 1000, 71_000));
        GetObjectRequest signed = new GetObjectRequest(StrictOss.BUCKET, "x");
        signed.setRange(5, 9);
        signed.addAdditionalHeaderName("range");
        assertThat(read(client, signed)).isEqualTo(Arrays.copyOfRange(bytes, 5, 10));
        assertThat(store.asked().getLast().headers().get("authorization"))
                .contains("AdditionalHeaders=range,");
    }

    @Test
    void theClientFindsADamagedBody() {
        store.put("x", random(5000));
        store.faults(request -> new Fault.Flip(70));
        assertThatThrownBy(() -> read(client(), "x")).hasMessageContaining("CRC");
    }

    @Test
    void aRangeBehindTheEndIsAllOfTheObjectUnlessTheStandardIsAskedFor() {
        byte[] bytes = random(10);
        store.put("x", bytes);
        GetObjectRequest behind = new GetObjectRequest(StrictOss.BUCKET, "x");
        behind.setRange(10, 20);
        assertThat(read(client(), behind)).isEqualTo(bytes);
        behind.addHeader("x-oss-range-behavior", "standard");
        assertRefused("InvalidRange", () -> read(client(), behind));
    }

    @Test
    void conditionsHold() {
        store.put("x", random(10));
        String tag = client().getObjectMetadata(StrictOss.BUCKET, "x").getETag();
        GetObjectRequest same = new GetObjectRequest(StrictOss.BUCKET, "x");
        same.setMatchingETagConstraints(List.of(tag));
        assertThat(read(client(), same)).hasSize(10);
        store.put("x", random(11));
        assertRefused("PreconditionFailed", () -> read(client(), same));
        assertRefused("NoSuchKey", () -> read(client(), "y"));
        assertRefused("NoSuchBucket", () -> client().listObjectsV2("missing"));
        // What a HEAD is refused for is in a header.
        assertRefused("NoSuchKey", () -> client().getObjectMetadata(StrictOss.BUCKET, "y"));
    }

    @Test
    void keysAreChecked() {
        store.put("x", random(10));
        assertRefused("InvalidAccessKeyId", () -> read(client("LTAInobody", "s", null), "x"));
        assertRefused("SignatureDoesNotMatch", () -> read(client(key.id(), "wrong", null), "x"));
        assertRefused(
                "AccessKeyIdAndSecurityTokenNotMatch",
                () -> read(client(key.id(), key.secret(), "token"), "x"));
        Accounts.Key temporary = accounts.temporary("role");
        assertThat(read(client(temporary.id(), temporary.secret(), temporary.token()), "x"))
                .hasSize(10);
        assertRefused(
                "InvalidAccessKeyId",
                () -> read(client(temporary.id(), temporary.secret(), null), "x"));
        assertRefused(
                "InvalidSecurityToken",
                () -> read(client(temporary.id(), temporary.secret(), "other"), "x"));
        accounts.lifetime(Duration.ofSeconds(-1));
        Accounts.Key expired = accounts.temporary("role");
        assertRefused(
                "SecurityTokenExpired",
                () -> read(client(expired.id(), expired.secret(), expired.token()), "x"));
        store.deniesObjects("reader");
        assertRefused("AccessDenied", () -> read(client(), "x"));
        assertThat(list(client(), "x")).hasSize(1);
    }

    @Test
    void otherSignaturesRegionsAndTimesAreRefused() {
        store.put("x", random(10));
        ClientBuilderConfiguration old = settings();
        old.setSLDEnabled(true);
        old.setSignatureVersion(SignVersion.V1);
        OSS first = client(old, store.endpoint(), StrictOss.REGION, key.id(), key.secret(), null);
        assertRefused("InvalidArgument", () -> read(first, "x"));
        ClientBuilderConfiguration elsewhere = settings();
        elsewhere.setSLDEnabled(true);
        OSS other = client(elsewhere, store.endpoint(), "cn-beijing", key.id(), key.secret(), null);
        assertRefused("InvalidArgument", () -> read(other, "x"));
        store.ahead(Duration.ofHours(1));
        // The client sets its clock by the answer, and would try again if it was let.
        assertRefused("RequestTimeTooSkewed", () -> read(client(), "x"));
    }

    @Test
    void aBucketIsBeforeTheHostNameOfItsOwnRegion() {
        store.put("x", random(10));
        for (String endpoint :
                List.of(
                        "http://oss-cn-hangzhou.aliyuncs.com",
                        "http://oss-cn-hangzhou-internal.aliyuncs.com",
                        "http://oss-accelerate.aliyuncs.com")) {
            assertThat(read(through(endpoint, false), "x")).as(endpoint).hasSize(10);
        }
        assertThat(read(through("http://" + StrictOss.CNAME, true), "x")).hasSize(10);
        assertThat(store.asked().getLast().host()).isEqualTo(StrictOss.CNAME);
        assertThatThrownBy(() -> read(through("http://oss-cn-beijing.aliyuncs.com", false), "x"))
                .isInstanceOfSatisfying(
                        OSSException.class,
                        e -> {
                            assertThat(e.getErrorCode()).isEqualTo("AccessDenied");
                            assertThat(e.getRawResponseError())
                                    .contains("<Endpoint>oss-cn-hangzhou.aliyuncs.com</Endpoint>");
                        });
        ClientBuilderConfiguration inPath = settings();
        inPath.setSLDEnabled(true);
        inPath.setProxyHost("127.0.0.1");
        inPath.setProxyPort(store.port());
        OSS client =
                client(
                        inPath,
                        "http://oss-cn-hangzhou.aliyuncs.com",
                        StrictOss.REGION,
                        key.id(),
                        key.secret(),
                        null);
        assertRefused("SecondLevelDomainForbidden", () -> read(client, "x"));
    }

    @Test
    void aSymlinkIsReadAsWhatItLeadsTo() {
        byte[] bytes = random(5000);
        store.put("target", bytes);
        store.symlink("link", "target");
        store.symlink("nowhere", "gone");
        store.symlink("twice", "link");
        OSS client = client();
        assertThat(read(client, "link")).isEqualTo(bytes);
        OSSObjectSummary listed = list(client, "link").getFirst();
        assertThat(listed.getType()).isEqualTo("Symlink");
        assertThat(listed.getSize()).isZero();
        assertThat(client.getObjectMetadata(StrictOss.BUCKET, "link").getContentLength())
                .isEqualTo(5000);
        assertRefused("SymlinkTargetNotExist", () -> read(client, "nowhere"));
        assertRefused("InvalidTargetType", () -> read(client, "twice"));
    }

    @Test
    void whatIsArchivedIsKnownAndNotRead() {
        store.archive("cold", random(10), "ColdArchive", null);
        store.archive("soon", random(10), "Archive", "ongoing-request=\"true\"");
        store.archive(
                "restored",
                random(10),
                "Archive",
                "ongoing-request=\"false\", expiry-date=\"Sun, 16 Apr 2017 08:12:33 GMT\"");
        OSS client = client();
        assertThat(client.getObjectMetadata(StrictOss.BUCKET, "cold").getObjectStorageClass())
                .hasToString("ColdArchive");
        assertRefused("InvalidObjectState", () -> read(client, "cold"));
        assertRefused("InvalidObjectState", () -> read(client, "soon"));
        assertThat(read(client, "restored")).hasSize(10);
    }

    @Test
    void theRequesterPaysWhereThatIsAsked() {
        store.put("x", random(10));
        store.requesterPays("owner");
        assertRefused("AccessDenied", () -> read(client(), "x"));
        GetObjectRequest paid = new GetObjectRequest(StrictOss.BUCKET, "x");
        paid.setRequestPayer(Payer.Requester);
        assertThat(read(client(), paid)).hasSize(10);
        Accounts.Key owner = accounts.key("owner");
        assertThat(read(client(owner.id(), owner.secret(), null), "x")).hasSize(10);
    }

    @Test
    void textIsPackedOnTheWayForThoseWhoTakeThat() {
        byte[] bytes = "line\n".repeat(1000).getBytes(StandardCharsets.US_ASCII);
        store.put("text", bytes, "text/plain", null);
        GetObjectRequest packed = new GetObjectRequest(StrictOss.BUCKET, "text");
        packed.addHeader("Accept-Encoding", "gzip");
        try (OSSObject object = client().getObject(packed)) {
            assertThat(object.getObjectMetadata().getRawMetadata())
                    .containsEntry("Content-Encoding", "gzip")
                    .doesNotContainKeys("ETag", "x-oss-hash-crc64ecma");
            assertThat(object.getObjectContent().readAllBytes()).hasSizeLessThan(bytes.length);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        assertThat(read(client(), "text")).isEqualTo(bytes);
    }

    @Test
    void faultsAreToldInTheStoresOwnForm() {
        store.put("x", random(10));
        store.faults(
                request ->
                        new Fault.Error(
                                503,
                                "QpsLimitExceeded",
                                "Please reduce your request rate.",
                                "0004-00000302",
                                Map.of("Retry-After", "1")));
        assertThatThrownBy(() -> read(client(), "x"))
                .isInstanceOfSatisfying(
                        OSSException.class,
                        e -> {
                            assertThat(e.getErrorCode()).isEqualTo("QpsLimitExceeded");
                            assertThat(e.getRequestId()).hasSize(24);
                        });
    }

    @Test
    void namesAreEncodedInListingsSoThatEveryCharacterCanBeWritten() {
        String name = "t/\u0001\u0007 <&>";
        store.put(name, random(1));
        ListObjectsV2Request request = new ListObjectsV2Request(StrictOss.BUCKET, "t/");
        request.setEncodingType("url");
        String listed = client().listObjectsV2(request).getObjectSummaries().getFirst().getKey();
        assertThat(
                        listed.equals(name)
                                || URLDecoder.decode(listed, StandardCharsets.UTF_8).equals(name))
                .as(listed)
                .isTrue();
    }
}
