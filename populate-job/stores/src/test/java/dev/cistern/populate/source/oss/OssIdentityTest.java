package dev.cistern.populate.source.oss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.doubles.oss.Accounts;
import dev.cistern.doubles.oss.StrictOss;
import dev.cistern.doubles.oss.StrictSts;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.source.oss.auth.OssIdentity;
import dev.cistern.populate.wire.OssAuth;
import dev.cistern.populate.wire.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Each way to say who asks, against services that serve those alone who may be.
class OssIdentityTest {
    private static final String ROLE = "acs:ram::1234567890123456:role/oss-populator";
    private static final String PROVIDER = "acs:ram::1234567890123456:oidc-provider/ack-rrsa-c1";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @SuppressWarnings("NullAway.Init")
    private Oss oss;

    @SuppressWarnings("NullAway.Init")
    private StrictSts sts;

    @BeforeEach
    void start() throws IOException {
        oss = new Oss(directory);
        oss.store.put("t/x", Oss.random(10));
        sts = new StrictSts(oss.accounts);
        Files.writeString(token(), "of-the-pod\n");
        sts.trusts(ROLE, PROVIDER, "of-the-pod"::equals);
    }

    @AfterEach
    void stop() {
        sts.close();
        oss.close();
    }

    private Path token() {
        return directory.resolve("token");
    }

    private int count(OssAuth auth, Map<String, String> environment) throws Exception {
        try (Source source = Oss.open(oss.spec("t/", auth), environment)) {
            return Oss.list(source).size();
        }
    }

    private OssAuth.Rrsa rrsa() {
        return rrsa(ROLE, PROVIDER);
    }

    private OssAuth.Rrsa rrsa(String role, String provider) {
        return new OssAuth.Rrsa(
                new OssAuth.Identity(role, provider, token().toString()), sts.url(), null);
    }

    @Test
    void aSecretsKeysSign() throws Exception {
        assertThat(count(oss.auth(oss.key), Map.of())).isEqualTo(1);
        assertThat(count(oss.auth(oss.accounts.temporary("role")), Map.of())).isEqualTo(1);
    }

    @Test
    void keysThatAreNotGoodAreTold() throws Exception {
        Accounts.Key wrong = new Accounts.Key(oss.key.id(), "other", null, null, Oss.READER);
        assertThatThrownBy(() -> count(oss.auth(wrong), Map.of()))
                .satisfies(
                        Oss.refused(Reason.INVALID_CREDENTIALS, "SignatureDoesNotMatch", "secret"))
                .hasMessageNotContaining(oss.key.secret());
        Accounts.Key temporary = oss.accounts.temporary("role");
        Accounts.Key half =
                new Accounts.Key(temporary.id(), temporary.secret(), null, null, "role");
        assertThatThrownBy(() -> count(oss.auth(half), Map.of()))
                .satisfies(
                        Oss.refused(
                                Reason.INVALID_CREDENTIALS,
                                "InvalidAccessKeyId",
                                "whose token is missing"));
        Accounts.Key mixed =
                new Accounts.Key(oss.key.id(), oss.key.secret(), "CAIS", null, Oss.READER);
        assertThatThrownBy(() -> count(oss.auth(mixed), Map.of()))
                .satisfies(Oss.refused(Reason.INVALID_CREDENTIALS, "of the same keys"));
        oss.accounts.lifetime(Duration.ofSeconds(-1));
        assertThatThrownBy(() -> count(oss.auth(oss.accounts.temporary("role")), Map.of()))
                .satisfies(Oss.refused(Reason.CREDENTIALS_EXPIRED, "SecurityTokenExpired"));
    }

    @Test
    void filesWithoutAKeyAreToldBeforeAnythingIsAsked() throws Exception {
        Path files = Path.of(oss.auth(oss.key).directory());
        OssAuth auth = new OssAuth.AccessKey(files.toString());
        Files.writeString(files.resolve(OssAuth.AccessKey.SECRET), " \n");
        assertThatThrownBy(() -> count(auth, Map.of()))
                .satisfies(Oss.refused(Reason.INVALID_CREDENTIALS, "accessKeySecret", "Secret"));
        Files.writeString(files.resolve(OssAuth.AccessKey.SECRET), "two\nlines");
        assertThatThrownBy(() -> count(auth, Map.of()))
                .satisfies(Oss.refused(Reason.INVALID_CREDENTIALS, "accessKeySecret"))
                .hasMessageNotContaining("lines");
        Files.delete(files.resolve(OssAuth.AccessKey.ID));
        assertThatThrownBy(() -> count(auth, Map.of()))
                .satisfies(Oss.refused(Reason.INVALID_CREDENTIALS, "accessKeyId", "Secret"));
        assertThat(oss.store.asked()).isEmpty();
    }

    @Test
    void keysThatAreRotatedInTheMiddleAreReadAnew() throws Exception {
        // As the kubelet mounts a Secret: the files are links through one that is moved.
        Path volume = Files.createDirectory(directory.resolve("volume"));
        Path first = Files.createDirectory(volume.resolve("..2026_1"));
        Path second = Files.createDirectory(volume.resolve("..2026_2"));
        Oss.write(first, oss.key);
        Files.createSymbolicLink(volume.resolve("..data"), first.getFileName());
        try (Source source = oss.open("t/", new OssAuth.AccessKey(volume.toString()))) {
            SourceObject object = Oss.list(source).getFirst();
            Accounts.Key next = oss.accounts.key(Oss.READER);
            oss.accounts.revoke(oss.key);
            assertThatThrownBy(() -> Oss.read(source, object, 0, 10))
                    .satisfies(
                            Oss.refused(
                                    Reason.CREDENTIALS_EXPIRED,
                                    "does not accept the keys any more",
                                    "the next attempt"));
            Oss.write(second, next);
            Files.delete(volume.resolve("..data"));
            Files.createSymbolicLink(volume.resolve("..data"), second.getFileName());
            assertThat(Oss.read(source, object, 0, 10)).hasSize(10);
        }
    }

    @Test
    void nobodyAsksWhereTheBucketIsPublic() throws Exception {
        OssAuth anonymous = new OssAuth.Anonymous();
        assertThatThrownBy(() -> count(anonymous, Map.of()))
                .satisfies(Oss.refused(Reason.ACCESS_DENIED, "Anonymous user has no right"));
        oss.store.publicRead(true);
        assertThat(count(anonymous, Map.of())).isEqualTo(1);
        assertThat(oss.store.asked().getLast().headers())
                .doesNotContainKeys("authorization", "x-oss-date", "x-oss-security-token");
    }

    @Test
    void aPodsTokenGivesTheKeysOfARole() throws Exception {
        assertThat(count(rrsa(), Map.of())).isEqualTo(1);
        assertThat(sts.asked()).hasSize(1);
        assertThat(sts.asked().getFirst())
                .containsEntry("RoleSessionName", "cistern")
                .containsEntry("OIDCToken", "of-the-pod");
        OssAuth.Rrsa named = new OssAuth.Rrsa(rrsa().identity(), sts.url(), "team-a");
        assertThat(count(named, Map.of())).isEqualTo(1);
        assertThat(sts.asked().getLast()).containsEntry("RoleSessionName", "team-a");
    }

    @Test
    void theWebhooksVariablesStandIn() throws Exception {
        OssAuth injected = new OssAuth.Rrsa(null, sts.url(), null);
        Map<String, String> variables = new HashMap<>();
        for (String[] next :
                new String[][] {
                    {"ALIBABA_CLOUD_ROLE_ARN", ROLE},
                    {"ALIBABA_CLOUD_OIDC_PROVIDER_ARN", PROVIDER},
                    {"ALIBABA_CLOUD_OIDC_TOKEN_FILE", token().toString()}
                }) {
            assertThatThrownBy(() -> count(injected, variables))
                    .satisfies(
                            Oss.refused(
                                    Reason.INVALID_CREDENTIALS,
                                    next[0] + " is not set",
                                    "pod-identity.alibabacloud.com/injection=on"));
            variables.put(next[0], next[1]);
        }
        variables.put("ALIBABA_CLOUD_ROLE_SESSION_NAME", "pod-1");
        assertThat(count(injected, variables)).isEqualTo(1);
        assertThat(sts.asked().getLast()).containsEntry("RoleSessionName", "pod-1");
    }

    @Test
    void aRoleThatIsNotGivenIsToldWithWhatToCheck() throws Exception {
        assertThatThrownBy(() -> count(rrsa("acs:ram::1:role/other", PROVIDER), Map.of()))
                .satisfies(
                        Oss.refused(
                                Reason.INVALID_CREDENTIALS,
                                "acs:ram::1:role/other",
                                "EntityNotExist.Role",
                                "RequestId",
                                "check the ARNs"));
        assertThatThrownBy(() -> count(rrsa(ROLE, "acs:ram::1:oidc-provider/x"), Map.of()))
                .satisfies(Oss.refused(Reason.INVALID_CREDENTIALS, "EntityNotExist.OIDCProvider"));
        Files.writeString(token(), "of-somebody-else");
        assertThatThrownBy(() -> count(rrsa(), Map.of()))
                .satisfies(
                        Oss.refused(
                                Reason.ACCESS_DENIED,
                                "AuthenticationFail.NoPermission",
                                "trust policy",
                                "sts.aliyuncs.com"))
                .hasMessageNotContaining("of-somebody-else");
        sts.expired("of-somebody-else");
        assertThatThrownBy(() -> count(rrsa(), Map.of()))
                .satisfies(Oss.refused(Reason.CREDENTIALS_EXPIRED, "OIDCToken.Expired"));
        Files.writeString(token(), "");
        assertThatThrownBy(() -> count(rrsa(), Map.of()))
                .satisfies(Oss.refused(Reason.INVALID_CREDENTIALS, "holds no token"));
        Files.delete(token());
        assertThatThrownBy(() -> count(rrsa(), Map.of()))
                .satisfies(Oss.refused(Reason.INVALID_CREDENTIALS, "cannot be read"));
    }

    @Test
    void aTokenServiceThatIsBusyIsAskedAgainByTheNextAttempt() throws Exception {
        for (StrictSts.Refusal refusal :
                new StrictSts.Refusal[] {
                    new StrictSts.Refusal(400, "Throttling.User", "Request was denied."),
                    new StrictSts.Refusal(503, "ServiceUnavailable", "Try later."),
                    new StrictSts.Refusal(500, "InternalError", "We are sorry.")
                }) {
            sts.refuses(refusal);
            assertThatThrownBy(() -> count(rrsa(), Map.of()))
                    .isInstanceOf(SourceException.Retryable.class)
                    .hasMessageContaining(refusal.code());
        }
        sts.refuses(new StrictSts.Refusal(400, "InvalidTimeStamp.Expired", "It is expired."));
        assertThatThrownBy(() -> count(rrsa(), Map.of()))
                .satisfies(Oss.refused(Reason.INVALID_CREDENTIALS, "set the clock"));
        sts.refuses(null);
        assertThat(count(rrsa(), Map.of())).isEqualTo(1);
        String url = sts.url();
        sts.close();
        OssAuth gone = new OssAuth.Rrsa(rrsa().identity(), url, null);
        assertThatThrownBy(() -> count(gone, Map.of()))
                .isInstanceOfSatisfying(
                        SourceException.Retryable.class, e -> assertThat(e.reached()).isFalse());
    }

    @Test
    void aRolesKeysAreRenewedBeforeTheyExpireAndWhenTheyAreRefused() throws Exception {
        try (Source source = oss.open("t/", rrsa())) {
            SourceObject object = Oss.list(source).getFirst();
            oss.accounts.revokeTemporary();
            Files.writeString(token(), "of-the-pod");
            assertThat(Oss.read(source, object, 0, 10)).hasSize(10);
            assertThat(sts.asked()).hasSize(2);
        }
        oss.accounts.lifetime(Duration.ofSeconds(1));
        try (Source source = oss.open("t/", rrsa())) {
            SourceObject object = Oss.list(source).getFirst();
            long end = System.nanoTime() + Duration.ofMillis(2500).toNanos();
            while (System.nanoTime() < end) {
                assertThat(Oss.read(source, object, 0, 10)).hasSize(10);
            }
        }
        assertThat(sts.asked()).hasSizeBetween(4, 40);
    }

    @Test
    void theEnvironmentsKeysAreFoundAsAlibabaCloudsOwnToolsDo() throws Exception {
        OssAuth auth = new OssAuth.Environment(null);
        assertThatThrownBy(() -> count(auth, Map.of()))
                .satisfies(
                        Oss.refused(
                                Reason.INVALID_CREDENTIALS,
                                "OSS_ACCESS_KEY_ID",
                                "read anonymously"));
        assertThatThrownBy(() -> count(auth, Map.of("OSS_ACCESS_KEY_ID", oss.key.id())))
                .satisfies(
                        Oss.refused(
                                Reason.INVALID_CREDENTIALS, "OSS_ACCESS_KEY_SECRET is not set"));
        assertThat(
                        count(
                                auth,
                                Map.of(
                                        "OSS_ACCESS_KEY_ID",
                                        oss.key.id(),
                                        "OSS_ACCESS_KEY_SECRET",
                                        oss.key.secret(),
                                        "ALIBABA_CLOUD_ACCESS_KEY_ID",
                                        "other",
                                        "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
                                        "other")))
                .isEqualTo(1);
        Accounts.Key temporary = oss.accounts.temporary("role");
        assertThat(
                        count(
                                auth,
                                Map.of(
                                        "OSS_ACCESS_KEY_ID",
                                        temporary.id(),
                                        "OSS_ACCESS_KEY_SECRET",
                                        temporary.secret(),
                                        "OSS_SESSION_TOKEN",
                                        String.valueOf(temporary.token()))))
                .isEqualTo(1);
        assertThat(
                        count(
                                auth,
                                Map.of(
                                        "ALIBABA_CLOUD_ACCESS_KEY_ID",
                                        oss.key.id(),
                                        "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
                                        oss.key.secret())))
                .isEqualTo(1);
    }

    @Test
    void theTokenServiceIsTheRegionsOwn() {
        assertThat(new OssIdentity.Place(StrictOss.REGION, false).tokenService())
                .isEqualTo("https://sts.cn-hangzhou.aliyuncs.com");
        assertThat(new OssIdentity.Place(StrictOss.REGION, true).tokenService())
                .isEqualTo("https://sts-vpc.cn-hangzhou.aliyuncs.com");
    }
}
