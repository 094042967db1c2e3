package dev.cistern.populate.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;

class WireTest {
    private static final String SPEC =
            """
            {"version":1,
             "run":{"namespace":"team-a","pvc":"data","uid":"u-1","attempt":2},
             "sources":[{"type":"s3","endpoint":"http://10.0.0.1:9000","region":"us-east-1","pathStyle":true,
               "skipTlsVerification":false,"caFile":null,"caPem":null,"bucket":"b","prefix":"models/x/","into":"sub/dir",
               "include":["**/*.bin"],"exclude":[],"sha256":null,
               "auth":{"mode":"accessKey","roleArn":null,"tokenFile":null,"stsEndpoint":null,"stsRegion":null,
                 "sessionName":null}}],
             "target":"/data","capacityBytes":10737418240,"verify":"full",
             "limits":{"bytesPerSecond":0,"memoryBytes":0,"connections":0},
             "report":{"url":"http://c:8082/v1/runs/u-1/progress","intervalMillis":1000}}
            """;

    @Test
    void theProtocolsExampleSurvivesARoundTrip() throws Exception {
        RunSpec spec = RunSpec.fromJson(SPEC);

        assertThat(spec.run()).isEqualTo(new RunSpec.Run("team-a", "data", "u-1", 2));
        assertThat(spec.sources().getFirst().include()).containsExactly("**/*.bin");
        assertThat(spec.sources().getFirst().auth()).isEqualTo(AuthSpec.accessKey());
        assertThat(RunSpec.fromJson(spec.toJson())).isEqualTo(spec);
    }

    @Test
    void everyComplaintNamesItsField() {
        for (String[] bad :
                new String[][] {
                    {"\"bucket\":\"b\"", "\"bucket\":\"\"", "sources[0].bucket: must not be empty"},
                    {"\"bucket\":\"b\"", "\"buckett\":\"b\"", "sources[0].buckett: unknown field"},
                    {"\"bucket\":\"b\"", "\"bucket\":7", "sources[0].bucket: must be a string"},
                    {"\"accessKey\"", "\"guess\"", "sources[0].auth.mode: must be one of"},
                    {"\"accessKey\"", "\"webIdentity\"", "sources[0].auth.roleArn: is required"},
                    {"\"version\":1", "\"version\":2", "version: is 2"},
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

    @Test
    void reportsAnswersAndResultsSurviveARoundTrip() throws Exception {
        ProgressReport report =
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
                        "SourceUnavailable: refused");
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

        assertThat(ProgressReport.fromJson(report.toJson())).isEqualTo(report);
        assertThat(ProgressReport.fromJson(report.with(failed).toJson()))
                .isEqualTo(report.with(failed));
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
