package dev.cistern.populate.source.huggingface;

import static dev.cistern.populate.source.huggingface.Hub.random;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.doubles.huggingface.HubFault;
import dev.cistern.doubles.huggingface.StrictHub.Kind;
import dev.cistern.populate.cli.FillCommand;
import dev.cistern.populate.job.PopulateJob;
import dev.cistern.populate.wire.HuggingFaceAuth;
import dev.cistern.populate.wire.HuggingFaceSpec;
import dev.cistern.populate.wire.Outcome;
import dev.cistern.populate.wire.Reason;
import dev.cistern.populate.wire.RunResult;
import dev.cistern.populate.wire.RunSpec;
import dev.cistern.populate.wire.SourceRevision;
import dev.cistern.populate.wire.SourceSpec;
import dev.cistern.populate.wire.Verify;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whole fills, by the command and as a Job.
class HuggingFaceFillTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @SuppressWarnings("NullAway.Init")
    private Hub hub;

    private final Map<String, String> environment = new HashMap<>();

    @BeforeEach
    void start() throws IOException {
        hub = new Hub(directory);
        environment.put("HF_ENDPOINT", hub.server.endpoint());
        environment.put("HF_TOKEN_PATH", hub.tokenFile.toString());
    }

    @AfterEach
    void stop() {
        hub.close();
    }

    private RunResult fill(String source, String... options) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        List<String> all =
                new ArrayList<>(
                        List.of(source, directory.resolve("to").toString(), "--json", "--quiet"));
        all.addAll(List.of(options));
        new FillCommand(
                        environment,
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8))
                .run(all.toArray(String[]::new));
        return RunResult.fromJson(out.toString(StandardCharsets.UTF_8).lines().toList().getLast());
    }

    private byte[] filled(String path) throws IOException {
        return Files.readAllBytes(directory.resolve("to").resolve(path));
    }

    private List<String> files(String target) throws IOException {
        Path root = directory.resolve(target);
        try (Stream<Path> all = Files.walk(root)) {
            return all.filter(Files::isRegularFile)
                    .map(file -> root.relativize(file).toString())
                    .sorted()
                    .toList();
        }
    }

    @Test
    void smallLargeAndEmptyFilesArriveVerified() throws Exception {
        byte[] large = random(60 << 20);
        hub.repo.putXet("large.safetensors", large);
        hub.repo.putLfs("sub/lfs.bin", random(3 << 20));
        hub.repo.put("sub/empty", new byte[0]);
        for (int i = 0; i < 300; i++) {
            hub.repo.put("many/" + i, random(i));
        }
        hub.server.pageSize(100);
        RunResult result = fill("hf://org/name", "--connections", "8");
        assertThat(result.outcome()).as(result.message()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(result.unverified()).isZero();
        assertThat(result.files()).isEqualTo(304);
        assertThat(result.revisions()).hasSize(1);
        assertThat(filled("large.safetensors")).isEqualTo(large);
        assertThat(filled("sub/lfs.bin")).isEqualTo(random(3 << 20));
        assertThat(filled("sub/empty")).isEmpty();
        assertThat(filled("many/299")).isEqualTo(random(299));
        assertThat(filled(".gitattributes")).isNotEmpty();
        assertThat(hub.server.asked(Kind.NETWORK))
                .as("ranges of the large one")
                .hasSizeGreaterThan(2);
    }

    @Test
    void includeAndExcludeChooseBelowThePath() throws Exception {
        hub.repo.put("sub/a.json", random(3));
        hub.repo.put("sub/deep/b.json", random(4));
        hub.repo.put("sub/c.bin", random(5));
        hub.repo.put("d.json", random(6));
        fill("hf://org/name@main/sub", "--include", "**/*.json", "--exclude", "deep/**");
        assertThat(files("to")).containsExactly("a.json");
    }

    @Test
    void aBitThatTurnsIsFoundInWhatGitKeepsAndInWhatLfsKeeps() throws Exception {
        hub.repo.put("small", random(5000));
        hub.repo.putLfs("large", random(30 << 20));
        for (String name : List.of("small", "large")) {
            Kind where = name.equals("small") ? Kind.CACHED : Kind.NETWORK;
            hub.server.faults(request -> request.kind() == where ? new HubFault.Flip(1000) : null);
            RunResult result = fill("hf://org/name/" + name, "--connections", "4");
            assertThat(result.reason()).as(result.message()).isEqualTo(Reason.DIGEST_MISMATCH);
            assertThat(result.message())
                    .contains(name, name.equals("small") ? "gitblob" : "sha256");
            assertThat(files("to"))
                    .as("no file with wrong bytes under its name")
                    .doesNotContain(name);
        }
    }

    @Test
    void whatIsCutIsGoneOnWith() throws Exception {
        byte[] large = random(40 << 20);
        hub.repo.putXet("large", large);
        AtomicInteger cuts = new AtomicInteger();
        hub.server.faults(
                request ->
                        request.kind() == Kind.NETWORK && cuts.incrementAndGet() <= 3
                                ? new HubFault.Cut(1 << 20)
                                : null);
        RunResult result = fill("hf://org/name", "--connections", "2");
        assertThat(result.outcome()).as(result.message()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(filled("large")).isEqualTo(large);
    }

    @Test
    void aHubThatIsAskedTooMuchIsWaitedFor() throws Exception {
        hub.repo.put("a", random(10));
        AtomicInteger refused = new AtomicInteger();
        hub.server.faults(
                request ->
                        request.kind() != Kind.NETWORK && refused.incrementAndGet() % 2 == 1
                                ? new HubFault.Error(
                                        429,
                                        "",
                                        "slow down",
                                        Map.of("RateLimit", "\"api\";r=0;t=0"))
                                : null);
        RunResult result = fill("hf://org/name");
        assertThat(result.outcome()).as(result.message()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(refused.get()).isGreaterThan(4);
    }

    @Test
    void whatMayNotBeReadEndsAtOnceAndLeavesNothing() throws Exception {
        hub.repo.put("a", random(10));
        hub.repo.gate("somebody");
        RunResult result = fill("hf://org/name");
        assertThat(result.reason()).isEqualTo(Reason.ACCESS_DENIED);
        assertThat(result.terminal()).isTrue();
        assertThat(result.message()).contains("it is gated: accept its conditions on");
        assertThat(files("to")).isEmpty();
    }

    /// Some files of a repo, such as those that an organization restricts, may be refused while it can be listed.
    @Test
    void aFileThatMayNotBeReadIsNamed() throws Exception {
        hub.repo.put("a", random(10));
        hub.repo.put("secret", random(10));
        hub.server.faults(
                request ->
                        request.kind() == Kind.RESOLVE && request.path().equals("secret")
                                ? new HubFault.Error(
                                        403, "", "You may not read this file", Map.of())
                                : null);
        RunResult result = fill("hf://org/name");
        assertThat(result.reason()).isEqualTo(Reason.ACCESS_DENIED);
        assertThat(result.message())
                .contains("object secret in model org/name", "You may not read this file");
    }

    // ---- as a Job

    private RunResult job(int attempt, @Nullable String commit) throws Exception {
        HuggingFaceSpec store =
                hub.spec(
                        "org/name",
                        commit,
                        new HuggingFaceAuth.TokenFile(hub.tokenFile.toString()));
        RunSpec spec =
                new RunSpec(
                        new RunSpec.Run("team-a", "data", "uid-1", attempt),
                        List.of(SourceSpec.of(store)),
                        Files.createDirectories(directory.resolve("volume")).toString(),
                        0,
                        Verify.FULL,
                        RunSpec.Limits.CHOOSE,
                        null);
        Path message = directory.resolve("message");
        new PopulateJob(
                        Map.of(
                                "CISTERN_RUN",
                                spec.toJson(),
                                "CISTERN_TERMINATION_MESSAGE",
                                message.toString()),
                        new PrintStream(java.io.OutputStream.nullOutputStream()),
                        step -> {})
                .run();
        return RunResult.fromJson(Files.readString(message));
    }

    @Test
    void anAttemptAfterTheBranchHasMovedFillsFromTheCommitOfTheFirst() throws Exception {
        hub.repo.put("config.json", random(10));
        String commit = hub.repo.putLfs("weights.bin", random(1 << 20));
        hub.server.faults(
                request ->
                        request.kind() == Kind.NETWORK
                                ? new HubFault.Error(403, "GatedRepo", "no more", Map.of())
                                : null);
        RunResult first = job(1, null);
        assertThat(first.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(first.revisions()).containsExactly(new SourceRevision(0, commit));

        hub.server.faults(request -> null);
        hub.repo.put("config.json", random(20));
        hub.repo.put("added", random(30));
        HuggingFaceSpec spec = hub.spec("org/name", new HuggingFaceAuth.Anonymous());
        String pinned =
                ((HuggingFaceSpec) spec.at(first.revisions().getFirst().revision())).commit();
        RunResult second = job(2, pinned);

        assertThat(second.outcome()).as(second.message()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(second.revisions()).isEqualTo(first.revisions());
        assertThat(files("volume")).containsExactly(".gitattributes", "config.json", "weights.bin");
        assertThat(Files.readAllBytes(directory.resolve("volume/config.json")))
                .isEqualTo(random(10));
    }

    /// Where nobody knows what the first attempt read, what it left is brought to what is read now.
    @Test
    void whatAnAttemptOfAnotherCommitLeftIsReplaced() throws Exception {
        hub.repo.put("config.json", random(10));
        hub.repo.put("removed", random(11));
        hub.repo.putLfs("weights.bin", random(1 << 20));
        hub.server.faults(
                request ->
                        request.kind() == Kind.NETWORK
                                ? new HubFault.Error(403, "GatedRepo", "no more", Map.of())
                                : null);
        assertThat(job(1, null).outcome()).isEqualTo(Outcome.FAILED);

        hub.server.faults(request -> null);
        hub.repo.put("config.json", random(20));
        hub.repo.remove("removed");
        assertThat(job(2, null).outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(files("volume")).containsExactly(".gitattributes", "config.json", "weights.bin");
        assertThat(Files.readAllBytes(directory.resolve("volume/config.json")))
                .isEqualTo(random(20));
    }
}
