package dev.cistern.populate.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class WireTest {
    private static final String SPEC =
            """
            {"version":2,
             "run":{"namespace":"team-a","pvc":"data","uid":"u-1","attempt":2},
             "sources":[{"store":{"type":"s3","endpoint":"http://10.0.0.1:9000","region":"us-east-1","pathStyle":true,
                 "tls":{"skipVerification":false,"caFile":null,"caPem":null},"bucket":"b","prefix":"models/x/",
                 "auth":{"mode":"accessKey"}},
               "into":"sub/dir","include":["**/*.bin"],"exclude":[],"sha256":null}],
             "target":"/data","capacityBytes":10737418240,"verify":"full",
             "limits":{"bytesPerSecond":0,"memoryBytes":0,"connections":0},
             "report":{"url":"http://c:8082/v1/runs/u-1/progress","intervalMillis":1000}}
            """;

    @Test
    void theProtocolsExampleSurvivesARoundTrip() throws Exception {
        RunSpec spec = RunSpec.fromJson(SPEC);

        assertThat(spec.run()).isEqualTo(new RunSpec.Run("team-a", "data", "u-1", 2));
        assertThat(spec.sources().getFirst().include()).containsExactly("**/*.bin");
        assertThat(spec.sources().getFirst().store())
                .isEqualTo(
                        new S3Spec(
                                "http://10.0.0.1:9000",
                                "us-east-1",
                                true,
                                TlsSpec.PLATFORM,
                                "b",
                                "models/x/",
                                new S3Auth.AccessKey()));
        assertThat(RunSpec.fromJson(spec.toJson())).isEqualTo(spec);
    }

    @Test
    void anArchivesFormatSurvivesARoundTrip() throws Exception {
        for (ArchiveFormat format : ArchiveFormat.values()) {
            String text =
                    SPEC.replace(
                            "\"sha256\":null",
                            "\"sha256\":null,\"unpack\":\"" + format.wireName() + "\"");
            RunSpec spec = RunSpec.fromJson(text);
            assertThat(spec.sources().getFirst().unpack()).isEqualTo(format);
            assertThat(RunSpec.fromJson(spec.toJson())).isEqualTo(spec);
        }
        assertThat(RunSpec.fromJson(SPEC).sources().getFirst().unpack()).isNull();
        assertThatThrownBy(
                        () ->
                                RunSpec.fromJson(
                                        SPEC.replace(
                                                "\"sha256\":null",
                                                "\"sha256\":null,\"unpack\":\"tgz\"")))
                .hasMessageContaining("sources[0].unpack: must be one of");
    }

    @Test
    void everyComplaintNamesItsField() {
        for (String[] bad :
                new String[][] {
                    {
                        "\"bucket\":\"b\"",
                        "\"bucket\":\"\"",
                        "sources[0].store.bucket: must not be empty"
                    },
                    {
                        "\"bucket\":\"b\"",
                        "\"buckett\":\"b\"",
                        "sources[0].store.buckett: unknown field"
                    },
                    {
                        "\"bucket\":\"b\"",
                        "\"bucket\":7",
                        "sources[0].store.bucket: must be a string"
                    },
                    {"\"accessKey\"", "\"guess\"", "sources[0].store.auth.mode: must be one of"},
                    {
                        "\"accessKey\"",
                        "\"webIdentity\"",
                        "sources[0].store.auth.roleArn: is required"
                    },
                    {"\"version\":2", "\"version\":3", "version: is 3"},
                    {
                        "\"type\":\"s3\"",
                        "\"type\":\"ftp\"",
                        "sources[0].store.type: must be one of "
                    },
                    {
                        "\"mode\":\"accessKey\"",
                        "\"mode\":\"accessKey\",\"roleArn\":\"r\"",
                        "sources[0].store.auth.roleArn: unknown field"
                    },
                    {
                        "\"caFile\":null,\"caPem\":null",
                        "\"caFile\":\"/f\",\"caPem\":\"p\"",
                        "sources[0].store.tls.caPem: must not be given together"
                    },
                    {"\"attempt\":2", "\"attempt\":0", "run.attempt: must be from 1"},
                    {
                        "\"memoryBytes\":0",
                        "\"memoryBytes\":5",
                        "limits.memoryBytes: must be 0 or at least"
                    },
                    {"\"sha256\":null", "\"sha256\":\"AB\"", "sources[0].sha256: must be 64"},
                    {
                        "\"target\":\"/data\"",
                        "\"target\":\"data\"",
                        "target: must be an absolute path"
                    },
                    {
                        "\"include\":[\"**/*.bin\"]",
                        "\"include\":[1]",
                        "sources[0].include[0]: must be a string"
                    },
                    {
                        "\"verify\":\"full\"",
                        "\"verify\":\"full\",\"verify\":\"size\"",
                        "not valid JSON"
                    },
                }) {
            String text = SPEC.replace(bad[0], bad[1]);
            assertThat(text).isNotEqualTo(SPEC);
            assertThatThrownBy(() -> RunSpec.fromJson(text))
                    .isInstanceOf(WireException.class)
                    .hasMessageContaining(bad[2]);
        }
        assertThatThrownBy(() -> RunSpec.fromJson("[]")).hasMessageContaining("CISTERN_RUN");
        assertThatThrownBy(() -> RunSpec.fromJson(SPEC + "x")).isInstanceOf(WireException.class);
    }

    /// In the previous release's form.
    @Test
    void theVersionBeforeIsReadAsTheSameRun() throws Exception {
        String flat =
                SPEC.replace("\"version\":2", "\"version\":1")
                        .replaceFirst(
                                "\"sources\":\\[[^]]*\\]",
                                """
                                "sources":[{"type":"s3","endpoint":"http://10.0.0.1:9000","region":"us-east-1","pathStyle":true,
                                  "skipTlsVerification":false,"caFile":null,"caPem":null,"bucket":"b","prefix":"models/x/",
                                  "into":"sub/dir","include":["**/*.bin"]\
                                """)
                        .replaceFirst(
                                "\"sha256\":null",
                                """
                                "sha256":null,"auth":{"mode":"accessKey","roleArn":null,"tokenFile":null,"stsEndpoint":null,
                                  "stsRegion":null,"sessionName":null}\
                                """);

        assertThat(RunSpec.fromJson(flat)).isEqualTo(RunSpec.fromJson(SPEC));
        RunSpec role =
                RunSpec.fromJson(
                        flat.replace("accessKey", "webIdentity")
                                .replace("\"roleArn\":null", "\"roleArn\":\"r\"")
                                .replace("\"tokenFile\":null", "\"tokenFile\":\"/t\""));
        assertThat(((S3Spec) role.sources().getFirst().store()).auth())
                .isEqualTo(new S3Auth.WebIdentity("r", "/t", null, null, null));
    }

    /// A record or variant that is missing here fails the test below.
    private static final List<StoreSpec> STORES =
            Stream.of(s3(), gcs(), azureBlob(), oss(), http(), oci(), huggingFace())
                    .flatMap(stores -> stores)
                    .toList();

    private static Stream<StoreSpec> oci() {
        return Stream.of(
                        new OciAuth.Anonymous(),
                        new OciAuth.Basic(),
                        new OciAuth.Bearer(),
                        new OciAuth.DockerConfig("/config.json"))
                .map(
                        auth ->
                                new OciSpec(
                                        "https://r:5000",
                                        OciReference.parse("a/b:v1/c/d"),
                                        "linux/arm/v7",
                                        new TlsSpec(false, null, "PEM"),
                                        auth,
                                        "sha256:" + "0a".repeat(32)));
    }

    private static Stream<StoreSpec> http() {
        return Stream.of(
                http(HttpAuth.ANONYMOUS, null),
                http(HttpAuth.BASIC, ListForm.SHA256SUMS),
                http(HttpAuth.BEARER, ListForm.MANIFEST));
    }

    private static Stream<StoreSpec> huggingFace() {
        return Stream.of(
                        new HuggingFaceAuth.Anonymous(),
                        new HuggingFaceAuth.TokenFile("/token"),
                        new HuggingFaceAuth.Environment())
                .map(
                        auth ->
                                new HuggingFaceSpec(
                                        "http://mirror/hf",
                                        new TlsSpec(true, null, "PEM"),
                                        HuggingFacePath.parse("hf://datasets/o/n@refs/pr/1/a/b"),
                                        "0123456789".repeat(4),
                                        auth));
    }

    private static Stream<StoreSpec> gcs() {
        return Stream.of(
                        new GcsAuth.Anonymous(),
                        new GcsAuth.ServiceAccountKey("/key.json"),
                        new GcsAuth.Federation("projects/1", "/token", "http://sts"),
                        new GcsAuth.Metadata(),
                        new GcsAuth.ApplicationDefault())
                .map(
                        auth ->
                                new GcsSpec(
                                        "http://s",
                                        new TlsSpec(false, null, "PEM"),
                                        "b",
                                        "p/",
                                        "payer",
                                        "project",
                                        auth,
                                        new GcsSpec.Impersonation("r@p", "http://iam")));
    }

    private static Stream<StoreSpec> oss() {
        return Stream.of(
                        new OssAuth.Anonymous(),
                        new OssAuth.AccessKey("/keys"),
                        new OssAuth.Rrsa(null, null, null),
                        new OssAuth.Rrsa(
                                new OssAuth.Identity("acs:ram::1:role/r", "acs:ram::1:p", "/t"),
                                "http://sts",
                                "me"),
                        new OssAuth.Environment(null),
                        new OssAuth.Environment("http://sts"))
                .flatMap(
                        auth ->
                                Stream.of(
                                        oss(null, null, auth),
                                        oss("http://s", OssAddressing.VIRTUAL, auth),
                                        oss("http://s", OssAddressing.PATH, auth),
                                        oss("http://s", OssAddressing.CNAME, auth)));
    }

    private static OssSpec oss(
            @Nullable String endpoint, @Nullable OssAddressing addressing, OssAuth auth) {
        return new OssSpec(
                endpoint,
                "cn-hangzhou",
                addressing,
                new TlsSpec(false, null, "PEM"),
                "b",
                "p/",
                endpoint != null,
                auth);
    }

    private static Stream<StoreSpec> azureBlob() {
        return Stream.of(
                        new AzureBlobAuth.Anonymous(),
                        new AzureBlobAuth.AccountKey("/key"),
                        new AzureBlobAuth.Sas("/sas"),
                        new AzureBlobAuth.ServicePrincipal("/tenant", "/client", "/secret"),
                        new AzureBlobAuth.WorkloadIdentity("t", "c", "/token"),
                        new AzureBlobAuth.WorkloadIdentity(null, null, null),
                        new AzureBlobAuth.ManagedIdentity("c", null),
                        new AzureBlobAuth.ManagedIdentity(null, "/client"),
                        new AzureBlobAuth.Environment())
                .map(
                        auth ->
                                new AzureBlobSpec(
                                        "account",
                                        "http://s/account",
                                        new TlsSpec(false, null, "PEM"),
                                        "$web",
                                        "p/",
                                        auth,
                                        "http://entra"));
    }

    private static HttpSpec http(HttpAuth auth, @Nullable ListForm list) {
        return new HttpSpec(
                "https://h/d",
                "a/b?c=d",
                list,
                "0".repeat(64),
                List.of(new HttpSpec.Header("X-A", "b"), new HttpSpec.Header("X-C", null)),
                List.of("cdn:8443"),
                new TlsSpec(true, null, "pem"),
                auth);
    }

    private static Stream<StoreSpec> s3() {
        return Stream.of(
                        new S3Auth.AccessKey(),
                        new S3Auth.AccessKey("/var/run/cistern/source-0"),
                        new S3Auth.Anonymous(),
                        new S3Auth.DefaultChain(),
                        new S3Auth.Platform("http://sts", "me"),
                        new S3Auth.WebIdentity("role", "/token", "http://sts", "eu", "me"))
                .<StoreSpec>map(
                        auth ->
                                new S3Spec(
                                        "http://s",
                                        "eu-west-3",
                                        true,
                                        new TlsSpec(true, "/ca.pem", null),
                                        "b",
                                        "p/",
                                        auth,
                                        new S3Options(true, true, true, "/customer-key")));
    }

    @Test
    void theProxyOfASourceSurvivesARoundTripAndASourceMayHaveNone() throws Exception {
        ProxySpec proxy =
                new ProxySpec(
                        "http://p:1",
                        null,
                        List.of(".corp", "10.0.0.0/8"),
                        ProxySpec.SetBy.CONTROLLER);
        RunSpec spec =
                new RunSpec(
                        new RunSpec.Run("n", "p", "u", 1),
                        List.of(
                                new SourceSpec(
                                        STORES.getFirst(), "", List.of(), List.of(), null, proxy),
                                SourceSpec.of(STORES.getFirst())),
                        "/data",
                        0,
                        Verify.FULL,
                        RunSpec.Limits.CHOOSE,
                        null);
        assertThat(RunSpec.fromJson(spec.toJson())).isEqualTo(spec);
        assertThatThrownBy(
                        () ->
                                RunSpec.fromJson(
                                        spec.toJson().replace("\"controller\"", "\"nobody\"")))
                .hasMessageContaining("sources[0].proxy.setBy: must be one of");
    }

    @Test
    void everyKindOfStoreAndEveryWayInSurvivesARoundTrip() throws Exception {
        Set<Class<?>> seen = new HashSet<>();
        for (StoreSpec store : STORES) {
            RunSpec spec =
                    new RunSpec(
                            new RunSpec.Run("n", "p", "u", 1),
                            List.of(SourceSpec.of(store)),
                            "/data",
                            0,
                            Verify.FULL,
                            RunSpec.Limits.CHOOSE,
                            null);
            assertThat(RunSpec.fromJson(spec.toJson())).isEqualTo(spec);
            addTo(seen, store);
        }
        Set<Class<?>> permitted = new HashSet<>();
        addPermitted(permitted, StoreSpec.class);
        assertThat(seen).containsAll(permitted);
    }

    private static void addTo(Set<Class<?>> seen, Object value)
            throws ReflectiveOperationException {
        seen.add(value.getClass());
        for (RecordComponent component : value.getClass().getRecordComponents()) {
            Object part = component.getAccessor().invoke(value);
            if (part instanceof Record) {
                addTo(seen, part);
            }
        }
    }

    /// The records that a sealed interface permits, and those of the sealed interfaces in their components.
    private static void addPermitted(Set<Class<?>> all, Class<?> type) {
        if (type.isSealed()) {
            for (Class<?> permitted : type.getPermittedSubclasses()) {
                addPermitted(all, permitted);
            }
        } else if (type.isRecord() && all.add(type)) {
            for (RecordComponent component : type.getRecordComponents()) {
                addPermitted(all, component.getType());
            }
        }
    }

    @Test
    void reportsAnswersAndResultsSurviveARoundTrip() throws Exception {
        RunResult failed =
                new RunResult(
                        Outcome.FAILED,
                        true,
                        Reason.NO_SUCH_BUCKET,
                        "no bucket",
                        0,
                        0,
                        0,
                        0,
                        0,
                        null,
                        1.5);
        RunResult done =
                new RunResult(Outcome.SUCCEEDED, false, null, "", 1, 2, 3, 4, 5, "sha256:00", 0.25);

        for (@Nullable RunResult result : Arrays.asList(null, failed)) {
            String trouble = "SourceUnavailable: refused";
            ProgressReport report =
                    new ProgressReport(
                            1, 12, Stage.COPYING, 1, 2, 3, 4, true, 5, 6, 7, -1, trouble, result);
            assertThat(ProgressReport.fromJson(report.toJson())).isEqualTo(report);
        }
        List<SourceRevision> revisions =
                List.of(new SourceRevision(0, "c0ffee"), new SourceRevision(3, "sha256:00"));
        RunResult ofRevisions =
                new RunResult(
                        Outcome.SUCCEEDED, false, null, "", 1, 2, 3, 4, 5, null, 0.25, revisions);
        ProgressReport last =
                new ProgressReport(
                        1,
                        12,
                        Stage.COPYING,
                        1,
                        2,
                        3,
                        4,
                        true,
                        5,
                        6,
                        7,
                        -1,
                        null,
                        ofRevisions,
                        revisions);
        assertThat(ProgressReport.fromJson(last.toJson())).isEqualTo(last);
        assertThat(RunResult.fromJson(ofRevisions.toJson()).revisions()).isEqualTo(revisions);
        assertThatThrownBy(
                        () ->
                                RunResult.fromJson(
                                        ofRevisions.toJson().replace("c0ffee", "c".repeat(257))))
                .hasMessageContaining("revisions[0].revision");
        assertThat(ReportAnswer.fromJson(new ReportAnswer(1500).toJson()))
                .isEqualTo(new ReportAnswer(1500));
        assertThat(RunResult.fromJson(failed.toJson())).isEqualTo(failed);
        assertThat(RunResult.fromJson(done.toJson())).isEqualTo(done);
        assertThat(List.of(done.exitCode(), failed.exitCode())).containsExactly(0, 3);
    }

    @Test
    void aLongMessageIsCutToWhatATerminationMessageHolds() throws Exception {
        RunResult result =
                new RunResult(
                        Outcome.FAILED,
                        false,
                        Reason.INTERNAL_ERROR,
                        "ключ 🗝 ".repeat(2000),
                        0,
                        0,
                        0,
                        0,
                        0,
                        null,
                        1);

        String text = result.toJson();

        assertThat(text.getBytes(StandardCharsets.UTF_8))
                .hasSizeLessThanOrEqualTo(RunResult.MAX_BYTES);
        assertThat(RunResult.fromJson(text).message()).startsWith("ключ 🗝 ").endsWith("…");
    }

    @Test
    void aTokenHoldsUntilItExpiresAndOnlyForItsKey() throws Exception {
        KeyPair keys = ReportKey.generate();
        Instant expires = Instant.ofEpochSecond(2_000_000_000);
        ReportToken token = new ReportToken("u-1", 2, expires);
        String text = token.sign(keys.getPrivate());
        Clock before = Clock.fixed(expires.minusSeconds(1), ZoneOffset.UTC);
        Clock after = Clock.fixed(expires, ZoneOffset.UTC);

        assertThat(
                        ReportToken.verify(
                                text, ReportKey.decode(ReportKey.encode(keys.getPublic())), before))
                .isEqualTo(new ReportToken.Verification.Valid(token));
        assertThat(ReportToken.verify(text, keys.getPublic(), after))
                .isEqualTo(new ReportToken.Verification.Expired(token));
        assertThat(ReportToken.verify(text, ReportKey.generate().getPublic(), before))
                .isInstanceOf(ReportToken.Verification.Forged.class);
        String otherPayload = new ReportToken("u-2", 2, expires).sign(keys.getPrivate());
        String mixed =
                otherPayload.substring(0, otherPayload.indexOf('.'))
                        + text.substring(text.indexOf('.'));
        assertThat(ReportToken.verify(mixed, keys.getPublic(), before))
                .isInstanceOf(ReportToken.Verification.Forged.class);
        for (String nonsense :
                new String[] {"", ".", "a.b", "ü.ü", "x".repeat(5000), text.replace(".", "")}) {
            assertThat(ReportToken.verify(nonsense, keys.getPublic(), before))
                    .isInstanceOf(ReportToken.Verification.Forged.class);
        }
    }
}
