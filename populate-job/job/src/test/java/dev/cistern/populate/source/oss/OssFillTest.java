package dev.cistern.populate.source.oss;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.doubles.oss.Accounts;
import dev.cistern.doubles.oss.Fault;
import dev.cistern.doubles.oss.StrictOss;
import dev.cistern.doubles.oss.StrictSts;
import dev.cistern.populate.cli.FillCommand;
import dev.cistern.populate.http.Keytool;
import dev.cistern.populate.wire.Outcome;
import dev.cistern.populate.wire.Reason;
import dev.cistern.populate.wire.RunResult;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whole fills by the command.
class OssFillTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @SuppressWarnings("NullAway.Init")
    private Oss oss;

    private final Map<String, String> environment = new HashMap<>();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @BeforeEach
    void start() throws IOException {
        oss = new Oss(directory);
        environment.put("OSS_ENDPOINT", oss.store.endpoint());
        environment.put("OSS_REGION", StrictOss.REGION);
        environment.put("OSS_ACCESS_KEY_ID", oss.key.id());
        environment.put("OSS_ACCESS_KEY_SECRET", oss.key.secret());
    }

    @AfterEach
    void stop() {
        oss.close();
    }

    private RunResult fill(String... options) throws Exception {
        out.reset();
        err.reset();
        List<String> all =
                new ArrayList<>(
                        List.of(
                                "oss://bucket/t/",
                                directory.resolve("to").toString(),
                                "--json",
                                "--quiet"));
        all.addAll(List.of(options));
        new FillCommand(
                        environment,
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8))
                .run(all.toArray(String[]::new));
        String json = out.toString(StandardCharsets.UTF_8).lines().toList().getLast();
        return RunResult.fromJson(json);
    }

    private byte[] filled(String path) throws IOException {
        return Files.readAllBytes(directory.resolve("to").resolve(path));
    }

    private boolean nothingVisible() throws IOException {
        Path to = directory.resolve("to");
        if (!Files.exists(to)) {
            return true;
        }
        try (var files = Files.list(to)) {
            return files.allMatch(file -> file.endsWith(".cistern"));
        }
    }

    @Test
    void objectsOfEveryKindArriveVerified() throws Exception {
        byte[] large = Oss.random(60 << 20);
        oss.store.put("t/large", large);
        oss.store.putMultipart("t/parts", Oss.random(20 << 20));
        oss.store.putWithoutCrc("t/old", Oss.random(3 << 20));
        oss.store.put("t/sub/packed", Oss.random(500_000), "text/plain", "gzip");
        oss.store.put("t/sub/text", new byte[50_000], "text/plain", null);
        oss.store.put("t/empty", new byte[0]);
        oss.store.put("t/folder/", new byte[0]);
        oss.store.put("elsewhere/target", Oss.random(100_000));
        oss.store.symlink("t/link", "elsewhere/target");
        for (int i = 0; i < 300; i++) {
            oss.store.put("t/many/" + i, Oss.random(i));
        }
        oss.store.pageSize(100);
        RunResult result = fill("--connections", "8");
        assertThat(result.outcome()).as(result.message()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(result.unverified()).isZero();
        assertThat(result.files()).isEqualTo(307);
        assertThat(filled("large")).isEqualTo(large);
        assertThat(filled("parts")).isEqualTo(Oss.random(20 << 20));
        assertThat(filled("old")).isEqualTo(Oss.random(3 << 20));
        assertThat(filled("sub/packed")).isEqualTo(Oss.random(500_000));
        assertThat(filled("sub/text")).isEqualTo(new byte[50_000]);
        assertThat(filled("link")).isEqualTo(Oss.random(100_000));
        assertThat(filled("many/299")).isEqualTo(Oss.random(299));
        assertThat(filled("empty")).isEmpty();
        assertThat(directory.resolve("to/folder")).isEmptyDirectory();
        assertThat(oss.store.asked(StrictOss.Kind.GET))
                .as("ranges of the large one")
                .filteredOn(asked -> asked.key().equals("t/large"))
                .hasSizeGreaterThan(1)
                .allSatisfy(asked -> assertThat(asked.headers()).containsKey("if-match"));
    }

    @Test
    void aBitThatTurnsInARangeOfALargeObjectIsFound() throws Exception {
        oss.store.putMultipart("t/large", Oss.random(30 << 20));
        oss.store.faults(
                request -> request.kind() == StrictOss.Kind.GET ? new Fault.Flip(1000) : null);
        RunResult result = fill("--connections", "4");
        assertThat(result.reason()).as(result.message()).isEqualTo(Reason.DIGEST_MISMATCH);
        assertThat(result.message()).contains("t/large", "crc64ecma");
        assertThat(nothingVisible()).isTrue();
        assertThat(fill("--connections", "4", "--no-verify").outcome())
                .isEqualTo(Outcome.SUCCEEDED);
    }

    @Test
    void throttlingAndCutBodiesAreGotOver() throws Exception {
        for (int i = 0; i < 20; i++) {
            oss.store.put("t/" + i, Oss.random(100_000 + i));
        }
        AtomicInteger asked = new AtomicInteger();
        oss.store.faults(
                request ->
                        switch (asked.incrementAndGet() % 4) {
                            case 1 ->
                                    new Fault.Error(
                                            503,
                                            "DownloadTrafficRateLimitExceeded",
                                            "Please slow down.");
                            case 3 ->
                                    request.kind() == StrictOss.Kind.GET
                                            ? new Fault.Cut(50_000)
                                            : null;
                            default -> null;
                        });
        RunResult result = fill("--connections", "4");
        assertThat(result.outcome()).as(result.message()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(oss.store.asked(StrictOss.Kind.GET)).hasSizeGreaterThan(20);
        for (int i = 0; i < 20; i++) {
            assertThat(filled("" + i)).isEqualTo(Oss.random(100_000 + i));
        }
    }

    @Test
    void anObjectThatIsWrittenAnewIsBegunAgain() throws Exception {
        oss.store.put("t/x", Oss.random(3 << 20));
        AtomicBoolean once = new AtomicBoolean();
        oss.store.faults(
                request -> {
                    if (request.kind() == StrictOss.Kind.GET && !once.getAndSet(true)) {
                        oss.store.put("t/x", Oss.random(4 << 20));
                    }
                    return null;
                });
        assertThat(fill().outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(filled("x")).isEqualTo(Oss.random(4 << 20));
    }

    @Test
    void finalWordsEndTheFillAtOnceAndSayWhatToDo() throws Exception {
        oss.store.archive("t/cold", Oss.random(1000), "ColdArchive", null);
        RunResult result = fill();
        assertThat(result.reason()).as(result.message()).isEqualTo(Reason.ACCESS_DENIED);
        assertThat(result.message()).contains("t/cold", "archived", "ossutil restore");
        assertThat(nothingVisible()).isTrue();
        assertThat(fill("--exclude", "cold").reason()).isEqualTo(Reason.EMPTY_SOURCE);
        oss.store.remove("t/cold");
        oss.store.symlink("t/nowhere", "gone");
        result = fill();
        assertThat(result.reason()).as(result.message()).isEqualTo(Reason.NO_SUCH_OBJECT);
        assertThat(result.message()).contains("t/nowhere", "symlink");
        oss.store.remove("t/nowhere");
        oss.store.put("t/x", Oss.random(10));
        oss.store.deniesObjects(Oss.READER);
        assertThat(fill().message()).contains("oss:GetObject");
        environment.put("OSS_ACCESS_KEY_SECRET", "wrong");
        assertThat(fill().reason()).isEqualTo(Reason.INVALID_CREDENTIALS);
        environment.remove("OSS_ACCESS_KEY_SECRET");
        assertThat(fill().message()).contains("OSS_ACCESS_KEY_SECRET is not set");
    }

    @Test
    void aRolesKeysLastAsLongAsTheFill() throws Exception {
        String role = "acs:ram::1:role/r";
        Path token = Files.writeString(directory.resolve("token"), "pod");
        oss.accounts.lifetime(Duration.ofSeconds(2));
        for (int i = 0; i < 40; i++) {
            oss.store.put("t/" + i, Oss.random(100_000));
        }
        try (StrictSts sts = new StrictSts(oss.accounts)) {
            sts.trusts(role, "acs:ram::1:oidc-provider/p", "pod"::equals);
            environment.keySet().removeIf(name -> name.startsWith("OSS_ACCESS"));
            environment.put("ALIBABA_CLOUD_ROLE_ARN", role);
            environment.put("ALIBABA_CLOUD_OIDC_PROVIDER_ARN", "acs:ram::1:oidc-provider/p");
            environment.put("ALIBABA_CLOUD_OIDC_TOKEN_FILE", token.toString());
            RunResult result =
                    fill("--connections", "2", "--limit-rate", "1M", "--sts-endpoint", sts.url());
            assertThat(result.outcome()).as(result.message()).isEqualTo(Outcome.SUCCEEDED);
            assertThat(sts.asked()).as("keys of 2 s in a fill of 4 s").hasSizeGreaterThan(1);
        }
    }

    @Test
    void anAuthorityIsTrustedOnceItIsGiven() throws Exception {
        Keytool tool = new Keytool(directory.resolve("keys.p12"));
        tool.pair("oss", "-ext", "san=ip:127.0.0.1");
        KeyManagerFactory managers =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(tool.load(), Keytool.PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        try (StrictOss secure =
                new StrictOss(
                        StrictOss.BUCKET,
                        oss.accounts,
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        context)) {
            secure.put("t/x", Oss.random(2 << 20));
            environment.put("OSS_ENDPOINT", secure.endpoint());
            RunResult result = fill();
            assertThat(result.reason()).isEqualTo(Reason.INVALID_CONFIGURATION);
            assertThat(result.message()).contains("certificate");
            assertThat(secure.asked()).isEmpty();
            Path pem =
                    Files.writeString(
                            directory.resolve("ca.pem"),
                            Keytool.pem(tool.load().getCertificate("oss")));
            assertThat(fill("--ca-file", pem.toString()).outcome()).isEqualTo(Outcome.SUCCEEDED);
            assertThat(filled("x")).isEqualTo(Oss.random(2 << 20));
        }
    }

    @Test
    void anAccountThatMayNotListIsToldSo() throws Exception {
        Accounts.Key other = oss.accounts.key("other");
        environment.put("OSS_ACCESS_KEY_ID", other.id());
        environment.put("OSS_ACCESS_KEY_SECRET", other.secret());
        oss.store.put("t/x", Oss.random(10));
        oss.store.deniesListing("other");
        RunResult result = fill();
        assertThat(result.reason()).isEqualTo(Reason.ACCESS_DENIED);
        assertThat(result.message()).contains("oss:ListObjects", "RequestId");
    }
}
