package dev.cistern.doubles.gcs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.api.client.http.HttpTransport;
import com.google.api.client.http.javanet.NetHttpTransport;
import com.google.auth.Credentials;
import com.google.auth.oauth2.ComputeEngineCredentials;
import com.google.auth.oauth2.GoogleCredentials;
import com.google.auth.oauth2.IdentityPoolCredentialSource;
import com.google.auth.oauth2.IdentityPoolCredentials;
import com.google.auth.oauth2.ImpersonatedCredentials;
import com.google.auth.oauth2.UserCredentials;
import com.google.cloud.NoCredentials;
import com.google.cloud.ReadChannel;
import com.google.cloud.storage.Blob;
import com.google.cloud.storage.BlobId;
import com.google.cloud.storage.Storage;
import com.google.cloud.storage.StorageException;
import com.google.cloud.storage.StorageOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Verifies the double: Google's client reads from it with each kind of credentials, and gets the same errors as from
/// the real service.
class StrictGcsTest {
    private static final String READER = "reader@test-project.iam.gserviceaccount.com";
    private static final String OTHER = "other@test-project.iam.gserviceaccount.com";
    private static final String PROVIDER =
            "projects/123/locations/global/workloadIdentityPools/pool/providers/cluster";
    private static final ServiceAccountKey KEY = ServiceAccountKey.of(READER);

    private final AccessTokens tokens = new AccessTokens();

    @SuppressWarnings("NullAway.Init")
    private TokenServices services;

    @SuppressWarnings("NullAway.Init")
    private StrictGcs store;

    @BeforeEach
    void start() throws IOException {
        services = new TokenServices(tokens);
        store = new StrictGcs(tokens);
        services.accepts(KEY);
    }

    @AfterEach
    void stop() {
        services.close();
        store.close();
    }

    private Storage client(Credentials credentials) {
        return StorageOptions.newBuilder()
                .setHost(store.endpoint())
                .setProjectId("test-project")
                .setCredentials(credentials)
                .setRetrySettings(com.google.cloud.ServiceOptions.getNoRetrySettings())
                .build()
                .getService();
    }

    private Storage client() throws IOException {
        return client(credentials(KEY.file(services.tokenUri())));
    }

    private static GoogleCredentials credentials(String file) throws IOException {
        return GoogleCredentials.fromStream(
                new ByteArrayInputStream(file.getBytes(StandardCharsets.UTF_8)));
    }

    /// Redirects every request to the doubles: the client has Google's hosts as constants.
    private HttpTransport toServices() {
        return new NetHttpTransport.Builder()
                .setConnectionFactory(
                        url ->
                                (HttpURLConnection)
                                        URI.create(services.url() + url.getFile())
                                                .toURL()
                                                .openConnection())
                .build();
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static byte[] range(Storage client, String name, long from, int length)
            throws IOException {
        try (ReadChannel channel = client.reader(BlobId.of(StrictGcs.BUCKET, name))) {
            channel.setChunkSize(0);
            channel.seek(from);
            channel.limit(from + length);
            ByteBuffer bytes = ByteBuffer.allocate(length);
            while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
                continue;
            }
            return bytes.array();
        }
    }

    @Test
    void theClientListsPageByPage() throws IOException {
        List<String> names = List.of("a b", "a+b", "a/b", "ключ", "\uFF5E", "🗝");
        names.forEach(name -> store.put("t/" + name, name.getBytes(StandardCharsets.UTF_8)));
        store.put("u", new byte[0]);
        store.pageSize(2);
        store.emptyPages(1);
        List<String> listed = new ArrayList<>();
        for (Blob blob :
                client().list(StrictGcs.BUCKET, Storage.BlobListOption.prefix("t/")).iterateAll()) {
            listed.add(blob.getName());
            assertThat(client().readAllBytes(blob.getBlobId()))
                    .asString(StandardCharsets.UTF_8)
                    .isEqualTo(blob.getName().substring(2));
        }
        assertThat(listed).containsExactlyElementsOf(names.stream().map(n -> "t/" + n).toList());
        assertThat(store.asked(StrictGcs.Kind.LIST)).hasSize(6);
    }

    @Test
    void theClientReadsMetadataBytesAndRanges() throws IOException {
        byte[] bytes = random(300_000);
        long generation = store.put("x", bytes);
        store.compose("composed", bytes);
        Storage client = client();
        Blob blob = client.get(StrictGcs.BUCKET, "x");
        assertThat(blob.getGeneration()).isEqualTo(generation);
        assertThat(blob.getSize()).isEqualTo(300_000);
        assertThat(blob.getMd5()).isNotNull();
        assertThat(client.readAllBytes(blob.getBlobId())).isEqualTo(bytes);
        assertThat(range(client, "x", 1000, 70_000))
                .isEqualTo(java.util.Arrays.copyOfRange(bytes, 1000, 71_000));
        Blob composed = client.get(StrictGcs.BUCKET, "composed");
        assertThat(composed.getMd5()).isNull();
        assertThat(composed.getCrc32c()).isEqualTo(blob.getCrc32c());
        assertThat(
                        client.list(
                                        StrictGcs.BUCKET,
                                        Storage.BlobListOption.fields(
                                                Storage.BlobField.NAME, Storage.BlobField.SIZE))
                                .iterateAll())
                .allSatisfy(b -> assertThat(b.getGeneration()).isNull());
    }

    @Test
    void whatIsStoredPackedComesAsStoredOrUnpacked() throws IOException {
        byte[] bytes = new byte[100_000];
        store.put("packed", StrictGcs.packed(bytes), "gzip");
        Storage client = client();
        BlobId id = BlobId.of(StrictGcs.BUCKET, "packed");
        assertThat(client.readAllBytes(id)).isEqualTo(bytes);
        assertThat(
                        client.readAllBytes(
                                id, Storage.BlobSourceOption.shouldReturnRawInputStream(true)))
                .isEqualTo(StrictGcs.packed(bytes));
    }

    @Test
    void conditionsAndGenerationsHold() throws IOException {
        long generation = store.put("x", random(10));
        store.put("x", random(11));
        Storage client = client();
        assertStatus(404, () -> client.readAllBytes(BlobId.of(StrictGcs.BUCKET, "x", generation)));
        assertStatus(
                412,
                () ->
                        client.readAllBytes(
                                StrictGcs.BUCKET,
                                "x",
                                Storage.BlobSourceOption.generationMatch(generation)));
        assertThat(client.get(BlobId.of(StrictGcs.BUCKET, "x", generation))).isNull();
        assertStatus(404, () -> client.list("missing"));
    }

    private static void assertStatus(
            int status, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        StorageException.class, e -> assertThat(e.getCode()).isEqualTo(status));
    }

    @Test
    void theRequesterPaysWhereThatIsAsked() throws IOException {
        store.put("x", random(10));
        store.requesterPays("my-project");
        Storage client = client();
        assertStatus(400, () -> client.list(StrictGcs.BUCKET));
        assertStatus(
                403,
                () ->
                        client.list(
                                StrictGcs.BUCKET,
                                Storage.BlobListOption.userProject("other-project")));
        assertThat(
                        client.list(
                                        StrictGcs.BUCKET,
                                        Storage.BlobListOption.userProject("my-project"))
                                .iterateAll())
                .hasSize(1);
        assertThat(
                        client.readAllBytes(
                                StrictGcs.BUCKET,
                                "x",
                                Storage.BlobSourceOption.userProject("my-project")))
                .hasSize(10);
    }

    @Test
    void whoMayNotIsRefused() throws IOException {
        store.put("x", random(10));
        Storage anonymous = client(NoCredentials.getInstance());
        assertStatus(401, () -> anonymous.list(StrictGcs.BUCKET));
        store.publicRead(true);
        assertThat(anonymous.readAllBytes(StrictGcs.BUCKET, "x")).hasSize(10);
        Storage client = client();
        store.denies(READER);
        assertStatus(403, () -> client.list(StrictGcs.BUCKET));
        store.denies();
        // A revoked token is answered with 401, and the client fetches another one.
        int before = tokens.issued();
        tokens.revokeAll();
        assertThat(client.list(StrictGcs.BUCKET).iterateAll()).hasSize(1);
        assertThat(tokens.issued()).isEqualTo(before + 1);
        store.faults(
                request ->
                        new Fault.Error(
                                503, "backendError", "Try again", Map.of("Retry-After", "1")));
        assertStatus(503, () -> client().list(StrictGcs.BUCKET));
    }

    @Test
    void aKeyThatIsNotKnownGetsNoToken() {
        ServiceAccountKey forged =
                new ServiceAccountKey(READER, KEY.id(), ServiceAccountKey.of("x").pair());
        assertThatThrownBy(
                        () -> client(credentials(forged.file(services.tokenUri()))).list("bucket"))
                .hasStackTraceContaining("Invalid JWT Signature");
        assertThatThrownBy(
                        () ->
                                client(
                                                credentials(
                                                        ServiceAccountKey.of(OTHER)
                                                                .file(services.tokenUri())))
                                        .list("bucket"))
                .hasStackTraceContaining("account not found");
    }

    @Test
    void aServiceAccountIsImpersonated() throws IOException {
        store.put("x", random(10));
        store.denies(READER);
        ImpersonatedCredentials other =
                ImpersonatedCredentials.newBuilder()
                        .setSourceCredentials(credentials(KEY.file(services.tokenUri())))
                        .setTargetPrincipal(OTHER)
                        .setScopes(List.of(AccessTokens.READ_SCOPE))
                        .setLifetime(3600)
                        .setIamEndpointOverride(
                                services.url()
                                        + "/v1/projects/-/serviceAccounts/"
                                        + OTHER
                                        + ":generateAccessToken")
                        .build();
        assertThatThrownBy(() -> client(other).list(StrictGcs.BUCKET))
                .hasStackTraceContaining("iam.serviceAccounts.getAccessToken");
        services.mayImpersonate(READER, OTHER);
        assertThat(client(other).list(StrictGcs.BUCKET).iterateAll()).hasSize(1);
    }

    @Test
    void aClustersTokenIsExchanged(@TempDir Path directory) throws IOException {
        store.put("x", random(10));
        services.trusts(PROVIDER, "of-the-cluster"::equals);
        Path file = Files.writeString(directory.resolve("token"), "of-somebody-else");
        Storage client =
                client(
                        IdentityPoolCredentials.newBuilder()
                                .setAudience("//iam.googleapis.com/" + PROVIDER)
                                .setSubjectTokenType("urn:ietf:params:oauth:token-type:jwt")
                                .setTokenUrl("https://sts.googleapis.com/v1/token")
                                .setCredentialSource(
                                        new IdentityPoolCredentialSource(
                                                Map.of("file", file.toString())))
                                .setHttpTransportFactory(this::toServices)
                                .build());
        assertThatThrownBy(() -> client.list(StrictGcs.BUCKET))
                .hasStackTraceContaining("invalid_grant");
        Files.writeString(file, "of-the-cluster");
        assertThat(client.list(StrictGcs.BUCKET).iterateAll()).hasSize(1);
    }

    @Test
    void aPersonsRefreshTokenGivesTokens() {
        store.put("x", random(10));
        Storage client =
                client(
                        UserCredentials.newBuilder()
                                .setClientId("client")
                                .setClientSecret("client-secret")
                                .setRefreshToken("refresh")
                                .setTokenServerUri(URI.create(services.tokenUri()))
                                .build());
        assertThatThrownBy(() -> client.list(StrictGcs.BUCKET))
                .hasStackTraceContaining("invalid_grant");
        services.accepts("refresh", "person@example.com");
        assertThat(client.list(StrictGcs.BUCKET).iterateAll()).hasSize(1);
    }

    @Test
    void theMetadataServerGivesTokensOfTheNode() {
        store.put("x", random(10));
        Storage client =
                client(
                        ComputeEngineCredentials.newBuilder()
                                .setHttpTransportFactory(this::toServices)
                                .build());
        assertThatThrownBy(() -> client.list(StrictGcs.BUCKET)).hasStackTraceContaining("404");
        services.nodeAccount(READER);
        assertThat(client.list(StrictGcs.BUCKET).iterateAll()).hasSize(1);
    }
}
