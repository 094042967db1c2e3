package dev.cistern.populate.source.huggingface;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.cistern.doubles.huggingface.HubFault;
import dev.cistern.doubles.huggingface.HubRepo;
import dev.cistern.doubles.huggingface.StrictHub.Kind;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.source.rest.Json;
import dev.cistern.populate.testing.PythonPackage;
import dev.cistern.populate.wire.HuggingFaceAuth;
import dev.cistern.populate.wire.Reason;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The Hub's own client reads from the strict Hub what this store reads from it, and fails where it fails: so the
/// strict one is true to the protocol, and this store to the client.
class HuggingFaceClientIT {
    private static final Path SCRIPT = Path.of("src/test/resources/huggingface_client.py");

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @SuppressWarnings("NullAway.Init")
    private Hub hub;

    @SuppressWarnings("NullAway.Init")
    private PythonPackage client;

    @BeforeEach
    void start() throws Exception {
        hub = new Hub(directory);
        client = PythonPackage.of("huggingface_hub", "2.4.0");
    }

    @AfterEach
    void stop() {
        hub.close();
    }

    private Json official(
            String what,
            String kind,
            String repo,
            @Nullable String revision,
            @Nullable String token)
            throws Exception {
        Map<String, String> variables = new HashMap<>();
        variables.put("HF_ENDPOINT", hub.server.endpoint());
        variables.put("HF_HOME", Files.createTempDirectory(directory, "home").toString());
        // The double has no content-addressed storage: files come by their links.
        variables.put("HF_HUB_DISABLE_XET", "1");
        variables.put("HF_HUB_DISABLE_TELEMETRY", "1");
        variables.put("HF_HUB_DISABLE_PROGRESS_BARS", "1");
        if (token != null) {
            variables.put("HF_TOKEN", token);
        }
        String printed =
                client.script(
                        SCRIPT,
                        variables,
                        what,
                        kind,
                        repo,
                        revision == null ? "-" : revision,
                        what.equals("info")
                                ? "sub/a b+c"
                                : Files.createTempDirectory(directory, "to").toString());
        return Json.parse(printed.lines().toList().getLast().getBytes(StandardCharsets.UTF_8));
    }

    private static void plant(HubRepo repo) {
        repo.put("config.json", Hub.random(700));
        repo.put("empty", new byte[0]);
        repo.put("sub/a b+c", Hub.random(5));
        repo.put("sub/ключ #?&%25.txt", Hub.random(50));
        repo.putLfs("model-00001.bin", Hub.random(300_000));
        repo.putXet("sub/deep/model-00002.safetensors", Hub.random(400_001));
        repo.putLfs("empty.bin", new byte[0]);
    }

    private Map<String, String> ours(String path) throws Exception {
        Map<String, String> files = new TreeMap<>();
        try (Source source = hub.open(path)) {
            for (SourceObject file : Hub.list(source)) {
                byte[] bytes = file.size() == 0 ? new byte[0] : Hub.read(source, file);
                files.put(
                        file.id(),
                        HexFormat.of()
                                .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)));
            }
        }
        return files;
    }

    private Map<String, String> theirs(Json result, Map<String, String> named) {
        assertThat(result.get("error").text()).isNull();
        Map<String, String> files = new TreeMap<>();
        for (String name : named.keySet()) {
            String digest = result.get("files").get(name).text();
            if (digest != null) {
                files.put(name, digest);
            }
        }
        return files;
    }

    @Test
    void theSameBytesComeOfReposOfEveryKind() throws Exception {
        for (String kind : List.of("models", "datasets", "spaces")) {
            HubRepo repo = hub.server.repo(kind, "org/name");
            plant(repo);
            hub.server.pageSize(3);
            String prefix = "hf://" + kind + "/org/name";
            Map<String, String> ours = ours(prefix);
            assertThat(ours).hasSizeGreaterThanOrEqualTo(7);
            assertThat(theirs(official("snapshot", kind, "org/name", null, Hub.TOKEN), ours))
                    .isEqualTo(ours);
        }
    }

    @Test
    void theSameFilesAreListedWithTheSameDigests() throws Exception {
        plant(hub.repo);
        Json entries = official("tree", "models", "org/name", null, Hub.TOKEN).get("entries");
        try (Source source = hub.open("org/name")) {
            List<SourceObject> files = Hub.list(source);
            assertThat(files).hasSize(8);
            for (SourceObject file : files) {
                List<Json> theirs = entries.get(file.id()).items();
                String sha256 = theirs.get(2).text();
                assertThat(file.size()).isEqualTo(theirs.get(0).number());
                assertThat(file.version())
                        .isEqualTo(
                                sha256 == null ? "git:" + theirs.get(1).text() : "lfs:" + sha256);
            }
        }
    }

    @Test
    void aRevisionIsTheSameCommit() throws Exception {
        plant(hub.repo);
        String tagged = hub.repo.put("sub/a b+c", Hub.random(6));
        hub.repo.name("refs/pr/7", tagged);
        String head = hub.repo.put("sub/a b+c", Hub.random(7));
        for (Map.Entry<String, String> known :
                Map.of("main", head, "refs/pr/7", tagged).entrySet()) {
            Json info = official("info", "models", "org/name", known.getKey(), Hub.TOKEN);
            try (Source source = hub.open("org/name@" + known.getKey() + "/sub/a b+c")) {
                List<SourceObject> files = Hub.list(source);
                assertThat(source.revision())
                        .isEqualTo(known.getValue())
                        .isEqualTo(info.get("sha").text())
                        .isEqualTo(info.get("only").text());
                assertThat(files).hasSize(1);
                assertThat(info.get("paths").get("sub/a b+c").number())
                        .isEqualTo(files.getFirst().size());
            }
        }
    }

    @Test
    void aRenamedRepoIsReadByBoth() throws Exception {
        HubRepo repo = hub.server.repo("models", "old/name");
        plant(repo);
        hub.server.rename("models", "old/name", "new/name");
        Map<String, String> ours = ours("old/name");
        assertThat(theirs(official("snapshot", "models", "old/name", null, Hub.TOKEN), ours))
                .isEqualTo(ours);
    }

    private Reason refusal(String path, @Nullable String token) throws Exception {
        HuggingFaceAuth auth =
                token == null
                        ? new HuggingFaceAuth.Anonymous()
                        : new HuggingFaceAuth.TokenFile(
                                Files.writeString(directory.resolve("other"), token).toString());
        try (Source source = Hub.open(hub.spec(path, auth))) {
            Throwable thrown =
                    catchThrowable(
                            () -> {
                                for (SourceObject file : Hub.list(source)) {
                                    Hub.read(source, file);
                                }
                            });
            assertThat(thrown).isInstanceOf(SourceException.class);
            return ((SourceException) thrown).reason();
        }
    }

    @Test
    void bothAreRefusedForTheSameReasons() throws Exception {
        plant(hub.repo);
        HubRepo gated = hub.server.repo("models", "org/gated");
        plant(gated);
        gated.gate("somebody");
        hub.server.repo("models", "org/private").restrictTo("somebody");
        hub.server.repo("models", "org/off").disable();
        record Case(
                String repo,
                @Nullable String revision,
                @Nullable String token,
                String theirs,
                Reason ours) {}
        for (Case one :
                List.of(
                        new Case(
                                "org/gated",
                                null,
                                Hub.TOKEN,
                                "GatedRepoError",
                                Reason.ACCESS_DENIED),
                        new Case("org/gated", null, null, "GatedRepoError", Reason.ACCESS_DENIED),
                        new Case(
                                "org/private",
                                null,
                                Hub.TOKEN,
                                "RepositoryNotFoundError",
                                Reason.NO_SUCH_BUCKET),
                        new Case(
                                "org/missing",
                                null,
                                null,
                                "RepositoryNotFoundError",
                                Reason.NO_SUCH_BUCKET),
                        new Case(
                                "org/name",
                                "v9",
                                Hub.TOKEN,
                                "RevisionNotFoundError",
                                Reason.NO_SUCH_OBJECT),
                        new Case(
                                "org/off",
                                null,
                                Hub.TOKEN,
                                "DisabledRepoError",
                                Reason.ACCESS_DENIED),
                        new Case(
                                "org/name",
                                null,
                                "hf_wrong",
                                "HfHubHTTPError",
                                Reason.INVALID_CREDENTIALS))) {
            Json theirs = official("snapshot", "models", one.repo, one.revision, one.token);
            assertThat(theirs.get("error").text())
                    .as("%s: %s", one, theirs.get("message").text())
                    .isEqualTo(one.theirs);
            String path = one.repo + (one.revision == null ? "" : "@" + one.revision);
            assertThat(refusal(path, one.token)).as("%s", one).isEqualTo(one.ours);
        }
    }

    @Test
    void bothSeeWhenTheHubServesAgain() throws Exception {
        hub.server.faults(
                request ->
                        request.kind() == Kind.REVISION || request.kind() == Kind.TREE
                                ? new HubFault.Error(
                                        429,
                                        "",
                                        "slow down",
                                        Map.of("RateLimit", "\"api\";r=0;t=55"))
                                : null);
        Json theirs = official("info", "models", "org/name", null, Hub.TOKEN);
        assertThat(theirs.get("status").number()).isEqualTo(429);
        assertThat(theirs.get("message").text()).contains("Retry after 55 seconds");
        try (Source source = hub.open("org/name")) {
            Throwable ours = catchThrowable(() -> Hub.list(source));
            assertThat(ours)
                    .isInstanceOfSatisfying(
                            SourceException.Retryable.class,
                            e -> assertThat(e.afterMillis()).isEqualTo(56_000));
        }
    }
}
