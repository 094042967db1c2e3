package dev.cistern.populate.source.azureblob;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.doubles.azure.Asked;
import dev.cistern.doubles.azure.EntraServices;
import dev.cistern.doubles.azure.Fault;
import dev.cistern.doubles.azure.StoredBlob;
import dev.cistern.doubles.azure.StrictAzureBlob;
import dev.cistern.populate.cli.FillCommand;
import dev.cistern.populate.wire.Outcome;
import dev.cistern.populate.wire.Reason;
import dev.cistern.populate.wire.RunResult;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whole fills by the command.
class AzureBlobFillTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @SuppressWarnings("NullAway.Init")
    private Azure azure;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @BeforeEach
    void start() throws IOException {
        azure = new Azure(directory);
    }

    @AfterEach
    void stop() {
        azure.close();
    }

    private RunResult fill(String... options) throws Exception {
        return fill(
                Map.of(
                        "AZURE_STORAGE_CONNECTION_STRING",
                        "AccountName="
                                + StrictAzureBlob.ACCOUNT
                                + ";AccountKey="
                                + azure.store.keys().get(0)
                                + ";BlobEndpoint="
                                + azure.store.endpoint()),
                options);
    }

    private RunResult fill(Map<String, String> environment, String... options) throws Exception {
        out.reset();
        err.reset();
        List<String> all =
                new ArrayList<>(
                        List.of(
                                "az://data/t/",
                                directory.resolve("to").toString(),
                                "--json",
                                "--quiet"));
        all.addAll(List.of(options));
        new FillCommand(
                        environment,
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8))
                .run(all.toArray(String[]::new));
        List<String> lines = out.toString(StandardCharsets.UTF_8).lines().toList();
        assertThat(lines).as(err.toString(StandardCharsets.UTF_8)).isNotEmpty();
        return RunResult.fromJson(lines.getLast());
    }

    private byte[] filled(String path) throws IOException {
        return Files.readAllBytes(directory.resolve("to").resolve(path));
    }

    private List<String> names() throws IOException {
        try (var files = Files.walk(directory.resolve("to"))) {
            return files.filter(Files::isRegularFile)
                    .map(file -> directory.resolve("to").relativize(file).toString())
                    .toList();
        }
    }

    @Test
    void smallLargePackedAndEmptyBlobsArriveVerified() throws Exception {
        byte[] large = Azure.random(60 << 20);
        byte[] packed = Azure.random(500_000);
        azure.store.put("t/large", large);
        azure.store.put(
                StrictAzureBlob.CONTAINER,
                "t/sub/packed",
                packed,
                StoredBlob.md5(packed),
                "gzip",
                Map.of());
        azure.store.put("t/empty", new byte[0]);
        azure.store.put("t/folder/", new byte[0]);
        azure.store.put(
                StrictAzureBlob.CONTAINER,
                "t/marked",
                new byte[0],
                null,
                null,
                Map.of("hdi_isfolder", "true"));
        for (int i = 0; i < 300; i++) {
            azure.store.put("t/many/" + i, Azure.random(i));
        }
        azure.store.pageSize(100);
        RunResult result = fill("--connections", "8");
        assertThat(result.outcome()).as(result.message()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(result.unverified()).isZero();
        assertThat(result.files()).isEqualTo(303);
        assertThat(filled("large")).isEqualTo(large);
        assertThat(filled("sub/packed")).isEqualTo(packed);
        assertThat(filled("many/299")).isEqualTo(Azure.random(299));
        assertThat(directory.resolve("to/folder")).isEmptyDirectory();
        assertThat(directory.resolve("to/marked")).isEmptyDirectory();
        assertThat(azure.store.asked(Asked.Kind.BLOB))
                .as("ranges of the large one")
                .filteredOn(asked -> asked.name().equals("t/large"))
                .hasSizeGreaterThan(1)
                .allSatisfy(asked -> assertThat(asked.headers()).containsKey("if-match"));
    }

    @Test
    void aTreeOfAHierarchicalAccountIsCopiedWithItsEmptyDirectories() throws Exception {
        azure.store.hierarchical(true);
        azure.store.put("t/a/b/c", Azure.random(10));
        azure.store.directory("t/none/at/all");
        azure.store.directory("t/none/at");
        azure.store.directory("t/none");
        RunResult result = fill();
        assertThat(result.outcome()).as(result.message()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(names()).containsExactly("a/b/c");
        assertThat(directory.resolve("to/none/at/all")).isEmptyDirectory();
    }

    @Test
    void aBlobWithoutAnMd5IsCountedAsUnverified() throws Exception {
        azure.store.putBlocks("t/blocks", Azure.random(100_000), null);
        RunResult result = fill();
        assertThat(result.outcome()).as(result.message()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(result.unverified()).isEqualTo(1);
    }

    @Test
    void aBitThatTurnsInARangeOfALargeBlobIsFound() throws Exception {
        azure.store.put("t/large", Azure.random(30 << 20));
        azure.store.faults(
                request -> request.kind() == Asked.Kind.BLOB ? new Fault.Flip(1000) : null);
        RunResult result = fill("--connections", "4");
        assertThat(result.reason()).as(result.message()).isEqualTo(Reason.DIGEST_MISMATCH);
        assertThat(result.message()).contains("t/large", "md5");
        assertThat(names()).doesNotContain("large");
        assertThat(fill("--connections", "4", "--no-verify").outcome())
                .isEqualTo(Outcome.SUCCEEDED);
    }

    @Test
    void cutStalledAndThrottledAnswersAreRepeated() throws Exception {
        byte[] bytes = Azure.random(3 << 20);
        azure.store.put("t/x", bytes);
        azure.store.put("t/y", Azure.random(100));
        AtomicInteger blobs = new AtomicInteger();
        azure.store.faults(
                request -> {
                    if (request.kind() != Asked.Kind.BLOB) {
                        return request.number() == 1
                                ? new Fault.Error(
                                        503, "ServerBusy", "later", Map.of("Retry-After", "1"))
                                : null;
                    }
                    return switch (blobs.getAndIncrement() % 6) {
                        case 0 -> new Fault.Cut(50);
                        case 1 -> new Fault.Stall(70, 300);
                        case 2 -> new Fault.Chunked();
                        case 3 -> new Fault.Error(429, "TooManyRequests", "slow", Map.of());
                        case 4 -> new Fault.Headers(Map.of("Content-MD5", ""));
                        default -> null;
                    };
                });
        RunResult result = fill("--connections", "1");
        assertThat(result.outcome()).as(result.message()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(filled("x")).isEqualTo(bytes);
        assertThat(filled("y")).isEqualTo(Azure.random(100));
    }

    @Test
    void aBlobThatIsShorterThanItIsListedHasNoFileOfItsName() throws Exception {
        azure.store.put("t/x", Azure.random(1000));
        azure.store.faults(
                request ->
                        request.kind() == Asked.Kind.BLOB
                                ? new Fault.Other(
                                        200, Map.of("x-ms-blob-type", "BlockBlob"), "short")
                                : null);
        RunResult result = fill();
        assertThat(result.outcome()).isNotEqualTo(Outcome.SUCCEEDED);
        assertThat(result.message()).contains("t/x");
        assertThat(names()).doesNotContain("x");
    }

    @Test
    void aBlobThatIsWrittenAnewIsBegunAgain() throws Exception {
        azure.store.put("t/x", Azure.random(3 << 20));
        AtomicBoolean once = new AtomicBoolean();
        azure.store.faults(
                request -> {
                    if (request.kind() == Asked.Kind.BLOB && !once.getAndSet(true)) {
                        azure.store.put("t/x", Azure.random(4 << 20));
                    }
                    return null;
                });
        assertThat(fill().outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(filled("x")).isEqualTo(Azure.random(4 << 20));
    }

    @Test
    void anArchivedBlobEndsTheFillAtOnceUnlessItIsExcluded() throws Exception {
        azure.store.put("t/cold", Azure.random(100));
        azure.store.put("t/x", Azure.random(100));
        azure.store.tier("t/cold", "Archive");
        RunResult result = fill();
        assertThat(result.reason()).isEqualTo(Reason.ACCESS_DENIED);
        assertThat(result.message()).contains("object t/cold in container data", "archive tier");
        assertThat(fill("--exclude", "cold").outcome()).isEqualTo(Outcome.SUCCEEDED);
    }

    @Test
    void tokensThatAreRevokedInTheMiddleAreFetchedAnew() throws Exception {
        azure.entra.application("client", "secret");
        azure.tokens.lifetime(Duration.ofHours(1));
        for (int i = 0; i < 50; i++) {
            azure.store.put("t/" + i, Azure.random(1000));
        }
        AtomicInteger asked = new AtomicInteger();
        azure.store.faults(
                request -> {
                    if (asked.incrementAndGet() % 20 == 0) {
                        azure.tokens.revokeAll();
                    }
                    return null;
                });
        RunResult result =
                fill(
                        Map.of(
                                "AZURE_STORAGE_ACCOUNT",
                                StrictAzureBlob.ACCOUNT,
                                "AZURE_CLIENT_ID",
                                "client",
                                "AZURE_TENANT_ID",
                                EntraServices.TENANT,
                                "AZURE_CLIENT_SECRET",
                                "secret",
                                "AZURE_AUTHORITY_HOST",
                                azure.entra.url()),
                        "--endpoint",
                        azure.store.endpoint());
        assertThat(result.outcome()).as(result.message()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(azure.tokens.issued()).isGreaterThan(1);
    }

    @Test
    void aContainerThatIsNotPublicIsTold() throws Exception {
        RunResult result = fill("--anonymous");
        assertThat(result.reason()).isEqualTo(Reason.ACCESS_DENIED);
        assertThat(result.message()).contains("not public");
    }

    @Test
    void aWrongKeyIsToldAndNotShown() throws Exception {
        String key = dev.cistern.doubles.azure.AccountKeys.key("wrong");
        RunResult result =
                fill(
                        Map.of(
                                "AZURE_STORAGE_ACCOUNT",
                                StrictAzureBlob.ACCOUNT,
                                "AZURE_STORAGE_KEY",
                                key,
                                "AZURE_STORAGE_SERVICE_ENDPOINT",
                                azure.store.endpoint()));
        assertThat(result.reason()).isEqualTo(Reason.INVALID_CREDENTIALS);
        assertThat(result.message()).contains("AuthenticationFailed").doesNotContain(key);
    }
}
