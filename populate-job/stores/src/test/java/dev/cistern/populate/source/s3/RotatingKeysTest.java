package dev.cistern.populate.source.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.populate.http.BufferPool;
import dev.cistern.populate.http.Proxies;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceContract;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.store.StoreContext;
import dev.cistern.populate.testing.FaultyS3;
import dev.cistern.populate.testing.FaultyS3.Fault;
import dev.cistern.populate.wire.Reason;
import dev.cistern.populate.wire.S3Auth;
import dev.cistern.populate.wire.S3Spec;
import dev.cistern.populate.wire.TlsSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// An access key that changes while a source is read, in a Secret's files as kubelet mounts them.
class RotatingKeysTest {
    private static final SourceObject OBJECT = new SourceObject("x", 500, null, 0);

    /// As kubelet mounts a Secret: links to what `..data` links to, which is swapped for all at once.
    @TempDir Path directory;

    private final FaultyS3 server = new FaultyS3();

    /// Credential and session token that the store accepts.
    private final AtomicReference<String> accepted = new AtomicReference<>("old-id/");

    private String code = "InvalidAccessKeyId";
    private int states;

    RotatingKeysTest() throws IOException {
        server.put("x", new byte[500]);
        server.anonymous();
        server.faults(this::unlessAccepted);
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    private @Nullable Fault unlessAccepted(FaultyS3.Asked asked) {
        String id =
                asked.headers()
                        .getOrDefault("authorization", "")
                        .replaceFirst(".*Credential=([^/]*)/.*", "$1");
        String token = asked.headers().getOrDefault("x-amz-security-token", "");
        boolean head = asked.method().equals("HEAD");
        return (id + "/" + token).equals(accepted.get())
                ? null
                : new Fault.Status(403, head ? "" : code, Map.of());
    }

    private void mount(String id, @Nullable String token) throws IOException {
        Path state = Files.createDirectory(directory.resolve("..state-" + states++));
        Files.writeString(state.resolve("access-key-id"), id + "\n");
        Files.writeString(state.resolve("secret-access-key"), "secret of " + id);
        if (token != null) {
            Files.writeString(state.resolve("session-token"), token);
        }
        Path next = directory.resolve("..data_tmp");
        Files.createSymbolicLink(next, state.getFileName());
        Files.move(
                next,
                directory.resolve("..data"),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        for (String name : new String[] {"access-key-id", "secret-access-key", "session-token"}) {
            Path link = directory.resolve(name);
            Files.deleteIfExists(link);
            Files.createSymbolicLink(link, Path.of("..data", name));
        }
    }

    private Source open() throws SourceException {
        return open(
                Map.of(
                        "CISTERN_SOURCE_0_ACCESS_KEY_ID", "old-id",
                        "CISTERN_SOURCE_0_SECRET_ACCESS_KEY", "secret of old-id"));
    }

    private Source open(Map<String, String> environment) throws SourceException {
        return S3Provider.open(
                new S3Spec(
                        server.endpoint(),
                        "us-east-1",
                        true,
                        TlsSpec.PLATFORM,
                        FaultyS3.BUCKET,
                        "",
                        new S3Auth.AccessKey(directory.toString())),
                new StoreContext(0, environment, BufferPool.of(128 * 1024), Proxies.NONE, "test"));
    }

    @Test
    void filesWinOverTheEnvironmentWhichIsOlder() throws Exception {
        mount("new-id", "token");
        accepted.set("new-id/token");
        try (Source source = open()) {
            source.describe(OBJECT);
        }
        assertThat(server.asked()).hasSize(1);
    }

    @Test
    void theEnvironmentIsEnoughWhereThereAreNoFiles() throws Exception {
        try (Source source = open()) {
            source.describe(OBJECT);
        }
        assertThatThrownBy(() -> open(Map.of()))
                .hasMessageContaining("CISTERN_SOURCE_0_ACCESS_KEY_ID is not set");
    }

    @ParameterizedTest
    @CsvSource({
        "InvalidAccessKeyId, new-id, ",
        "SignatureDoesNotMatch, new-id, ",
        "ExpiredToken, old-id, token-2",
        "InvalidToken, new-id, token-2"
    })
    void aKeyThatIsRotatedInTheMiddleOfARunIsTakenFromTheFiles(
            String refusal, String id, @Nullable String token) throws Exception {
        code = refusal;
        mount("old-id", null);
        try (Source source = open()) {
            source.describe(OBJECT);
            accepted.set(id + "/" + (token == null ? "" : token));
            mount(id, token);

            source.read(OBJECT, 0, 500, new SourceContract.Bytes());
            // The answer to a HEAD does not say what is wrong.
            accepted.set("newest-id/");
            mount("newest-id", null);
            source.describe(OBJECT);
        }
        // Each once more than without a rotation.
        assertThat(server.asked()).hasSize(5);
    }

    /// The next attempt is another pod, which gets the Secret as it is then.
    @Test
    void aKeyThatIsGoneBeforeTheFilesChangeIsForTheNextAttempt() throws Exception {
        mount("old-id", null);
        try (Source source = open()) {
            source.describe(OBJECT);
            accepted.set("new-id/");
            assertThatThrownBy(() -> source.read(OBJECT, 0, 500, new SourceContract.Bytes()))
                    .isInstanceOfSatisfying(
                            SourceException.Refused.class,
                            e -> {
                                assertThat(e.reason()).isEqualTo(Reason.CREDENTIALS_EXPIRED);
                                assertThat(e.reason().terminal()).isFalse();
                            })
                    .hasMessageContaining("they were rotated; the next attempt reads them anew");
        }
    }

    @Test
    void aKeyThatTheStoreNeverKnewEndsTheRun() throws Exception {
        mount("wrong-id", null);
        try (Source source = open()) {
            assertThatThrownBy(() -> source.read(OBJECT, 0, 500, new SourceContract.Bytes()))
                    .isInstanceOfSatisfying(
                            SourceException.Refused.class,
                            e -> assertThat(e.reason()).isEqualTo(Reason.INVALID_CREDENTIALS));
        }
        assertThat(server.asked()).hasSize(1);
    }

    /// A store that signs some names otherwise would else be asked for days.
    @Test
    void aSignatureThatDoesNotMatchIsNoRotation() throws Exception {
        code = "SignatureDoesNotMatch";
        mount("old-id", null);
        try (Source source = open()) {
            source.describe(OBJECT);
            accepted.set("nobody/");
            assertThatThrownBy(() -> source.read(OBJECT, 0, 500, new SourceContract.Bytes()))
                    .isInstanceOfSatisfying(
                            SourceException.Refused.class,
                            e -> assertThat(e.reason()).isEqualTo(Reason.INVALID_CREDENTIALS));
        }
    }
}
