package dev.cistern.doubles.azure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.core.credential.TokenCredential;
import com.azure.core.credential.TokenRequestContext;
import com.azure.core.http.policy.FixedDelayOptions;
import com.azure.core.http.policy.RetryOptions;
import com.azure.core.util.ConfigurationBuilder;
import com.azure.identity.ClientAssertionCredentialBuilder;
import com.azure.identity.ClientSecretCredentialBuilder;
import com.azure.identity.ManagedIdentityCredentialBuilder;
import com.azure.identity.WorkloadIdentityCredentialBuilder;
import com.azure.storage.blob.BlobClient;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.BlobServiceClientBuilder;
import com.azure.storage.blob.models.BlobItem;
import com.azure.storage.blob.models.BlobListDetails;
import com.azure.storage.blob.models.BlobProperties;
import com.azure.storage.blob.models.BlobRange;
import com.azure.storage.blob.models.BlobRequestConditions;
import com.azure.storage.blob.models.BlobStorageException;
import com.azure.storage.blob.models.DownloadRetryOptions;
import com.azure.storage.blob.models.ListBlobsOptions;
import com.azure.storage.blob.sas.BlobContainerSasPermission;
import com.azure.storage.blob.sas.BlobSasPermission;
import com.azure.storage.blob.sas.BlobServiceSasSignatureValues;
import com.azure.storage.common.StorageSharedKeyCredential;
import com.azure.storage.common.sas.AccountSasPermission;
import com.azure.storage.common.sas.AccountSasResourceType;
import com.azure.storage.common.sas.AccountSasService;
import com.azure.storage.common.sas.AccountSasSignatureValues;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whether the double is true: Azure's own clients read from it, with each of their kinds of credentials, and are
/// refused by it as by the real one.
class StrictAzureBlobTest {
    private static final String CLIENT = "99999999-8888-7777-6666-555555555555";

    private final EntraTokens tokens = new EntraTokens();

    @SuppressWarnings("NullAway.Init")
    private EntraServices entra;

    @SuppressWarnings("NullAway.Init")
    private StrictAzureBlob store;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @BeforeEach
    void start() throws IOException {
        entra = new EntraServices(tokens);
        store = new StrictAzureBlob(tokens);
    }

    @AfterEach
    void stop() {
        entra.close();
        store.close();
    }

    private BlobServiceClientBuilder builder() {
        return new BlobServiceClientBuilder()
                .endpoint(store.endpoint())
                .httpClient(new RedirectingClient(null))
                .retryOptions(new RetryOptions(new FixedDelayOptions(0, Duration.ofMillis(1))));
    }

    private StorageSharedKeyCredential key(int index) {
        return new StorageSharedKeyCredential(StrictAzureBlob.ACCOUNT, store.keys().get(index));
    }

    private BlobContainerClient client() {
        return builder()
                .credential(key(0))
                .buildClient()
                .getBlobContainerClient(StrictAzureBlob.CONTAINER);
    }

    private BlobContainerClient client(String sas) {
        return builder()
                .sasToken(sas)
                .buildClient()
                .getBlobContainerClient(StrictAzureBlob.CONTAINER);
    }

    /// The client refuses to send a token without TLS, so the token is sent by hand.
    private int statusWith(@Nullable String token, String path)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(store.endpoint() + path))
                        .header("x-ms-version", "2021-12-02");
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        return HttpClient.newHttpClient()
                .send(request.build(), HttpResponse.BodyHandlers.ofString())
                .statusCode();
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static byte[] range(BlobClient blob, long from, long count, @Nullable String etag) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        blob.downloadStreamWithResponse(
                out,
                new BlobRange(from, count),
                new DownloadRetryOptions().setMaxRetryRequests(0),
                etag == null ? null : new BlobRequestConditions().setIfMatch(etag),
                false,
                null,
                null);
        return out.toByteArray();
    }

    private static Consumer<Throwable> refused(int status, String code) {
        return e ->
                assertThat(e)
                        .isInstanceOfSatisfying(
                                BlobStorageException.class,
                                told -> {
                                    assertThat(told.getStatusCode()).isEqualTo(status);
                                    assertThat(String.valueOf(told.getErrorCode())).isEqualTo(code);
                                });
    }

    @Test
    void theClientListsPageByPage() {
        for (int i = 0; i < 25; i++) {
            store.put("t/" + (100 + i), random(i));
        }
        store.put("other", random(1));
        store.pageSize(10);
        store.emptyPages(2);
        List<BlobItem> all = new ArrayList<>();
        client().listBlobs(new ListBlobsOptions().setPrefix("t/"), null).forEach(all::add);
        assertThat(all).hasSize(25);
        assertThat(all.get(7).getProperties().getContentLength()).isEqualTo(7);
        assertThat(all.get(7).getProperties().getContentMd5())
                .isEqualTo(Base64.getDecoder().decode(StoredBlob.md5(random(7))));
        assertThat(all.get(7).getProperties().getETag()).startsWith("0x");
        List<String> below = new ArrayList<>();
        client().listBlobsByHierarchy("").forEach(item -> below.add(item.getName()));
        assertThat(below).containsExactly("other", "t/");
    }

    @Test
    void theClientReadsNamesOfEverySort() {
        List<String> names =
                List.of("a b", "a+b", "a%20b", "ключ", "x#y?z", "q\"'<>&", "bell\u0007", "\uffff");
        for (String name : names) {
            store.put("odd/" + name, random(name.length()));
        }
        List<String> listed = new ArrayList<>();
        client().listBlobs(new ListBlobsOptions().setPrefix("odd/"), null)
                .forEach(item -> listed.add(item.getName().substring(4)));
        assertThat(listed).containsExactlyInAnyOrderElementsOf(names);
        for (String name : names) {
            assertThat(client().getBlobClient("odd/" + name).downloadContent().toBytes())
                    .isEqualTo(random(name.length()));
        }
    }

    @Test
    void theClientSeesDirectoriesAndMetadata() {
        store.hierarchical(true);
        store.put("t/sub/x", random(3));
        List<String> directories = new ArrayList<>();
        client().listBlobs(
                        new ListBlobsOptions()
                                .setDetails(new BlobListDetails().setRetrieveMetadata(true)),
                        null)
                .forEach(
                        item -> {
                            if (item.getMetadata() != null
                                    && "true".equals(item.getMetadata().get("hdi_isfolder"))) {
                                directories.add(item.getName());
                            }
                        });
        assertThat(directories).containsExactly("t", "t/sub");
    }

    @Test
    void theClientReadsRangesUnderACondition() {
        byte[] bytes = random(1000);
        store.put("x", bytes);
        BlobClient blob = client().getBlobClient("x");
        BlobProperties properties = blob.getProperties();
        assertThat(properties.getBlobSize()).isEqualTo(1000);
        assertThat(properties.getContentMd5())
                .isEqualTo(Base64.getDecoder().decode(StoredBlob.md5(bytes)));
        assertThat(range(blob, 10, 20, properties.getETag()))
                .isEqualTo(Arrays.copyOfRange(bytes, 10, 30));
        store.put("x", random(999));
        assertThatThrownBy(() -> range(blob, 10, 20, properties.getETag()))
                .satisfies(refused(412, "ConditionNotMet"));
        assertThatThrownBy(() -> range(blob, 5000, 20, null))
                .satisfies(refused(416, "InvalidRange"));
    }

    @Test
    void theClientIsToldWhatIsNotThere() {
        store.put("x", random(10));
        store.tier("x", "Archive");
        assertThatThrownBy(() -> client().getBlobClient("x").downloadContent())
                .satisfies(refused(409, "BlobArchived"));
        assertThatThrownBy(() -> client().getBlobClient("y").downloadContent())
                .satisfies(refused(404, "BlobNotFound"));
        assertThatThrownBy(() -> client().getBlobClient("y").getProperties())
                .satisfies(refused(404, "BlobNotFound"));
        assertThatThrownBy(
                        () ->
                                builder()
                                        .credential(key(0))
                                        .buildClient()
                                        .getBlobContainerClient("missing")
                                        .listBlobs()
                                        .forEach(item -> {}))
                .satisfies(refused(404, "ContainerNotFound"));
    }

    @Test
    void bothKeysSignAndOthersDoNot() {
        store.put("x", random(10));
        for (int i = 0; i < 2; i++) {
            BlobContainerClient client =
                    builder().credential(key(i)).buildClient().getBlobContainerClient("data");
            assertThat(client.listBlobs()).hasSize(1);
        }
        BlobContainerClient client = client();
        store.keys().rotate(0);
        assertThatThrownBy(() -> client.listBlobs().forEach(item -> {}))
                .satisfies(refused(403, "AuthenticationFailed"));
        store.keysOff(true);
        assertThatThrownBy(() -> client().listBlobs().forEach(item -> {}))
                .satisfies(refused(403, "KeyBasedAuthenticationNotPermitted"));
    }

    @Test
    void aClockThatIsWrongIsRefused() {
        store.clockAhead(Duration.ofMinutes(20));
        assertThatThrownBy(() -> client().listBlobs().forEach(item -> {}))
                .satisfies(refused(403, "AuthenticationFailed"))
                .hasMessageContaining("Request date header too old");
    }

    @Test
    void sharedAccessSignaturesOfTheClientAreGood() {
        store.put("t/a b", random(10));
        OffsetDateTime end = OffsetDateTime.now().plusMinutes(5);
        String account =
                builder()
                        .credential(key(1))
                        .buildClient()
                        .generateAccountSas(
                                new AccountSasSignatureValues(
                                        end,
                                        new AccountSasPermission()
                                                .setReadPermission(true)
                                                .setListPermission(true),
                                        new AccountSasService().setBlobAccess(true),
                                        new AccountSasResourceType()
                                                .setContainer(true)
                                                .setObject(true)));
        String container =
                client().generateSas(
                                new BlobServiceSasSignatureValues(
                                                end,
                                                new BlobContainerSasPermission()
                                                        .setReadPermission(true)
                                                        .setListPermission(true))
                                        .setStartTime(OffsetDateTime.now().minusMinutes(5)));
        for (String sas : List.of(account, container)) {
            assertThat(client(sas).listBlobs()).hasSize(1);
            assertThat(client(sas).getBlobClient("t/a b").downloadContent().toBytes()).hasSize(10);
        }
        String blob =
                client().getBlobClient("t/a b")
                        .generateSas(
                                new BlobServiceSasSignatureValues(
                                        end, new BlobSasPermission().setReadPermission(true)));
        assertThat(client(blob).getBlobClient("t/a b").downloadContent().toBytes()).hasSize(10);
        assertThatThrownBy(() -> client(blob).listBlobs().forEach(item -> {}))
                .satisfies(refused(403, "AuthenticationFailed"));
        assertThatThrownBy(
                        () ->
                                client(container.replace("sp=rl", "sp=rwl"))
                                        .listBlobs()
                                        .forEach(item -> {}))
                .satisfies(refused(403, "AuthenticationFailed"));
        String expired =
                client().generateSas(
                                new BlobServiceSasSignatureValues(
                                        OffsetDateTime.now().minusMinutes(5),
                                        new BlobContainerSasPermission().setListPermission(true)));
        assertThatThrownBy(() -> client(expired).listBlobs().forEach(item -> {}))
                .satisfies(refused(403, "AuthenticationFailed"))
                .hasMessageContaining("specified time frame");
    }

    @Test
    void theDoublesOwnSignaturesAreThoseOfTheClient() {
        store.put("x", random(10));
        SasTokens sas =
                new SasTokens(store.keys().get(0), OffsetDateTime.now().plusMinutes(5).toInstant());
        assertThat(client(sas.account("b", "co", "rl")).listBlobs()).hasSize(1);
        assertThat(client(sas.container("data", "rl")).listBlobs()).hasSize(1);
        assertThat(
                        client(sas.blob("data", "x", "r"))
                                .getBlobClient("x")
                                .downloadContent()
                                .toBytes())
                .hasSize(10);
    }

    @Test
    void anonymousRequestsReadWhatIsPublic() throws Exception {
        store.put("x", random(10));
        String list = "/data?restype=container&comp=list";
        assertThat(statusWith(null, list)).isEqualTo(401);
        store.publicAccess(PublicAccess.BLOB);
        assertThat(statusWith(null, list)).isEqualTo(404);
        assertThat(statusWith(null, "/data/x")).isEqualTo(200);
        BlobContainerClient anonymous = builder().buildClient().getBlobContainerClient("data");
        assertThatThrownBy(() -> anonymous.listBlobs().forEach(item -> {}))
                .satisfies(refused(404, "ResourceNotFound"));
        store.publicAccess(PublicAccess.CONTAINER);
        assertThat(anonymous.listBlobs()).hasSize(1);
        store.publicAccess(PublicAccess.NOT_PERMITTED);
        assertThatThrownBy(() -> anonymous.listBlobs().forEach(item -> {}))
                .satisfies(refused(409, "PublicAccessNotPermitted"));
    }

    private static String token(TokenCredential credential) {
        return credential
                .getTokenSync(
                        new TokenRequestContext().addScopes("https://storage.azure.com/.default"))
                .getToken();
    }

    private void assertReads(TokenCredential credential) throws Exception {
        store.put("x", random(10));
        String list = "/data?restype=container&comp=list";
        String token = token(credential);
        assertThat(statusWith(token, list)).isEqualTo(200);
        assertThat(statusWith(token + "x", list)).isEqualTo(401);
        tokens.revokeAll();
        assertThat(statusWith(token, "/data/x")).isEqualTo(401);
    }

    @Test
    void theClientsTokenOfAnApplicationIsGood() throws Exception {
        entra.application(CLIENT, "secret");
        assertReads(secret("secret"));
        assertThatThrownBy(() -> token(secret("wrong"))).hasMessageContaining("AADSTS7000215");
        assertThat(entra.asked()).contains("/" + EntraServices.TENANT + "/oauth2/v2.0/token");
    }

    private TokenCredential secret(String secret) {
        return new ClientSecretCredentialBuilder()
                .httpClient(new RedirectingClient(entra.url()))
                .disableInstanceDiscovery()
                .retryOptions(new RetryOptions(new FixedDelayOptions(0, Duration.ofMillis(1))))
                .tenantId(EntraServices.TENANT)
                .clientId(CLIENT)
                .clientSecret(secret)
                .build();
    }

    @Test
    void theClientsTokenForAClustersTokenIsGood() throws Exception {
        entra.trusts(CLIENT, "pod"::equals);
        Path file = Files.writeString(directory.resolve("token"), "pod");
        assertReads(
                new WorkloadIdentityCredentialBuilder()
                        .httpClient(new RedirectingClient(entra.url()))
                        .disableInstanceDiscovery()
                        .tenantId(EntraServices.TENANT)
                        .clientId(CLIENT)
                        .tokenFilePath(file.toString())
                        .build());
        assertThatThrownBy(
                        () ->
                                token(
                                        new ClientAssertionCredentialBuilder()
                                                .httpClient(new RedirectingClient(entra.url()))
                                                .disableInstanceDiscovery()
                                                .tenantId(EntraServices.TENANT)
                                                .clientId(CLIENT)
                                                .clientAssertion(() -> "other")
                                                .build()))
                .hasMessageContaining("AADSTS700213");
    }

    @Test
    void theClientsTokensOfTheMachineAreGood() throws Exception {
        entra.systemAssigned("node");
        entra.userAssigned(CLIENT, "reader");
        // The client keeps the machine's tokens as long as the process lives.
        String token = token(managed().build());
        store.put("x", random(10));
        store.denies("node");
        assertThat(statusWith(token, "/data/x")).isEqualTo(403);
        store.denies();
        store.deniesListing("node");
        assertThat(statusWith(token, "/data?restype=container&comp=list")).isEqualTo(403);
        assertThat(statusWith(token, "/data/x")).isEqualTo(200);
        assertReads(managed().clientId(CLIENT).build());
        assertThatThrownBy(() -> token(managed().clientId("unknown").build()))
                .hasStackTraceContaining("Identity not found");
    }

    private ManagedIdentityCredentialBuilder managed() {
        return new ManagedIdentityCredentialBuilder()
                .configuration(new ConfigurationBuilder().build())
                .httpClient(new RedirectingClient(entra.url()));
    }

    @Test
    void requestsThatAreWrongAreRefused() throws Exception {
        store.put("x", random(10));
        store.publicAccess(PublicAccess.CONTAINER);
        for (String path :
                List.of(
                        "/data?restype=container",
                        "/data?restype=container&comp=list&sort=size",
                        "/data?restype=container&comp=list&maxresults=0",
                        "/data?restype=container&comp=list&include=everything",
                        "/data?restype=container&comp=list&marker=made-up",
                        "/data/x?version=1")) {
            assertThat(statusWith(null, path)).as(path).isEqualTo(400);
        }
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(store.endpoint() + "/data/x"))
                        .header("x-ms-version", "latest")
                        .build();
        assertThat(
                        HttpClient.newHttpClient()
                                .send(request, HttpResponse.BodyHandlers.ofString())
                                .body())
                .contains("<Code>InvalidHeaderValue</Code>");
    }

    @Test
    void faultsAreInjected() throws Exception {
        store.put("x", random(10));
        store.faults(
                asked -> new Fault.Error(503, "ServerBusy", "Busy.", Map.of("Retry-After", "1")));
        assertThatThrownBy(() -> client().getBlobClient("x").downloadContent())
                .satisfies(refused(503, "ServerBusy"));
    }
}
