package dev.cistern.populate.source.huggingface;

import static dev.cistern.populate.source.huggingface.Hub.list;
import static dev.cistern.populate.source.huggingface.Hub.random;
import static dev.cistern.populate.source.huggingface.Hub.read;
import static dev.cistern.populate.source.huggingface.Hub.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.doubles.huggingface.HubFault;
import dev.cistern.doubles.huggingface.HubRepo;
import dev.cistern.doubles.huggingface.StrictHub;
import dev.cistern.doubles.huggingface.StrictHub.Kind;
import dev.cistern.populate.digest.DigestKind;
import dev.cistern.populate.source.ObjectDigest;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceContract;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.wire.HuggingFaceAuth;
import dev.cistern.populate.wire.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What is made of the Hub's answers, good and odd ones.
class HuggingFaceAnswersTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @SuppressWarnings("NullAway.Init")
    private Hub hub;

    @BeforeEach
    void start() throws IOException {
        hub = new Hub(directory);
    }

    @AfterEach
    void stop() {
        hub.close();
    }

    private SourceObject only(Source source) throws Exception {
        List<SourceObject> all = list(source);
        assertThat(all).hasSize(1);
        return all.getFirst();
    }

    private HuggingFaceAuth token() {
        return new HuggingFaceAuth.TokenFile(hub.tokenFile.toString());
    }

    // ---- revisions

    @Test
    void aBranchIsReadAtTheCommitThatItWasWhenItWasFirstAsked() throws Exception {
        String first = hub.repo.put("a", random(3));
        try (Source source = hub.open("org/name")) {
            assertThat(source.revision()).isNull();
            assertThat(list(source)).hasSize(2);
            assertThat(source.revision()).isEqualTo(first);
            hub.repo.put("b", random(4));
            assertThat(list(source))
                    .extracting(SourceObject::id)
                    .containsExactly(".gitattributes", "a");
        }
        try (Source later = hub.open("org/name")) {
            assertThat(list(later)).hasSize(3);
            assertThat(later.revision()).isNotEqualTo(first);
        }
    }

    @Test
    void aLaterAttemptReadsTheCommitThatItIsGiven() throws Exception {
        String first = hub.repo.put("a", random(3));
        hub.repo.put("a", random(5));
        try (Source source = Hub.open(hub.spec("org/name/a", first, token()))) {
            assertThat(source.revision()).isEqualTo(first);
            assertThat(only(source).size()).isEqualTo(3);
            assertThat(read(source, only(source))).isEqualTo(random(3));
        }
        assertThat(hub.server.asked(Kind.REVISION)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"v1.0", "refs/pr/12", "feature%2Fx", "refs/convert/parquet"})
    void aRevisionIsATagABranchOrAReference(String revision) throws Exception {
        String commit = hub.repo.put("a", random(3));
        hub.repo.name(revision.replace("%2F", "/"), commit);
        hub.repo.put("a", random(4));
        try (Source source = hub.open("org/name@" + revision + "/a")) {
            assertThat(read(source, only(source))).isEqualTo(random(3));
            assertThat(source.revision()).isEqualTo(commit);
        }
    }

    @Test
    void aCommitIsAskedForAsItIs() throws Exception {
        String commit = hub.repo.put("a", random(3));
        hub.repo.put("a", random(4));
        try (Source source = hub.open("org/name@" + commit + "/a")) {
            assertThat(only(source).size()).isEqualTo(3);
        }
        assertThat(hub.server.asked(Kind.REVISION)).isEmpty();
    }

    @Test
    void aRevisionThatIsNotThereIsTold() throws Exception {
        for (String revision : List.of("v2", "0".repeat(40))) {
            try (Source source = hub.open("org/name@" + revision)) {
                assertThatThrownBy(() -> list(source))
                        .satisfies(
                                refused(
                                        Reason.NO_SUCH_OBJECT,
                                        "model org/name at " + hub.server.endpoint(),
                                        "has no revision " + revision,
                                        "Invalid rev id",
                                        "behind an @"));
            }
        }
    }

    /// A mirror that mixes up revisions, or answers from an old cache.
    @Test
    void anAnswerOfAnotherCommitIsRefused() throws Exception {
        hub.repo.put("small", random(3));
        hub.repo.putLfs("large", random(70_000));
        hub.server.faults(
                request ->
                        request.kind() == Kind.RESOLVE || request.kind() == Kind.CACHED
                                ? new HubFault.Headers(Map.of("X-Repo-Commit", "f".repeat(40)))
                                : null);
        try (Source source = hub.open("org/name")) {
            for (SourceObject file : list(source)) {
                assertThatThrownBy(() -> read(source, file))
                        .isInstanceOf(SourceException.Changed.class)
                        .hasMessageContainingAll(file.id(), "commit:ffff");
            }
        }
        assertThat(hub.server.asked(Kind.NETWORK)).isEmpty();
    }

    // ---- kinds and names

    @Test
    void reposOfEveryKindAreRead() throws Exception {
        for (String kind : List.of("datasets", "spaces", "kernels")) {
            HubRepo repo = hub.server.repo(kind, "org/other");
            repo.put("sub/a", random(10));
            repo.putXet("sub/b", random(70_000));
            try (Source source = hub.open("hf://" + kind + "/org/other/sub")) {
                assertThat(list(source))
                        .extracting(SourceObject::id)
                        .containsExactly("sub/a", "sub/b");
                for (SourceObject file : list(source)) {
                    assertThat(read(source, file)).isEqualTo(random((int) file.size()));
                }
            }
        }
    }

    @Test
    void aRepoThatWasRenamedIsReadByItsOldName() throws Exception {
        HubRepo repo = hub.server.repo("models", "openai-community/gpt2");
        repo.put("config.json", random(10));
        repo.putLfs("model.bin", random(70_000));
        repo.restrictTo("reader");
        hub.server.rename("models", "gpt2", "openai-community/gpt2");
        try (Source source = hub.open("hf://gpt2")) {
            for (SourceObject file : list(source)) {
                assertThat(read(source, file)).isEqualTo(random((int) file.size()));
            }
        }
        assertThat(hub.server.asked(Kind.RESOLVE))
                .allSatisfy(asked -> assertThat(asked.headers()).containsKey("authorization"));
        try (Source one = hub.open("hf://gpt2@main/config.json")) {
            assertThat(only(one).size()).isEqualTo(10);
        }
    }

    @Test
    void aMirrorMayBeBelowAPathAndKnowNoPost() throws Exception {
        try (StrictHub server = new StrictHub("/artifactory/api/huggingfaceml/hub", null);
                Hub mirror = new Hub(directory, server)) {
            server.withoutPathsInfo();
            server.pageSize(2);
            for (String name : List.of("a", "b", "c", "d", "file", "z")) {
                mirror.repo.put("sub/" + name, random(name.length()));
            }
            mirror.repo.putLfs("large", random(70_000));
            try (Source source = mirror.open("org/name/sub/file");
                    Source root = mirror.open("org/name/large");
                    Source tree = mirror.open("org/name/sub");
                    Source nothing = mirror.open("org/name/fil")) {
                assertThat(read(source, only(source))).isEqualTo(random(4));
                assertThat(read(root, only(root))).isEqualTo(random(70_000));
                assertThat(list(tree)).hasSize(6);
                assertThatThrownBy(() -> list(nothing)).satisfies(refused(Reason.NO_SUCH_OBJECT));
            }
        }
    }

    @Test
    void aPathOfAThousandBytesIsListedAndRead() throws Exception {
        String part = "ключ-".repeat(27);
        String path = String.join("/", part, part, part, part);
        assertThat(path.getBytes(java.nio.charset.StandardCharsets.UTF_8).length)
                .isGreaterThan(900);
        hub.repo.put(path, random(3));
        hub.repo.putLfs(path + ".bin", random(70_000));
        try (Source source = hub.open("org/name/" + path + ".bin");
                Source tree = hub.open("org/name/" + part)) {
            assertThat(read(source, only(source))).isEqualTo(random(70_000));
            assertThat(list(tree)).hasSize(2);
            assertThat(read(tree, list(tree).getFirst())).isEqualTo(random(3));
        }
    }

    @Test
    void anEmptyFileIsTakenForOneWithoutAQuestion() throws Exception {
        hub.repo.put("empty", new byte[0]);
        hub.repo.putLfs("empty.bin", new byte[0]);
        try (Source source = hub.open("org/name")) {
            for (SourceObject file : list(source)) {
                if (file.id().startsWith("empty")) {
                    assertThat(source.describe(file).object().size()).isZero();
                    assertThat(source.describe(file).digest()).isNotNull();
                }
            }
        }
        assertThat(hub.server.asked(Kind.RESOLVE)).isEmpty();
    }

    // ---- digests

    @Test
    void whatGitKeepsHasTheIdOfItsBlobAndWhatLfsKeepsASha256() throws Exception {
        hub.repo.put("small", "hello\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        hub.repo.putLfs("lfs", random(70_000));
        hub.repo.putXet("xet", random(80_000));
        try (Source source = hub.open("org/name")) {
            for (SourceObject file : list(source)) {
                SourceContract.Bytes sink = new SourceContract.Bytes();
                source.read(file, 0, file.size(), sink);
                ObjectDigest digest = source.describe(file).digest();
                assertThat(sink.digest).isEqualTo(digest);
                switch (file.id()) {
                    // `echo hello | git hash-object --stdin`
                    case "small" ->
                            assertThat(digest)
                                    .isEqualTo(
                                            ObjectDigest.whole(
                                                    DigestKind.GIT_BLOB,
                                                    "ce013625030ba8dba906f756967f9e9ca394464a"));
                    case "lfs", "xet" ->
                            assertThat(digest)
                                    .isEqualTo(
                                            ObjectDigest.whole(
                                                    DigestKind.SHA256,
                                                    sha256(random((int) file.size()))));
                    default -> assertThat(file.id()).isEqualTo(".gitattributes");
                }
            }
        }
    }

    private static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    @Test
    void aLinkedFileOfAnotherDigestOrSizeIsRefused() throws Exception {
        hub.repo.putLfs("large", random(70_000));
        for (Map<String, String> wrong :
                List.of(
                        Map.of("X-Linked-ETag", "\"" + "a".repeat(64) + "\""),
                        Map.of("X-Linked-Size", "69999"))) {
            hub.server.faults(
                    request -> request.kind() == Kind.RESOLVE ? new HubFault.Headers(wrong) : null);
            try (Source source = hub.open("org/name/large")) {
                assertThatThrownBy(() -> read(source, only(source)))
                        .isInstanceOf(SourceException.Changed.class)
                        .hasMessageContaining("large");
            }
        }
        assertThat(hub.server.asked(Kind.NETWORK)).isEmpty();
    }

    @Test
    void whatAMirrorLeavesOutIsNotMissed() throws Exception {
        hub.repo.put("small", random(30));
        hub.repo.putLfs("large", random(70_000));
        hub.server.faults(
                request ->
                        new HubFault.Headers(
                                Map.of(
                                        "X-Repo-Commit", "",
                                        "X-Linked-ETag", "",
                                        "X-Linked-Size", "",
                                        "ETag", "\"" + "b".repeat(40) + "\"",
                                        "RateLimit", "")));
        try (Source source = hub.open("org/name")) {
            assertThat(list(source)).hasSize(3);
            for (SourceObject file : list(source)) {
                if (!file.id().startsWith(".")) {
                    assertThat(read(source, file)).isEqualTo(random((int) file.size()));
                }
            }
        }
    }

    // ---- the network that large files come from

    @Test
    void theTokenStaysWithTheHub() throws Exception {
        hub.repo.putXet("large", random(70_000));
        hub.repo.put("small", random(10));
        try (Source source = hub.open("org/name")) {
            for (SourceObject file : list(source)) {
                read(source, file);
            }
        }
        assertThat(hub.server.asked(Kind.NETWORK))
                .hasSize(1)
                .allSatisfy(
                        asked -> assertThat(asked.headers()).doesNotContainKey("authorization"));
        assertThat(hub.server.asked(Kind.CACHED))
                .hasSize(2)
                .allSatisfy(asked -> assertThat(asked.headers()).containsKey("authorization"));
    }

    @Test
    void theRangesOfALargeFileTakeOneQuestionToTheHub() throws Exception {
        byte[] bytes = random(20 << 20);
        hub.repo.putXet("large", bytes);
        try (Source source = hub.open("org/name/large")) {
            SourceObject file = only(source);
            for (int from = 0; from < bytes.length; from += 4 << 20) {
                assertThat(read(source, file, from, from + (4 << 20)))
                        .isEqualTo(Arrays.copyOfRange(bytes, from, from + (4 << 20)));
            }
        }
        assertThat(hub.server.asked(Kind.RESOLVE)).hasSize(1);
        assertThat(hub.server.asked(Kind.NETWORK)).hasSize(5);
    }

    @Test
    void aLinkThatHasExpiredIsAskedForAnew() throws Exception {
        byte[] bytes = random(20 << 20);
        hub.repo.putXet("large", bytes);
        try (Source source = hub.open("org/name/large")) {
            SourceObject file = only(source);
            read(source, file, 0, 100);
            hub.server.expireLinks();
            assertThat(read(source, file, 100, 200)).isEqualTo(Arrays.copyOfRange(bytes, 100, 200));
            assertThat(read(source, file, 200, 300)).isEqualTo(Arrays.copyOfRange(bytes, 200, 300));
        }
        assertThat(hub.server.asked(Kind.RESOLVE)).hasSize(2);
        assertThat(hub.server.asked(Kind.NETWORK)).hasSize(4);
    }

    @Test
    void aFreshLinkThatIsRefusedMayBeTriedAgain() throws Exception {
        hub.repo.putXet("large", random(70_000));
        hub.server.faults(
                request -> {
                    if (request.kind() == Kind.NETWORK) {
                        return new HubFault.Other(
                                403,
                                Map.of("Content-Type", "application/xml"),
                                "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>");
                    }
                    return null;
                });
        try (Source source = hub.open("org/name/large")) {
            assertThatThrownBy(() -> read(source, only(source)))
                    .isInstanceOf(SourceException.Retryable.class)
                    .hasMessageContainingAll("large", "the link that the Hub gave", "HTTP 403");
        }
    }

    @Test
    void aNetworkThatKnowsNoRangesGivesThemAllTheSame() throws Exception {
        byte[] bytes = random(70_000);
        hub.repo.putLfs("large", bytes);
        hub.server.faults(
                request -> request.kind() == Kind.NETWORK ? new HubFault.RangeIgnored() : null);
        try (Source source = hub.open("org/name/large")) {
            assertThat(read(source, only(source), 1000, 2000))
                    .isEqualTo(Arrays.copyOfRange(bytes, 1000, 2000));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"small", "large"})
    void aBodyThatIsCutOrTooShortIsNeverTakenForTheWhole(String name) throws Exception {
        hub.repo.put("small", random(5000));
        hub.repo.putLfs("large", random(70_000));
        for (HubFault fault : List.of(new HubFault.Cut(1000), new HubFault.Short(1000))) {
            hub.server.faults(
                    request ->
                            request.kind() == Kind.NETWORK || request.kind() == Kind.CACHED
                                    ? fault
                                    : null);
            try (Source source = hub.open("org/name/" + name)) {
                assertThatThrownBy(() -> read(source, only(source)))
                        .isInstanceOf(SourceException.class)
                        .isNotInstanceOf(SourceException.Refused.class)
                        .hasMessageContaining(name);
            }
        }
    }

    // ---- who may

    @Test
    void aGatedRepoIsToldInTheHubsWordsAndWithWhatToDo() throws Exception {
        hub.repo.put("a", random(3));
        hub.repo.gate("somebody");
        try (Source source = hub.open("org/name/a");
                Source without = hub.openAnonymously("org/name/a")) {
            assertThatThrownBy(() -> read(source, only(source)))
                    .satisfies(
                            refused(
                                    Reason.ACCESS_DENIED,
                                    "HTTP 403 GatedRepo",
                                    "you are not in the authorized list",
                                    "accept its conditions on "
                                            + hub.server.endpoint()
                                            + "/org/name"))
                    .hasMessageNotContaining("HF_TOKEN");
            assertThatThrownBy(() -> read(without, only(without)))
                    .satisfies(
                            refused(
                                    Reason.ACCESS_DENIED,
                                    "HTTP 401 GatedRepo",
                                    "Please log in",
                                    "set a token: auth.mode bearer with tokenSecretRef, HF_TOKEN"));
        }
    }

    @Test
    void aPrivateRepoLooksLikeNoneToWhoMayNotReadIt() throws Exception {
        hub.repo.restrictTo("somebody");
        try (Source source = hub.open("org/name");
                Source without = hub.openAnonymously("org/name");
                Source missing = hub.openAnonymously("org/missing")) {
            assertThatThrownBy(() -> list(source))
                    .satisfies(
                            refused(
                                    Reason.NO_SUCH_BUCKET,
                                    "there is no model org/name",
                                    "HTTP 404 RepoNotFound: Repository not found",
                                    "the token may not read it"));
            for (Source unknown : List.of(without, missing)) {
                assertThatThrownBy(() -> list(unknown))
                        .satisfies(
                                refused(
                                        Reason.NO_SUCH_BUCKET,
                                        "there is no model org/",
                                        "HTTP 401 RepoNotFound",
                                        "or it is private: set a token"));
            }
        }
    }

    @Test
    void aRepoThatIsDisabledIsTold() throws Exception {
        hub.repo.disable();
        try (Source source = hub.open("org/name")) {
            assertThatThrownBy(() -> list(source))
                    .satisfies(
                            refused(
                                    Reason.ACCESS_DENIED,
                                    "Access to this resource is disabled",
                                    "its page may say why"));
        }
    }

    @Test
    void somethingThatIsNoHubIsTold() throws Exception {
        hub.server.faults(
                request -> new HubFault.Other(404, Map.of("Content-Type", "text/html"), "<html>"));
        try (Source source = hub.open("org/name")) {
            assertThatThrownBy(() -> list(source))
                    .satisfies(
                            refused(
                                    Reason.NO_SUCH_BUCKET,
                                    "HTTP 404)",
                                    "that endpoint is the Hub or a mirror of it"));
        }
    }

    @Test
    void aTokenThatIsRenewedInTheMiddleIsTakenUp() throws Exception {
        hub.repo.put("a", random(3));
        hub.repo.putLfs("b", random(70_000));
        hub.repo.restrictTo("reader");
        try (Source source = hub.open("org/name")) {
            List<SourceObject> files = list(source);
            hub.server.revoke(Hub.TOKEN);
            hub.server.accept("hf_renewed", "reader");
            Files.writeString(hub.tokenFile, "hf_renewed\n");
            for (SourceObject file : files) {
                if (!file.id().startsWith(".")) {
                    assertThat(read(source, file)).isEqualTo(random((int) file.size()));
                }
            }
        }
    }

    /// The next attempt may have the new one; until somebody has renewed it no attempt is of use, and none is counted.
    @Test
    void aTokenThatWasGoodAndIsRevokedIsOneThatExpired() throws Exception {
        hub.repo.put("a", random(3));
        try (Source source = hub.open("org/name/a")) {
            SourceObject file = only(source);
            hub.server.revoke(Hub.TOKEN);
            assertThatThrownBy(() -> read(source, file))
                    .satisfies(
                            refused(
                                    Reason.CREDENTIALS_EXPIRED,
                                    "does not accept the token any more",
                                    "Invalid credentials in Authorization header",
                                    "make a new one"));
        }
    }

    @Test
    void aTokenThatNobodyCanSendIsToldBeforeAnythingIsAsked() throws Exception {
        for (String wrong : List.of("", "\n", "hf a b", "hf_\u00e9")) {
            Path file = Files.writeString(directory.resolve("other"), wrong);
            assertThatThrownBy(
                            () ->
                                    Hub.open(
                                            hub.spec(
                                                    "org/name",
                                                    new HuggingFaceAuth.TokenFile(
                                                            file.toString()))))
                    .satisfies(refused(Reason.INVALID_CREDENTIALS, file.toString()));
        }
        assertThatThrownBy(
                        () ->
                                Hub.open(
                                        hub.spec(
                                                "org/name",
                                                new HuggingFaceAuth.TokenFile("/no/such/file"))))
                .satisfies(refused(Reason.INVALID_CREDENTIALS, "/no/such/file"));
    }

    // ---- limits and trouble

    @ParameterizedTest
    @CsvSource({
        "RateLimit, '\"api\";r=0;t=55', 56000",
        "RateLimit, '\"resolvers\"; r=0; t=172', 173000",
        "RateLimit, '\"api\";r=499;t=172', 0",
        "RateLimit, nonsense, 0",
        "Retry-After, 7, 7000"
    })
    void theHubsOwnWaitIsTaken(String header, String value, long millis) throws Exception {
        Map<String, String> headers = new TreeMap<>(Map.of("RateLimit", ""));
        headers.put(header, value);
        hub.server.faults(
                request -> new HubFault.Error(429, "", "We had to rate limit you", headers));
        try (Source source = hub.open("org/name")) {
            assertThatThrownBy(() -> list(source))
                    .isInstanceOfSatisfying(
                            SourceException.Retryable.class,
                            e -> {
                                assertThat(e.busy()).isTrue();
                                assertThat(e.afterMillis()).isEqualTo(millis);
                            })
                    .hasMessageContaining("We had to rate limit you");
        }
    }

    @Test
    void serversInTroubleAreAskedAgain() throws Exception {
        hub.repo.put("a", random(3));
        for (int status : List.of(500, 502, 503, 504)) {
            hub.server.faults(
                    request -> new HubFault.Error(status, "", "Internal Error", Map.of()));
            try (Source source = hub.open("org/name")) {
                assertThatThrownBy(() -> list(source))
                        .isInstanceOf(SourceException.Retryable.class)
                        .hasMessageContaining("HTTP " + status + ": Internal Error");
            }
        }
    }

    @Test
    void aListingThatGoesInCirclesIsFound() throws Exception {
        for (int i = 0; i < 30; i++) {
            hub.repo.put("f" + i, random(3));
        }
        hub.server.pageSize(10);
        hub.server.faults(
                request ->
                        request.kind() == Kind.TREE && request.number() > 1
                                ? new HubFault.Headers(
                                        Map.of(
                                                "Link",
                                                "<http://x/?recursive=true&expand=false>;"
                                                        + " rel=\"next\""))
                                : null);
        try (Source source = hub.open("org/name")) {
            assertThatThrownBy(() -> list(source))
                    .satisfies(refused(Reason.LISTING_INCOMPLETE, "a page came twice"));
        }
    }

    /// A mirror that has lost the commit meanwhile, or answers from another machine.
    @ParameterizedTest
    @ValueSource(strings = {"org/name", "org/name/d/", "org/name/d/f29"})
    void aLaterPageThatIsNotThereIsNoEndOfTheListing(String path) throws Exception {
        for (int i = 0; i < 30; i++) {
            hub.repo.put("d/f" + i, random(3));
        }
        hub.server.withoutPathsInfo();
        hub.server.pageSize(10);
        hub.server.faults(
                request ->
                        request.kind() == Kind.TREE && request.query().containsKey("cursor")
                                ? new HubFault.Error(
                                        404, "EntryNotFound", "no such entry", Map.of())
                                : null);
        try (Source source = hub.open(path)) {
            assertThatThrownBy(() -> list(source))
                    .isInstanceOf(SourceException.Retryable.class)
                    .hasMessageContainingAll("answered wrongly", "the next page", "no such entry");
        }
    }

    @Test
    void anEntryWithoutATypeIsAWrongAnswer() throws Exception {
        hub.server.faults(
                request ->
                        request.kind() == Kind.TREE
                                ? new HubFault.Other(
                                        200,
                                        Map.of("Content-Type", "application/json"),
                                        "[{\"type\":\"file\",\"path\":\"a\",\"size\":1,\"oid\":\"x\"},"
                                            + "{\"path\":\"b\",\"size\":1,\"oid\":\"x\"}]")
                                : null);
        try (Source source = hub.open("org/name")) {
            assertThatThrownBy(() -> list(source))
                    .isInstanceOf(SourceException.Retryable.class)
                    .hasMessageContainingAll("object b", "without its type");
        }
    }

    @Test
    void anEntryWithoutASizeIsAWrongAnswer() throws Exception {
        hub.server.faults(
                request ->
                        request.kind() == Kind.TREE
                                ? new HubFault.Other(
                                        200,
                                        Map.of("Content-Type", "application/json"),
                                        "[{\"type\":\"file\",\"path\":\"a\",\"oid\":\"x\"}]")
                                : null);
        try (Source source = hub.open("org/name")) {
            assertThatThrownBy(() -> list(source))
                    .isInstanceOf(SourceException.Retryable.class)
                    .hasMessageContaining("without its path or its size");
        }
    }

    @Test
    void entriesOfKindsThatHaveNoBytesAreLeftOut() throws Exception {
        hub.server.faults(
                request ->
                        request.kind() == Kind.TREE
                                ? new HubFault.Other(
                                        200,
                                        Map.of("Content-Type", "application/json"),
                                        "[{\"type\":\"directory\",\"path\":\"d\",\"oid\":\"x\",\"size\":0},"
                                            + "{\"type\":\"submodule\",\"path\":\"s\",\"oid\":\"x\",\"size\":0},"
                                            + "{\"type\":\"file\",\"path\":\"d/x\",\"size\":5,\"oid\":\"x\",\"xetHash\":\"y\"}]")
                                : null);
        try (Source source = hub.open("org/name")) {
            assertThat(list(source)).containsExactly(new SourceObject("d/x", 5, "oid:x", 0));
        }
    }

    @Test
    void aRedirectToPlainHttpOrWithoutEndIsNotFollowed() throws Exception {
        hub.repo.put("a", random(3));
        hub.server.faults(
                request ->
                        request.kind() == Kind.RESOLVE
                                ? new HubFault.Headers(
                                        Map.of(
                                                "Location",
                                                hub.server.endpoint()
                                                        + "/org/name/resolve/main/a?download=true"))
                                : null);
        try (Source source = hub.open("org/name/a")) {
            assertThatThrownBy(() -> read(source, only(source)))
                    .satisfies(
                            refused(
                                    Reason.INVALID_CONFIGURATION,
                                    "/org/name/resolve/main/a, which is not followed"));
        }
    }

    @Test
    void aRedirectIsToldWithoutItsUserAndSignature() throws Exception {
        hub.repo.put("a", random(3));
        hub.server.faults(
                request ->
                        request.kind() == Kind.RESOLVE
                                ? new HubFault.Other(
                                        302,
                                        Map.of(
                                                "Location",
                                                "https://user:secret@cdn.example.com/a?sig=secret#secret"),
                                        "")
                                : null);
        try (Source source = hub.open("org/name/a")) {
            assertThatThrownBy(() -> read(source, only(source)))
                    .satisfies(
                            refused(
                                    Reason.INVALID_CONFIGURATION,
                                    "redirects to https://cdn.example.com/a, which"))
                    .hasMessageNotContaining("secret");
        }
    }

    @Test
    void aHundredThousandFilesAreListed() throws Exception {
        Map<String, byte[]> files = new TreeMap<>();
        byte[] bytes = random(10);
        for (int i = 0; i < 100_000; i++) {
            files.put("d" + i % 100 + "/file-" + i, bytes);
        }
        hub.repo.putAll(files);
        try (Source source = hub.open("org/name")) {
            assertThat(list(source)).hasSize(100_001);
        }
        assertThat(hub.server.asked(Kind.TREE)).hasSize(101);
    }
}
