package dev.cistern.populate.source.gcs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.doubles.gcs.AccessTokens;
import dev.cistern.doubles.gcs.ServiceAccountKey;
import dev.cistern.doubles.gcs.TokenServices;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceContract;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.wire.GcsAuth;
import dev.cistern.populate.wire.GcsSpec;
import dev.cistern.populate.wire.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Each kind of credentials, against doubles of the token services.
class GcsIdentityTest {
    private static final String OTHER = "other@test-project.iam.gserviceaccount.com";
    private static final String PROVIDER =
            "projects/123/locations/global/workloadIdentityPools/pool/providers/cluster";

    @RegisterExtension final Gcs gcs = new Gcs();

    @BeforeEach
    void start() throws IOException {
        gcs.store.put("t/x", Gcs.random(10));
    }

    private static int count(Source source) throws Exception {
        return SourceContract.list(source).size();
    }

    private int count(GcsAuth auth, GcsSpec.@Nullable Impersonation as) throws Exception {
        return count(auth, as, Map.of("GCE_METADATA_HOST", gcs.services.metadataHost()));
    }

    private int count(
            GcsAuth auth, GcsSpec.@Nullable Impersonation as, Map<String, String> environment)
            throws Exception {
        try (Source source = Gcs.open(gcs.spec("t/", auth, null, as), environment)) {
            return count(source);
        }
    }

    private int countByFile(String content) throws Exception {
        return count(
                new GcsAuth.ApplicationDefault(),
                null,
                Map.of("GOOGLE_APPLICATION_CREDENTIALS", gcs.file(content).toString()));
    }

    private static Consumer<Throwable> refused(Reason reason, String... words) {
        return e ->
                assertThat(e)
                        .isInstanceOfSatisfying(
                                SourceException.Refused.class,
                                refused -> assertThat(refused.reason()).isEqualTo(reason))
                        .satisfies(
                                details ->
                                        assertThat(words)
                                                .allMatch(
                                                        word ->
                                                                String.valueOf(details.getMessage())
                                                                        .contains(word)));
    }

    @Test
    void aKeySignsForItsAccount() throws Exception {
        assertThat(count(gcs.auth(), null)).isEqualTo(1);
        assertThat(gcs.services.asked()).containsExactly("/token");
    }

    @Test
    void aKeyThatIsNotGoodIsTold() throws Exception {
        ServiceAccountKey unknown = ServiceAccountKey.of(OTHER);
        ServiceAccountKey forged = new ServiceAccountKey(Gcs.READER, Gcs.KEY.id(), unknown.pair());
        assertThatThrownBy(
                        () ->
                                count(
                                        new GcsAuth.ServiceAccountKey(
                                                gcs.keyFile(unknown).toString()),
                                        null))
                .satisfies(
                        refused(
                                Reason.INVALID_CREDENTIALS,
                                gcs.services.tokenUri(),
                                OTHER,
                                "account not found",
                                "make a new key"));
        assertThatThrownBy(
                        () ->
                                count(
                                        new GcsAuth.ServiceAccountKey(
                                                gcs.keyFile(forged).toString()),
                                        null))
                .satisfies(refused(Reason.INVALID_CREDENTIALS, "Invalid JWT Signature"));
    }

    @Test
    void aFileThatIsNoKeyIsToldBeforeAnythingIsAskedAndNoneOfItIsShown() throws Exception {
        String key = Gcs.KEY.file(gcs.services.tokenUri());
        for (String[] wrong :
                new String[][] {
                    {"secret-but-no-json", "is not JSON"},
                    {
                        "{\"type\":\"authorized_user\",\"refresh_token\":\"secret\"}",
                        "authorized_user"
                    },
                    {"{\"type\":\"service_account\",\"private_key\":\"secret\"}", "client_email"},
                    {key.replaceAll("MII[^\"]{40}", "secret"), "private_key that cannot be read"},
                    {key.replace("BEGIN PRIVATE", "BEGIN RSA PRIVATE"), "not PEM"}
                }) {
            Path file = gcs.file(wrong[0]);
            assertThatThrownBy(() -> count(new GcsAuth.ServiceAccountKey(file.toString()), null))
                    .satisfies(refused(Reason.INVALID_CREDENTIALS, file.toString(), wrong[1]))
                    .hasMessageNotContaining("secret");
        }
        assertThatThrownBy(() -> count(new GcsAuth.ServiceAccountKey("/not/there"), null))
                .satisfies(refused(Reason.INVALID_CREDENTIALS, "/not/there", "cannot be read"));
        assertThat(gcs.services.asked()).isEmpty();
    }

    @Test
    void aClustersTokenIsExchangedEachTimeAsItIsThen() throws Exception {
        Path file = Files.writeString(gcs.directory.resolve("token"), "old\n");
        GcsAuth auth = new GcsAuth.Federation(PROVIDER, file.toString(), gcs.services.stsUrl());
        assertThatThrownBy(() -> count(auth, null))
                .satisfies(
                        refused(
                                Reason.INVALID_CREDENTIALS,
                                "invalid_target",
                                "check the provider"));
        gcs.services.trusts(PROVIDER, "new"::equals);
        try (Source source = gcs.open("t/", auth)) {
            assertThatThrownBy(() -> count(source)).satisfies(refused(Reason.INVALID_CREDENTIALS));
            Files.writeString(file, "new\n");
            assertThat(count(source)).isEqualTo(1);
            gcs.tokens.revokeAll();
            Files.writeString(file, "");
            assertThatThrownBy(() -> count(source))
                    .satisfies(refused(Reason.CREDENTIALS_EXPIRED, file.toString(), "no token"));
        }
    }

    @Test
    void theNodesMetadataServerKnowsThePod() throws Exception {
        assertThatThrownBy(() -> count(new GcsAuth.Metadata(), null))
                .satisfies(
                        refused(
                                Reason.INVALID_CREDENTIALS,
                                "metadata server",
                                "bind a service account"));
        gcs.services.nodeAccount(Gcs.READER);
        assertThat(count(new GcsAuth.Metadata(), null)).isEqualTo(1);
        assertThatThrownBy(
                        () ->
                                count(
                                        new GcsAuth.Metadata(),
                                        null,
                                        Map.of("GCE_METADATA_HOST", "127.0.0.1:1")))
                .isInstanceOfSatisfying(
                        SourceException.Retryable.class, e -> assertThat(e.reached()).isFalse())
                .hasMessageContaining("only GKE and Compute Engine have");
    }

    @Test
    void anAccountIsImpersonatedByWhoMay() throws Exception {
        Path token = Files.writeString(gcs.directory.resolve("token"), "pod");
        gcs.services.trusts(PROVIDER, "pod"::equals);
        gcs.services.nodeAccount("node@test-project.iam.gserviceaccount.com");
        gcs.store.denies(Gcs.READER, "principal:pod", "node@test-project.iam.gserviceaccount.com");
        GcsSpec.Impersonation other = new GcsSpec.Impersonation(OTHER, gcs.services.url());
        for (GcsAuth auth :
                List.of(
                        gcs.auth(),
                        new GcsAuth.Federation(PROVIDER, token.toString(), gcs.services.stsUrl()),
                        new GcsAuth.Metadata())) {
            assertThatThrownBy(() -> count(auth, other))
                    .as(auth.toString())
                    .satisfies(
                            refused(
                                    Reason.ACCESS_DENIED,
                                    "iam.serviceAccounts.getAccessToken",
                                    "roles/iam.serviceAccountTokenCreator"));
        }
        gcs.services.mayImpersonate(Gcs.READER, OTHER);
        gcs.services.mayImpersonate("principal:pod", OTHER);
        gcs.services.mayImpersonate("node@test-project.iam.gserviceaccount.com", OTHER);
        assertThat(count(gcs.auth(), other)).isEqualTo(1);
        assertThat(
                        count(
                                new GcsAuth.Federation(
                                        PROVIDER, token.toString(), gcs.services.stsUrl()),
                                other))
                .isEqualTo(1);
        assertThat(count(new GcsAuth.Metadata(), other)).isEqualTo(1);
        assertThatThrownBy(() -> count(new GcsAuth.Anonymous(), other))
                .satisfies(refused(Reason.INVALID_CONFIGURATION, "impersonation"));
    }

    @Test
    void applicationDefaultCredentialsAreReadInEveryForm() throws Exception {
        assertThat(countByFile(Gcs.KEY.file(gcs.services.tokenUri()))).isEqualTo(1);
        gcs.services.accepts("refresh", "person@example.com");
        String person =
                """
                {"type":"authorized_user","client_id":"client","client_secret":"client-secret",
                 "refresh_token":"refresh","token_uri":"%s"}
                """
                        .formatted(gcs.services.tokenUri());
        assertThat(countByFile(person)).isEqualTo(1);
        assertThatThrownBy(() -> countByFile(person.replace("\"refresh\"", "\"old\"")))
                .satisfies(
                        refused(
                                Reason.INVALID_CREDENTIALS,
                                "expired or revoked",
                                "gcloud auth application-default login"));
        String impersonate =
                gcs.services.url()
                        + "/v1/projects/-/serviceAccounts/"
                        + OTHER
                        + ":generateAccessToken";
        gcs.services.mayImpersonate("person@example.com", OTHER);
        assertThat(
                        countByFile(
                                """
                                {"type":"impersonated_service_account","delegates":[],
                                 "service_account_impersonation_url":"%s","source_credentials":%s}
                                """
                                        .formatted(impersonate, person)))
                .isEqualTo(1);
        gcs.services.trusts(PROVIDER, "pod"::equals);
        gcs.services.mayImpersonate("principal:pod", OTHER);
        String external =
                """
                {"type":"external_account","audience":"//iam.googleapis.com/%s",
                 "subject_token_type":"urn:ietf:params:oauth:token-type:jwt","token_url":"%s",
                 "credential_source":{"file":"%s","format":{"type":"json","subject_token_field_name":"t"}}%s}
                """;
        Path token = gcs.file("{\"t\":\"pod\"}");
        assertThat(countByFile(external.formatted(PROVIDER, gcs.services.stsUrl(), token, "")))
                .isEqualTo(1);
        assertThat(
                        countByFile(
                                external.formatted(
                                        PROVIDER,
                                        gcs.services.stsUrl(),
                                        token,
                                        ",\"service_account_impersonation_url\":\""
                                                + impersonate
                                                + "\"")))
                .isEqualTo(1);
        assertThatThrownBy(() -> countByFile("{\"type\":\"gdch_service_account\"}"))
                .satisfies(refused(Reason.INVALID_CREDENTIALS, "gdch_service_account"));
    }

    @Test
    void applicationDefaultCredentialsAreLookedForWhereGooglesToolsDo() throws Exception {
        Path gcloud = Files.createDirectories(gcs.directory.resolve("home/.config/gcloud"));
        Files.writeString(
                gcloud.resolve("application_default_credentials.json"),
                Gcs.KEY.file(gcs.services.tokenUri()));
        GcsAuth adc = new GcsAuth.ApplicationDefault();
        assertThat(count(adc, null, Map.of("HOME", gcs.directory.resolve("home").toString())))
                .isEqualTo(1);
        assertThat(count(adc, null, Map.of("CLOUDSDK_CONFIG", gcloud.toString()))).isEqualTo(1);
        gcs.services.nodeAccount(Gcs.READER);
        assertThat(
                        count(
                                adc,
                                null,
                                Map.of(
                                        "HOME",
                                        gcs.directory.toString(),
                                        "GCE_METADATA_HOST",
                                        gcs.services.metadataHost())))
                .isEqualTo(1);
        assertThatThrownBy(
                        () ->
                                count(
                                        adc,
                                        null,
                                        Map.of("GOOGLE_APPLICATION_CREDENTIALS", "/not/there")))
                .satisfies(
                        refused(
                                Reason.INVALID_CREDENTIALS,
                                "GOOGLE_APPLICATION_CREDENTIALS names /not/there"));
    }

    @Test
    void tokensAreRenewedBeforeTheyExpireAndWhenTheyAreRevoked() throws Exception {
        gcs.tokens.lifetime(Duration.ofSeconds(1));
        try (Source source = gcs.open("t/")) {
            assertThat(count(source)).isEqualTo(1);
            Thread.sleep(1500);
            assertThat(count(source)).isEqualTo(1);
            assertThat(gcs.tokens.issued()).isEqualTo(2);
            gcs.tokens.lifetime(Duration.ofHours(1));
            Thread.sleep(1500);
            assertThat(count(source)).isEqualTo(1);
            gcs.tokens.revokeAll();
            assertThat(count(source)).isEqualTo(1);
            assertThat(gcs.tokens.issued()).isEqualTo(4);
        }
    }

    @Test
    void aServiceThatIsAwayIsAskedAgain() throws Exception {
        gcs.services.refuses(
                TokenServices.Refusal.oauth(503, "temporarily_unavailable", "later").retryAfter(2));
        assertThatThrownBy(() -> count(gcs.auth(), null))
                .isInstanceOfSatisfying(
                        SourceException.Retryable.class,
                        e -> assertThat(e.afterMillis()).isEqualTo(2000));
        gcs.services.refuses(TokenServices.Refusal.oauth(200, "no", "token"));
        assertThatThrownBy(() -> count(gcs.auth(), null))
                .isInstanceOf(SourceException.Retryable.class)
                .hasMessageContaining("no token");
        gcs.services.refuses(
                TokenServices.Refusal.oauth(
                        400,
                        "invalid_grant",
                        "Invalid JWT: Token must be a short-lived token (60 minutes) and in a"
                                + " reasonable timeframe."));
        assertThatThrownBy(() -> count(gcs.auth(), null))
                .satisfies(refused(Reason.INVALID_CREDENTIALS, "set the clock"));
    }

    @Test
    void aTokenOfTooLittleScopeIsTold() throws Exception {
        String token =
                gcs.tokens.issue(
                        Gcs.READER,
                        List.of("https://www.googleapis.com/auth/logging.write"),
                        Duration.ofHours(1));
        gcs.services.refuses(
                new TokenServices.Refusal(
                        200,
                        "application/json",
                        "{\"access_token\":\"" + token + "\",\"token_type\":\"Bearer\"}",
                        Map.of()));
        assertThatThrownBy(() -> count(gcs.auth(), null))
                .satisfies(refused(Reason.ACCESS_DENIED, "scope devstorage.read_only"));
        assertThat(AccessTokens.READ_SCOPE).endsWith("devstorage.read_only");
    }
}
