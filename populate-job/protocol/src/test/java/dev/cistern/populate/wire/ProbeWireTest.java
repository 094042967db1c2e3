package dev.cistern.populate.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProbeWireTest {
    private static final ProbeSpec SPEC =
            new ProbeSpec(
                    SourceSpec.of(
                            new S3Spec(
                                    "http://10.0.0.1:9000",
                                    "us-east-1",
                                    true,
                                    TlsSpec.PLATFORM,
                                    "b",
                                    "models/x/",
                                    new S3Auth.AccessKey())),
                    60);

    @Test
    void aProbeSurvivesARoundTripAndNamesWhatIsWrong() throws Exception {
        assertThat(ProbeSpec.fromJson(SPEC.toJson())).isEqualTo(SPEC);
        for (String[] bad :
                new String[][] {
                    {"\"version\":1", "\"version\":2", "version: is 2"},
                    {"\"seconds\":60", "\"seconds\":0", "seconds: must be"},
                    {"\"seconds\":60", "\"seconds\":601", "seconds: must be"},
                    {"\"seconds\":60", "\"minutes\":1", "minutes: unknown field"},
                    {"\"bucket\":\"b\"", "\"bucket\":7", "store.bucket: must be a string"}
                }) {
            assertThatThrownBy(() -> ProbeSpec.fromJson(SPEC.toJson().replace(bad[0], bad[1])))
                    .isInstanceOf(WireException.class)
                    .hasMessageContaining(bad[2]);
        }
    }

    @Test
    void aResultSurvivesARoundTripAndFitsATerminationMessage() throws Exception {
        ProbeResult found =
                new ProbeResult(ProbeStage.DESCRIBED, null, "", "s3://b/models/x/", 1000, 0.25);
        ProbeResult denied =
                new ProbeResult(
                        ProbeStage.LISTED, Reason.ACCESS_DENIED, "no", "s3://b/models/x/", 1, 0.5);
        for (ProbeResult result : List.of(found, denied)) {
            assertThat(ProbeResult.fromJson(result.toJson())).isEqualTo(result);
        }
        String text =
                new ProbeResult(
                                ProbeStage.NONE,
                                Reason.SOURCE_UNAVAILABLE,
                                "ключ 🗝 ".repeat(2000),
                                "s3://b/",
                                0,
                                1)
                        .toJson();
        assertThat(text.getBytes(StandardCharsets.UTF_8))
                .hasSizeLessThanOrEqualTo(RunResult.MAX_BYTES);
        assertThat(ProbeResult.fromJson(text).message()).startsWith("ключ 🗝 ").endsWith("…");
        assertThatThrownBy(() -> ProbeResult.fromJson("a log line"))
                .isInstanceOf(WireException.class);
    }
}
