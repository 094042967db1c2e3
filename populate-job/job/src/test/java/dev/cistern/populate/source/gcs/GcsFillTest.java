package dev.cistern.populate.source.gcs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.doubles.gcs.Fault;
import dev.cistern.doubles.gcs.StrictGcs;
import dev.cistern.populate.cli.FillCommand;
import dev.cistern.populate.wire.Outcome;
import dev.cistern.populate.wire.Reason;
import dev.cistern.populate.wire.RunResult;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Whole fills by the command.
class GcsFillTest {
    @RegisterExtension final Gcs gcs = new Gcs();

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private RunResult fill(String... options) throws Exception {
        out.reset();
        err.reset();
        List<String> all =
                new ArrayList<>(
                        List.of(
                                "gs://bucket/t/",
                                gcs.directory.resolve("to").toString(),
                                "--endpoint",
                                gcs.store.endpoint(),
                                "--json",
                                "--quiet"));
        all.addAll(List.of(options));
        new FillCommand(
                        Map.of("GOOGLE_APPLICATION_CREDENTIALS", gcs.keyFile(Gcs.KEY).toString()),
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8))
                .run(all.toArray(String[]::new));
        String json = out.toString(StandardCharsets.UTF_8).lines().toList().getLast();
        return RunResult.fromJson(json);
    }

    private byte[] filled(String path) throws IOException {
        return Files.readAllBytes(gcs.directory.resolve("to").resolve(path));
    }

    @Test
    void smallLargePackedAndComposedObjectsArriveVerified() throws Exception {
        byte[] large = Gcs.random(60 << 20);
        byte[] packed = StrictGcs.packed(Gcs.random(500_000));
        gcs.store.put("t/large", large);
        gcs.store.put("t/sub/packed", packed, "gzip");
        gcs.store.compose("t/composed", Gcs.random(100_000));
        gcs.store.put("t/empty", new byte[0]);
        gcs.store.put("t/folder/", new byte[0]);
        for (int i = 0; i < 300; i++) {
            gcs.store.put("t/many/" + i, Gcs.random(i));
        }
        gcs.store.pageSize(100);
        RunResult result = fill("--connections", "8");
        assertThat(result.outcome()).as(result.message()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(result.unverified()).isZero();
        assertThat(result.files()).isEqualTo(304);
        assertThat(filled("large")).isEqualTo(large);
        assertThat(filled("sub/packed")).isEqualTo(packed);
        assertThat(filled("composed")).isEqualTo(Gcs.random(100_000));
        assertThat(filled("many/299")).isEqualTo(Gcs.random(299));
        assertThat(gcs.directory.resolve("to/folder")).isEmptyDirectory();
        assertThat(gcs.store.asked(StrictGcs.Kind.MEDIA))
                .as("ranges of the large one")
                .filteredOn(asked -> asked.name().equals("t/large"))
                .hasSizeGreaterThan(1)
                .allSatisfy(asked -> assertThat(asked.query()).containsKey("generation"));
        assertThat(gcs.tokens.issued()).as("one token serves all streams").isEqualTo(1);
    }

    @Test
    void aBitThatTurnsInARangeOfALargeObjectIsFound() throws Exception {
        gcs.store.put("t/large", Gcs.random(30 << 20));
        gcs.store.faults(
                request -> request.kind() == StrictGcs.Kind.MEDIA ? new Fault.Flip(1000) : null);
        RunResult result = fill("--connections", "4");
        assertThat(result.reason()).as(result.message()).isEqualTo(Reason.DIGEST_MISMATCH);
        assertThat(result.message()).contains("t/large", "crc32c");
        assertThat(fill("--connections", "4", "--no-verify").outcome())
                .isEqualTo(Outcome.SUCCEEDED);
    }

    @Test
    void anObjectThatIsWrittenAnewIsBegunAgain() throws Exception {
        gcs.store.put("t/x", Gcs.random(3 << 20));
        AtomicBoolean once = new AtomicBoolean();
        gcs.store.faults(
                request -> {
                    if (request.kind() == StrictGcs.Kind.MEDIA && !once.getAndSet(true)) {
                        gcs.store.put("t/x", Gcs.random(4 << 20));
                    }
                    return null;
                });
        assertThat(fill().outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(filled("x")).isEqualTo(Gcs.random(4 << 20));
    }

    @Test
    void anObjectThatIsGoneEndsTheFill() throws Exception {
        gcs.store.put("t/x", Gcs.random(100));
        gcs.store.faults(
                request -> {
                    if (request.kind() == StrictGcs.Kind.MEDIA) {
                        gcs.store.remove("t/x");
                    }
                    return null;
                });
        RunResult result = fill();
        assertThat(result.reason()).isEqualTo(Reason.OBJECT_CHANGED);
        assertThat(result.message()).contains("object t/x in bucket bucket", "is gone");
    }

    @Test
    void aBucketThatIsNotPublicIsTold() throws Exception {
        RunResult result = fill("--anonymous");
        assertThat(result.reason()).isEqualTo(Reason.ACCESS_DENIED);
        assertThat(result.message()).contains("not public");
    }
}
