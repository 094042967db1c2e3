package dev.cistern.populate.source.oss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cistern.doubles.oss.Accounts;
import dev.cistern.doubles.oss.StrictOss;
import dev.cistern.populate.job.PopulateJob;
import dev.cistern.populate.testing.FaultyS3;
import dev.cistern.populate.wire.OssAuth;
import dev.cistern.populate.wire.OssSpec;
import dev.cistern.populate.wire.Outcome;
import dev.cistern.populate.wire.Reason;
import dev.cistern.populate.wire.RunResult;
import dev.cistern.populate.wire.RunSpec;
import dev.cistern.populate.wire.SourceSpec;
import dev.cistern.populate.wire.Verify;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Attempts of a run as Jobs make them.
class OssJobTest {
    private static final int FILES = 40;
    private static final int BYTES = 100_000;

    /// As the other server says.
    private static final Instant WRITTEN = Instant.parse("2026-01-02T03:04:05.678Z");

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    private RunResult attempt(String run, Map<String, String> more) throws Exception {
        Path message = directory.resolve("message");
        Map<String, String> environment = new HashMap<>(more);
        environment.put("CISTERN_RUN", run);
        environment.put("CISTERN_TERMINATION_MESSAGE", message.toString());
        new PopulateJob(environment, new PrintStream(OutputStream.nullOutputStream()), step -> {})
                .run();
        return RunResult.fromJson(Files.readString(message));
    }

    /// As the controller of the version before wrote it for OSS. Files get their names once a second: it is slow enough
    /// for some.
    private static String before(String endpoint, Path volume) {
        return """
        {"version":2,"run":{"namespace":"team-a","pvc":"data","uid":"uid-1","attempt":1},
         "sources":[{"store":{"type":"s3","endpoint":"%s","region":"cn-hangzhou","pathStyle":true,
             "tls":{"skipVerification":false,"caFile":null,"caPem":null},"bucket":"bucket","prefix":"t/",
             "auth":{"mode":"accessKey"}},
           "into":"","include":[],"exclude":[],"sha256":null}],
         "target":"%s","capacityBytes":0,"verify":"full",
         "limits":{"bytesPerSecond":1000000,"memoryBytes":0,"connections":2}}
        """
                .formatted(endpoint, volume);
    }

    private static String now(OssSpec store, Path volume) {
        return new RunSpec(
                        new RunSpec.Run("team-a", "data", "uid-1", 2),
                        List.of(SourceSpec.of(store)),
                        volume.toString(),
                        0,
                        Verify.FULL,
                        new RunSpec.Limits(0, 0, 2),
                        null)
                .toJson();
    }

    /// The kernel may hold the port of the server before for a moment.
    private static StrictOss onPort(Accounts accounts, int port) {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        return await("port " + port)
                .ignoreException(BindException.class)
                .until(
                        () -> new StrictOss(StrictOss.BUCKET, accounts, address, null),
                        Objects::nonNull);
    }

    private static String tag(byte[] bytes) throws Exception {
        return '"'
                + HexFormat.of()
                        .withUpperCase()
                        .formatHex(MessageDigest.getInstance("MD5").digest(bytes))
                + '"';
    }

    /// The controller of the version before wrote `S3Spec` for OSS. Its attempt is run as it is, and this version's
    /// next attempt, which asks by OSS's own protocol, fetches nothing again.
    @Test
    void whatAnAttemptOverTheInterfaceOfS3LeftIsGoneOnWith() throws Exception {
        Path volume = Files.createDirectory(directory.resolve("volume"));
        int port;
        try (FaultyS3 before = new FaultyS3()) {
            port = URI.create(before.endpoint()).getPort();
            for (int i = 0; i < FILES; i++) {
                byte[] bytes = Oss.random(BYTES + i);
                before.putWithETag("t/" + i, bytes, tag(bytes), Map.of());
            }
            AtomicInteger read = new AtomicInteger();
            before.faults(
                    asked ->
                            asked.method().equals("GET")
                                            && !asked.listing()
                                            && read.incrementAndGet() > FILES - 10
                                    ? new FaultyS3.Fault.Status(403, "AccessDenied", Map.of())
                                    : null);
            RunResult first =
                    attempt(
                            before(before.endpoint(), volume),
                            Map.of(
                                    "CISTERN_SOURCE_0_ACCESS_KEY_ID",
                                    FaultyS3.KEY_ID,
                                    "CISTERN_SOURCE_0_SECRET_ACCESS_KEY",
                                    FaultyS3.SECRET));
            assertThat(first.reason()).as(first.message()).isEqualTo(Reason.ACCESS_DENIED);
        }
        Accounts accounts = new Accounts();
        try (StrictOss now = onPort(accounts, port)) {
            for (int i = 0; i < FILES; i++) {
                now.put("t/" + i, Oss.random(BYTES + i), WRITTEN);
            }
            Path keys = Files.createDirectory(directory.resolve("keys"));
            Oss.write(keys, accounts.key("reader"));
            RunResult second =
                    attempt(
                            now(
                                    Oss.spec(
                                            now.endpoint(),
                                            StrictOss.BUCKET,
                                            "t/",
                                            null,
                                            false,
                                            new OssAuth.AccessKey(keys.toString())),
                                    volume),
                            Map.of());
            assertThat(second.outcome()).as(second.message()).isEqualTo(Outcome.SUCCEEDED);
            assertThat(second.bytesResumed()).isPositive();
            assertThat(now.asked(StrictOss.Kind.GET)).hasSizeLessThan(FILES);
            assertThat(second.bytesResumed() + second.bytesFetched()).isEqualTo(second.bytes());
        }
        for (int i = 0; i < FILES; i++) {
            assertThat(directory.resolve("volume/" + i)).hasBinaryContent(Oss.random(BYTES + i));
        }
    }
}
