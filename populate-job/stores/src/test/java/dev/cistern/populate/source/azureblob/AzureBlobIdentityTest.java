package dev.cistern.populate.source.azureblob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.doubles.azure.AccountKeys;
import dev.cistern.doubles.azure.EntraServices;
import dev.cistern.doubles.azure.PublicAccess;
import dev.cistern.doubles.azure.SasTokens;
import dev.cistern.doubles.azure.StrictAzureBlob;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceContract;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.wire.AzureBlobAuth;
import dev.cistern.populate.wire.AzureBlobSpec;
import dev.cistern.populate.wire.Reason;
import dev.cistern.populate.wire.TlsSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Each way in, with credentials that are good, wrong, expired, and changed while a source is open.
class AzureBlobIdentityTest {
    private static final String CLIENT = "99999999-8888-7777-6666-555555555555";
    private static final String SECRET = "secret~value";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @SuppressWarnings("NullAway.Init")
    private Azure azure;

    @BeforeEach
    void start() throws IOException {
        azure = new Azure(directory);
        azure.store.put("t/x", Azure.random(10));
    }

    @AfterEach
    void stop() {
        azure.close();
    }

    private static int count(Source source) throws Exception {
        int read = 0;
        for (SourceObject object : Azure.list(source)) {
            SourceContract.Bytes sink = new SourceContract.Bytes();
            source.read(object, 0, object.size(), sink);
            assertThat(sink.taken.size()).isEqualTo(10);
            read++;
        }
        return read;
    }

    private int count(AzureBlobAuth auth) throws Exception {
        return count(auth, Map.of());
    }

    private int count(AzureBlobAuth auth, Map<String, String> environment) throws Exception {
        try (Source source =
                Azure.open(azure.spec(StrictAzureBlob.CONTAINER, "t/", auth), environment)) {
            return count(source);
        }
    }

    /// By the variables alone, authority host and metadata service among them.
    private int countByEnvironment(Map<String, String> variables) throws Exception {
        Map<String, String> environment = new HashMap<>(variables);
        environment.put("AZURE_AUTHORITY_HOST", azure.entra.url());
        environment.put("AZURE_POD_IDENTITY_AUTHORITY_HOST", azure.entra.url() + "/");
        AzureBlobSpec spec =
                new AzureBlobSpec(
                        StrictAzureBlob.ACCOUNT,
                        azure.store.endpoint(),
                        TlsSpec.PLATFORM,
                        StrictAzureBlob.CONTAINER,
                        "t/",
                        new AzureBlobAuth.Environment(),
                        null);
        try (Source source = Azure.open(spec, environment)) {
            return count(source);
        }
    }

    private static Consumer<Throwable> refused(Reason reason, String... words) {
        return e ->
                assertThat(e)
                        .isInstanceOfSatisfying(
                                SourceException.Refused.class,
                                refused -> assertThat(refused.reason()).isEqualTo(reason))
                        .hasMessageContainingAll(words);
    }

    private AzureBlobAuth.ServicePrincipal principal(String tenant, String client, String secret)
            throws IOException {
        return new AzureBlobAuth.ServicePrincipal(
                azure.file(tenant).toString(),
                azure.file(client + "\n").toString(),
                azure.file(secret).toString());
    }

    private SasTokens sas() {
        return new SasTokens(azure.store.keys().get(0), Instant.now().plusSeconds(600));
    }

    private AzureBlobAuth sas(String token) throws IOException {
        return new AzureBlobAuth.Sas(azure.file(token).toString());
    }

    @Test
    void bothKeysOfAnAccountSign() throws Exception {
        for (int i = 0; i < 2; i++) {
            String file = azure.file(azure.store.keys().get(i)).toString();
            assertThat(count(new AzureBlobAuth.AccountKey(file))).isEqualTo(1);
        }
    }

    @Test
    void aKeyThatIsRotatedWhileASourceIsOpenIsTakenFromItsFile() throws Exception {
        Path file = azure.file(azure.store.keys().get(0));
        try (Source source = azure.open("t/", new AzureBlobAuth.AccountKey(file.toString()))) {
            assertThat(count(source)).isEqualTo(1);
            azure.store.keys().rotate(0);
            assertThatThrownBy(() -> count(source))
                    .satisfies(
                            refused(
                                    Reason.CREDENTIALS_EXPIRED,
                                    "AuthenticationFailed",
                                    "accepted before",
                                    "put the new one into the Secret"))
                    .hasMessageNotContaining("string to sign");
            Files.writeString(file, azure.store.keys().get(0));
            assertThat(count(source)).isEqualTo(1);
            azure.store.keys().rotate(0);
            Files.writeString(file, azure.store.keys().get(1));
            assertThat(count(source)).isEqualTo(1);
        }
    }

    @Test
    void aFileThatIsNoKeyIsToldBeforeAnythingIsAskedAndNoneOfItIsShown() throws Exception {
        for (String[] wrong :
                new String[][] {
                    {"not base64 secret", "not Base64"},
                    {"DefaultEndpointsProtocol=https;AccountKey=c2VjcmV0", "connection string"},
                    {"", "is empty"}
                }) {
            Path file = azure.file(wrong[0]);
            assertThatThrownBy(() -> count(new AzureBlobAuth.AccountKey(file.toString())))
                    .satisfies(refused(Reason.INVALID_CREDENTIALS, "account key", wrong[1]))
                    .hasMessageNotContainingAny("secret", "c2VjcmV0");
        }
        assertThatThrownBy(() -> count(new AzureBlobAuth.AccountKey("/not/there")))
                .satisfies(refused(Reason.INVALID_CREDENTIALS, "/not/there", "cannot be read"));
        assertThat(azure.store.asked()).isEmpty();
    }

    @Test
    void aClockThatIsWrongIsSetByTheStoresDate() throws Exception {
        for (Duration ahead : List.of(Duration.ofHours(-3), Duration.ofDays(2))) {
            azure.store.clockAhead(ahead);
            try (Source source = azure.open("t/")) {
                assertThat(count(source)).isEqualTo(1);
            }
        }
        azure.store.clockAhead(Duration.ofDays(1));
        azure.store.faults(
                request ->
                        request.number() < 9
                                ? new dev.cistern.doubles.azure.Fault.Error(
                                        403,
                                        "AuthenticationFailed",
                                        "Request date header too old: 'x'",
                                        Map.of())
                                : null);
        try (Source source = azure.open("t/")) {
            assertThatThrownBy(() -> count(source))
                    .satisfies(refused(Reason.INVALID_CREDENTIALS, "15 minutes", "set it"));
        }
    }

    @Test
    void everyKindOfSasIsTaken() throws Exception {
        assertThat(count(sas(sas().account("b", "co", "rl")))).isEqualTo(1);
        assertThat(count(sas("?" + sas().container(StrictAzureBlob.CONTAINER, "rl")))).isEqualTo(1);
        assertThat(azure.store.asked().getFirst().headers()).doesNotContainKey("authorization");
    }

    @Test
    void aSasOfOneBlobReadsThatBlob() throws Exception {
        AzureBlobAuth auth = sas(sas().blob(StrictAzureBlob.CONTAINER, "t/x", "r"));
        try (Source source = azure.open("t/x", auth)) {
            assertThat(count(source)).isEqualTo(1);
        }
        for (String prefix : List.of("t/", "t/other")) {
            try (Source source = azure.open(prefix, auth)) {
                assertThatThrownBy(() -> count(source))
                        .satisfies(
                                refused(
                                        Reason.ACCESS_DENIED,
                                        "SAS token of one blob",
                                        "name that blob as the path"));
            }
        }
    }

    @Test
    void aPublicBlobOfAContainerThatIsNotIsReadByItsName() throws Exception {
        azure.store.publicAccess(PublicAccess.BLOB);
        try (Source source = azure.open("t/x", new AzureBlobAuth.Anonymous())) {
            assertThat(count(source)).isEqualTo(1);
        }
    }

    @Test
    void aSasThatAllowsTooLittleIsTold() throws Exception {
        record Case(String token, String code, String hint) {}
        for (Case told :
                List.of(
                        new Case(
                                sas().container(StrictAzureBlob.CONTAINER, "r"),
                                "AuthorizationPermissionMismatch",
                                "permissions r and l"),
                        new Case(
                                sas().account("f", "co", "rl"),
                                "AuthorizationServiceMismatch",
                                "ss=b"),
                        new Case(
                                sas().account("b", "o", "rl"),
                                "AuthorizationResourceTypeMismatch",
                                "srt=co"))) {
            assertThatThrownBy(() -> count(sas(told.token)))
                    .satisfies(refused(Reason.ACCESS_DENIED, told.code, told.hint))
                    .hasMessageNotContaining("sig=");
        }
    }

    @Test
    void anExpiredSasIsToldAndTakenAnewWhenItsFileChanges() throws Exception {
        String old =
                new SasTokens(azure.store.keys().get(0), Instant.now().minusSeconds(5))
                        .container(StrictAzureBlob.CONTAINER, "rl");
        Path file = azure.file(old);
        try (Source source = azure.open("t/", new AzureBlobAuth.Sas(file.toString()))) {
            assertThatThrownBy(() -> count(source))
                    .satisfies(
                            refused(
                                    Reason.CREDENTIALS_EXPIRED,
                                    "Expiry [",
                                    "SAS token that is not valid now"))
                    .hasMessageNotContaining("sig=");
            Files.writeString(file, sas().container(StrictAzureBlob.CONTAINER, "rl"));
            assertThat(count(source)).isEqualTo(1);
            azure.store.keys().rotate(0);
            assertThatThrownBy(() -> count(source))
                    .satisfies(refused(Reason.CREDENTIALS_EXPIRED, "SAS token"));
        }
    }

    @Test
    void aSasThatIsNoneIsTold() throws Exception {
        for (String[] wrong :
                new String[][] {
                    {"https://lakes.blob.core.windows.net/data?sv=1&sig=secret", "whole URL"},
                    {"sig=secret", "is none"},
                    {"sv=1&sig=sec ret", "is none"}
                }) {
            assertThatThrownBy(() -> count(sas(wrong[0])))
                    .satisfies(refused(Reason.INVALID_CREDENTIALS, "SAS token", wrong[1]))
                    .hasMessageNotContaining("sec");
        }
    }

    @Test
    void anAccountThatTakesNoKeysSaysWhatItTakes() throws Exception {
        azure.store.keysOff(true);
        for (AzureBlobAuth auth :
                List.of(azure.key(), sas(sas().container(StrictAzureBlob.CONTAINER, "rl")))) {
            assertThatThrownBy(() -> count(auth))
                    .satisfies(
                            refused(
                                    Reason.ACCESS_DENIED,
                                    "KeyBasedAuthenticationNotPermitted",
                                    "managedIdentity"));
        }
    }

    @Test
    void anonymousRequestsReadWhatIsPublic() throws Exception {
        for (PublicAccess access : List.of(PublicAccess.NONE, PublicAccess.NOT_PERMITTED)) {
            azure.store.publicAccess(access);
            assertThatThrownBy(() -> count(new AzureBlobAuth.Anonymous()))
                    .satisfies(refused(Reason.ACCESS_DENIED, "not public", "instead of anonymous"));
        }
        azure.store.publicAccess(PublicAccess.CONTAINER);
        assertThat(count(new AzureBlobAuth.Anonymous())).isEqualTo(1);
        assertThat(azure.store.asked().getLast().headers())
                .doesNotContainKey("authorization")
                .containsEntry("x-ms-version", BlobProtocol.VERSION);
    }

    @Test
    void anApplicationReadsWithItsSecret() throws Exception {
        azure.entra.application(CLIENT, SECRET);
        assertThat(count(principal(EntraServices.TENANT, CLIENT, SECRET))).isEqualTo(1);
        assertThat(azure.entra.asked())
                .containsExactly("/" + EntraServices.TENANT + "/oauth2/v2.0/token");
    }

    @Test
    void anApplicationThatIsRefusedIsToldWhy() throws Exception {
        azure.entra.application(CLIENT, SECRET);
        record Case(AzureBlobAuth auth, String code, String hint) {}
        for (Case told :
                List.of(
                        new Case(
                                principal(EntraServices.TENANT, CLIENT, "wrong"),
                                "AADSTS7000215",
                                "the secret's value, not its id"),
                        new Case(
                                principal(EntraServices.TENANT, "unknown", SECRET),
                                "AADSTS700016",
                                "check the client id"),
                        new Case(
                                principal("nowhere.example", CLIENT, SECRET),
                                "AADSTS90002",
                                "check the tenant id"))) {
            assertThatThrownBy(() -> count(told.auth))
                    .satisfies(
                            refused(
                                    Reason.INVALID_CREDENTIALS,
                                    azure.entra.url(),
                                    told.code,
                                    told.hint))
                    .hasMessageNotContaining(SECRET);
        }
        for (String[] code :
                new String[][] {
                    {"7000222", "has expired: make a new one"}, {"700024", "set the clock"}
                }) {
            azure.entra.refuses(
                    new EntraServices.Refusal(
                            401, "invalid_client", "AADSTS" + code[0] + ": It says why.", 0));
            assertThatThrownBy(() -> count(principal(EntraServices.TENANT, CLIENT, SECRET)))
                    .satisfies(refused(Reason.INVALID_CREDENTIALS, code[1]));
        }
        assertThatThrownBy(() -> count(principal("a/../b", CLIENT, SECRET)))
                .satisfies(refused(Reason.INVALID_CREDENTIALS, "neither a UUID nor a domain"));
    }

    @Test
    void aSecretThatIsRotatedWhileASourceIsOpenIsTakenFromItsFile() throws Exception {
        azure.entra.application(CLIENT, SECRET);
        Path file = azure.file(SECRET);
        AzureBlobAuth auth =
                new AzureBlobAuth.ServicePrincipal(
                        azure.file(EntraServices.TENANT).toString(),
                        azure.file(CLIENT).toString(),
                        file.toString());
        try (Source source = azure.open("t/", auth)) {
            assertThat(count(source)).isEqualTo(1);
            azure.entra.application(CLIENT, "another");
            azure.tokens.revokeAll();
            assertThatThrownBy(() -> count(source))
                    .satisfies(refused(Reason.CREDENTIALS_EXPIRED, "AADSTS7000215", "before"));
            Files.writeString(file, "another");
            assertThat(count(source)).isEqualTo(1);
        }
    }

    @Test
    void aClustersTokenIsExchangedEachTimeAsItIsThen() throws Exception {
        Path file = azure.file("old\n");
        AzureBlobAuth auth =
                new AzureBlobAuth.WorkloadIdentity(EntraServices.TENANT, CLIENT, file.toString());
        azure.entra.trusts(CLIENT, "new"::equals);
        try (Source source = azure.open("t/", auth)) {
            assertThatThrownBy(() -> count(source))
                    .satisfies(
                            refused(
                                    Reason.INVALID_CREDENTIALS,
                                    "AADSTS700213",
                                    "add a federated credential"));
            Files.writeString(file, "new\n");
            assertThat(count(source)).isEqualTo(1);
            azure.tokens.revokeAll();
            Files.writeString(file, "");
            assertThatThrownBy(() -> count(source))
                    .satisfies(refused(Reason.CREDENTIALS_EXPIRED, file.toString(), "no token"));
        }
    }

    @Test
    void theWebhooksEnvironmentStandsInForWhatIsNotGiven() throws Exception {
        AzureBlobAuth auth = new AzureBlobAuth.WorkloadIdentity(null, null, null);
        azure.entra.trusts(CLIENT, "pod"::equals);
        Map<String, String> webhook =
                Map.of(
                        "AZURE_TENANT_ID",
                        EntraServices.TENANT,
                        "AZURE_CLIENT_ID",
                        CLIENT,
                        "AZURE_FEDERATED_TOKEN_FILE",
                        azure.file("pod").toString());
        assertThat(count(auth, webhook)).isEqualTo(1);
        Map<String, String> without = new HashMap<>(webhook);
        without.remove("AZURE_CLIENT_ID");
        assertThatThrownBy(() -> count(auth, without))
                .satisfies(
                        refused(
                                Reason.INVALID_CREDENTIALS,
                                "AZURE_CLIENT_ID is not set",
                                "azure.workload.identity/client-id",
                                "auth.workloadIdentity.clientId"));
    }

    @Test
    void theNodesIdentityReads() throws Exception {
        Map<String, String> environment =
                Map.of("AZURE_POD_IDENTITY_AUTHORITY_HOST", azure.entra.url());
        AzureBlobAuth own = new AzureBlobAuth.ManagedIdentity(null, null);
        assertThatThrownBy(() -> count(own, environment))
                .satisfies(
                        refused(
                                Reason.INVALID_CREDENTIALS,
                                "instance metadata service",
                                "Identity not found",
                                "assign a managed identity"));
        azure.entra.systemAssigned("node");
        azure.entra.userAssigned(CLIENT, "reader");
        azure.store.denies("node");
        assertThatThrownBy(() -> count(own, environment))
                .satisfies(refused(Reason.ACCESS_DENIED, "Storage Blob Data Reader"));
        assertThat(count(new AzureBlobAuth.ManagedIdentity(CLIENT, null), environment))
                .isEqualTo(1);
        assertThat(
                        count(
                                new AzureBlobAuth.ManagedIdentity(
                                        null, azure.file(CLIENT + "\n").toString()),
                                environment))
                .isEqualTo(1);
        azure.store.denies();
        assertThat(count(own, environment)).isEqualTo(1);
    }

    @Test
    void aMetadataServiceThatIsAwayIsAskedAgain() throws Exception {
        AzureBlobAuth own = new AzureBlobAuth.ManagedIdentity(null, null);
        Map<String, String> environment =
                Map.of("AZURE_POD_IDENTITY_AUTHORITY_HOST", azure.entra.url());
        for (int status : new int[] {404, 410, 429, 500, 503}) {
            azure.entra.refuses(new EntraServices.Refusal(status, "busy", "later", 2));
            assertThatThrownBy(() -> count(own, environment))
                    .as("status " + status)
                    .isInstanceOfSatisfying(
                            SourceException.Retryable.class,
                            e -> assertThat(e.afterMillis()).isEqualTo(2000));
        }
        assertThatThrownBy(
                        () ->
                                count(
                                        own,
                                        Map.of(
                                                "AZURE_POD_IDENTITY_AUTHORITY_HOST",
                                                "http://127.0.0.1:1")))
                .isInstanceOfSatisfying(
                        SourceException.Retryable.class, e -> assertThat(e.reached()).isFalse())
                .hasMessageContaining("only machines of Azure have one");
    }

    @Test
    void tokensAreRenewedBeforeTheyExpireAndWhenTheyAreRevoked() throws Exception {
        azure.entra.application(CLIENT, SECRET);
        azure.tokens.lifetime(Duration.ofSeconds(1));
        try (Source source = azure.open("t/", principal(EntraServices.TENANT, CLIENT, SECRET))) {
            assertThat(count(source)).isEqualTo(1);
            Thread.sleep(1500);
            azure.tokens.lifetime(Duration.ofHours(1));
            assertThat(count(source)).isEqualTo(1);
            assertThat(azure.tokens.issued()).isEqualTo(2);
            azure.tokens.revokeAll();
            assertThat(count(source)).isEqualTo(1);
            assertThat(azure.tokens.issued()).isEqualTo(3);
        }
    }

    @Test
    void theVariablesOfAzuresToolsAreReadInTheirOrder() throws Exception {
        String key = azure.store.keys().get(0);
        String token = sas().container(StrictAzureBlob.CONTAINER, "rl");
        azure.entra.systemAssigned("node");
        azure.entra.application(CLIENT, SECRET);
        azure.entra.trusts(CLIENT, "pod"::equals);
        Map<String, String> all = new HashMap<>();
        assertThat(countByEnvironment(all)).as("the machine's identity").isEqualTo(1);
        all.put("AZURE_FEDERATED_TOKEN_FILE", azure.file("pod").toString());
        all.put("AZURE_CLIENT_ID", CLIENT);
        all.put("AZURE_TENANT_ID", EntraServices.TENANT);
        azure.entra.systemAssigned(null);
        assertThat(countByEnvironment(all)).isEqualTo(1);
        all.put("AZURE_CLIENT_SECRET", SECRET);
        azure.entra.trusts(CLIENT, "nothing"::equals);
        assertThat(countByEnvironment(all)).isEqualTo(1);
        all.put("AZURE_STORAGE_SAS_TOKEN", token);
        azure.entra.application(CLIENT, "another");
        assertThat(countByEnvironment(all)).isEqualTo(1);
        all.put("AZURE_STORAGE_KEY", AccountKeys.key("wrong"));
        assertThatThrownBy(() -> countByEnvironment(all))
                .satisfies(refused(Reason.INVALID_CREDENTIALS, "AuthenticationFailed"));
        all.put("AZURE_STORAGE_CONNECTION_STRING", "AccountName=lakes;AccountKey=" + key);
        assertThat(countByEnvironment(all)).isEqualTo(1);
        all.put(
                "AZURE_STORAGE_CONNECTION_STRING",
                "BlobEndpoint=" + azure.store.endpoint() + ";SharedAccessSignature=" + token);
        assertThat(countByEnvironment(all)).isEqualTo(1);
        assertThatThrownBy(() -> countByEnvironment(Map.of("AZURE_CLIENT_SECRET", SECRET)))
                .satisfies(
                        refused(
                                Reason.INVALID_CREDENTIALS,
                                "AZURE_CLIENT_SECRET is set without AZURE_TENANT_ID"));
    }

    @Test
    void eachCloudHasAnAuthorityOfItsOwn() throws Exception {
        for (String[] cloud :
                new String[][] {
                    {"https://lakes.blob.core.windows.net", "https://login.microsoftonline.com"},
                    {"https://lakes.blob.core.chinacloudapi.cn", "https://login.chinacloudapi.cn"},
                    {
                        "https://lakes.blob.core.usgovcloudapi.net",
                        "https://login.microsoftonline.us"
                    }
                }) {
            assertThat(
                            dev.cistern.populate.source.azureblob.auth.Identities.authorityOf(
                                    dev.cistern.populate.http.Origin.of(cloud[0])))
                    .isEqualTo(cloud[1]);
        }
    }
}
