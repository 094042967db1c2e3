package dev.cistern.populate.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.populate.testing.FaultyS3;
import dev.cistern.populate.wire.ProbeResult;
import dev.cistern.populate.wire.ProbeSpec;
import dev.cistern.populate.wire.ProbeStage;
import dev.cistern.populate.wire.Reason;
import dev.cistern.populate.wire.S3Auth;
import dev.cistern.populate.wire.S3Spec;
import dev.cistern.populate.wire.SourceSpec;
import dev.cistern.populate.wire.TlsSpec;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProbeJobTest {
    @TempDir Path directory;

    @SuppressWarnings("NullAway.Init")
    private FaultyS3 server;

    @BeforeEach
    void start() throws IOException {
        server = new FaultyS3();
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    private Map<String, String> environment(String endpoint, String bucket, String prefix) {
        S3Spec store =
                new S3Spec(
                        endpoint,
                        "us-east-1",
                        true,
                        TlsSpec.PLATFORM,
                        bucket,
                        prefix,
                        new S3Auth.AccessKey());
        Map<String, String> environment = new HashMap<>();
        environment.put(
                ProbeSpec.ENVIRONMENT_NAME, new ProbeSpec(SourceSpec.of(store), 8).toJson());
        environment.put("CISTERN_SOURCE_0_ACCESS_KEY_ID", FaultyS3.KEY_ID);
        environment.put("CISTERN_SOURCE_0_SECRET_ACCESS_KEY", FaultyS3.SECRET);
        environment.put("CISTERN_TERMINATION_MESSAGE", directory.resolve("message").toString());
        return environment;
    }

    private ProbeResult probe(Map<String, String> environment) throws Exception {
        int code =
                new ProbeJob(environment, new PrintStream(OutputStream.nullOutputStream())).run();
        assertThat(code).isZero();
        return ProbeResult.fromJson(Files.readString(directory.resolve("message")));
    }

    private ProbeResult probe(String prefix) throws Exception {
        return probe(environment(server.endpoint(), FaultyS3.BUCKET, prefix));
    }

    @Test
    void onePageIsListedAndOneObjectDescribedAndNothingRead() throws Exception {
        for (int i = 0; i < 30; i++) {
            server.put("t/" + i, new byte[100_000]);
        }
        server.pageSize(10);

        ProbeResult result = probe("t/");

        assertThat(result.stage()).isEqualTo(ProbeStage.DESCRIBED);
        assertThat(result.reason()).isNull();
        assertThat(result.objects()).isEqualTo(10);
        assertThat(result.place()).contains(FaultyS3.BUCKET);
        assertThat(server.asked()).filteredOn(FaultyS3.Asked::listing).hasSize(1);
        assertThat(server.asked()).hasSize(2);
        assertThat(server.bytesSent()).isLessThan(100_000);
    }

    @Test
    void aPrefixWithNothingBelowIsListedAllTheSame() throws Exception {
        ProbeResult result = probe("t/");
        assertThat(result.stage()).isEqualTo(ProbeStage.LISTED);
        assertThat(result.reason()).isNull();
        assertThat(result.objects()).isZero();
    }

    @Test
    void anObjectThatMayNotBeReadIsToldAfterThePageThatNamesIt() throws Exception {
        server.put("t/a", new byte[10]);
        server.faults(
                asked -> asked.listing() ? null : new FaultyS3.Fault.Status(403, "", Map.of()));
        ProbeResult result = probe("t/");
        assertThat(result.stage()).isEqualTo(ProbeStage.LISTED);
        assertThat(result.reason()).isEqualTo(Reason.ACCESS_DENIED);
        assertThat(result.objects()).isEqualTo(1);
    }

    @Test
    void aListingThatIsDeniedIsNotAWrongKey() throws Exception {
        server.faults(asked -> new FaultyS3.Fault.Status(403, "AccessDenied", Map.of()));
        ProbeResult denied = probe("t/");
        assertThat(denied.stage()).isEqualTo(ProbeStage.NONE);
        assertThat(denied.reason()).isEqualTo(Reason.ACCESS_DENIED);
        server.faults(_ -> null);
        Map<String, String> wrong = environment(server.endpoint(), FaultyS3.BUCKET, "t/");
        wrong.put("CISTERN_SOURCE_0_ACCESS_KEY_ID", "wrong");
        ProbeResult unknown = probe(wrong);
        assertThat(unknown.reason()).isEqualTo(Reason.INVALID_CREDENTIALS);
        assertThat(unknown.message()).isNotBlank();
    }

    @Test
    void aBucketThatIsNotThereIsNamed() throws Exception {
        ProbeResult result = probe(environment(server.endpoint(), "missing", "t/"));
        assertThat(result.reason()).isEqualTo(Reason.NO_SUCH_BUCKET);
        assertThat(result.message()).contains("missing");
    }

    @Test
    void aStoreThatIsBusyForAMomentIsAskedAgain() throws Exception {
        server.put("t/a", new byte[10]);
        AtomicInteger refused = new AtomicInteger(1);
        server.faults(
                asked ->
                        refused.getAndDecrement() > 0
                                ? new FaultyS3.Fault.Status(503, "SlowDown", Map.of())
                                : null);
        assertThat(probe("t/").stage()).isEqualTo(ProbeStage.DESCRIBED);
    }

    @Test
    void aStoreThatIsAwayEndsTheProbeInTime() throws Exception {
        String endpoint = server.endpoint();
        server.close();
        long began = System.nanoTime();
        ProbeResult result = probe(environment(endpoint, FaultyS3.BUCKET, "t/"));
        assertThat(result.reason()).isEqualTo(Reason.SOURCE_UNAVAILABLE);
        assertThat(result.message()).contains("given up after 3 attempts");
        assertThat(System.nanoTime() - began).isLessThan(9_000_000_000L);
        server = new FaultyS3();
    }

    @Test
    void whatIsWrongWithTheEnvironmentIsTold() throws Exception {
        Map<String, String> environment = environment(server.endpoint(), FaultyS3.BUCKET, "t/");
        environment.remove("CISTERN_SOURCE_0_SECRET_ACCESS_KEY");
        assertThat(probe(environment))
                .satisfies(
                        result -> {
                            assertThat(result.reason()).isEqualTo(Reason.INVALID_CREDENTIALS);
                            assertThat(result.message())
                                    .contains("CISTERN_SOURCE_0_SECRET_ACCESS_KEY");
                        });
        environment.put(ProbeSpec.ENVIRONMENT_NAME, "{}");
        assertThat(probe(environment).message()).contains("CISTERN_PROBE").contains("version");
        environment.remove(ProbeSpec.ENVIRONMENT_NAME);
        assertThat(probe(environment).message()).isEqualTo("CISTERN_PROBE is not set");
    }
}
