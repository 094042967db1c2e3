package dev.cistern.populate.source.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.populate.http.BufferPool;
import dev.cistern.populate.http.Proxies;
import dev.cistern.populate.http.Tls;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.s3.sdk.TokenService;
import dev.cistern.populate.store.StoreContext;
import dev.cistern.populate.testing.StrictAssumeRole;
import dev.cistern.populate.testing.TestProxy;
import dev.cistern.populate.wire.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.profiles.ProfileFile;

/// Where the command finds its keys: environment, profile, container.
class UsualChainTest {
    private static final String BASE =
            """
            [default]
            region = eu-west-3
            aws_access_key_id = AKIADEFAULT
            aws_secret_access_key = secret/of+default=

            [profile base]
            aws_access_key_id = AKIABASE
            aws_secret_access_key = secret/of+base=
            aws_session_token = token of base

            """;

    @TempDir Path home;
    private final Map<String, String> environment = new HashMap<>();
    private final StrictAssumeRole sts = new StrictAssumeRole("AKIADEFAULT", "secret/of+default=");
    private Proxies proxies = Proxies.NONE;

    UsualChainTest() throws IOException {}

    @BeforeEach
    void home() throws IOException {
        environment.put("HOME", home.toString());
        Files.createDirectory(home.resolve(".aws"));
    }

    @AfterEach
    void stop() {
        sts.close();
    }

    private void config(String more) throws IOException {
        Files.writeString(home.resolve(".aws/config"), BASE + more);
    }

    private AwsKeys.Provider provider() throws SourceException {
        StoreContext context =
                new StoreContext(0, environment, BufferPool.of(64 * 1024), proxies, "test");
        return UsualChain.of(
                new TokenService(
                        "us-east-1",
                        sts.endpoint(),
                        false,
                        false,
                        () -> context.http(new Tls(null, false))),
                context);
    }

    private AwsKeys keys() throws Exception {
        try (AwsKeys.Provider keys = provider()) {
            return Objects.requireNonNull(keys.keys());
        }
    }

    private void profile(String name) {
        environment.put("AWS_PROFILE", name);
    }

    @Test
    void theEnvironmentWinsOverTheProfile() throws Exception {
        config("");
        environment.put("AWS_ACCESS_KEY_ID", "id");
        environment.put("AWS_SECRET_ACCESS_KEY", "secret");
        assertThat(keys()).isEqualTo(new AwsKeys("id", "secret", null));
        environment.put("AWS_SESSION_TOKEN", "token");
        assertThat(keys()).isEqualTo(new AwsKeys("id", "secret", "token"));
    }

    @Test
    void aProfileIsReadAsTheSdkReadsIt() throws Exception {
        config("");
        Files.writeString(
                home.resolve(".aws/credentials"),
                "[other]\naws_access_key_id=AKIAOTHER\naws_secret_access_key=s\n");
        for (String name : new String[] {"default", "base", "other"}) {
            profile(name);
            ProfileFile file =
                    ProfileFile.aggregator()
                            .addFile(
                                    ProfileFile.builder()
                                            .content(home.resolve(".aws/config"))
                                            .type(ProfileFile.Type.CONFIGURATION)
                                            .build())
                            .addFile(
                                    ProfileFile.builder()
                                            .content(home.resolve(".aws/credentials"))
                                            .type(ProfileFile.Type.CREDENTIALS)
                                            .build())
                            .build();
            try (ProfileCredentialsProvider theirs =
                    ProfileCredentialsProvider.builder()
                            .profileFile(file)
                            .profileName(name)
                            .build()) {
                AwsCredentials expected = theirs.resolveCredentials();
                assertThat(keys().id()).isEqualTo(expected.accessKeyId());
                assertThat(keys().secret()).isEqualTo(expected.secretAccessKey());
            }
        }
        environment.remove("AWS_PROFILE");
        assertThat(keys().id()).isEqualTo("AKIADEFAULT");
    }

    @Test
    void theFilesMayBeElsewhere() throws Exception {
        Path config = Files.writeString(home.resolve("my-config"), BASE);
        Path credentials =
                Files.writeString(
                        home.resolve("my-credentials"),
                        "[p]\naws_access_key_id=AKIAP\naws_secret_access_key=s\n");
        environment.put("AWS_CONFIG_FILE", config.toString());
        assertThat(keys().id()).isEqualTo("AKIADEFAULT");
        environment.put("AWS_SHARED_CREDENTIALS_FILE", "~/" + credentials.getFileName());
        profile("p");
        assertThat(keys().id()).isEqualTo("AKIAP");
        environment.put("AWS_CONFIG_FILE", "/no/such/file");
        assertThatThrownBy(this::keys)
                .hasMessageContaining("AWS_CONFIG_FILE is /no/such/file, which cannot be read");
    }

    @Test
    void aRoleIsAssumedWithTheKeysOfItsSource() throws Exception {
        config(
                """
                [profile role]
                role_arn = arn:aws:iam::123456789012:role/first
                source_profile = default
                role_session_name = me
                external_id = shared
                duration_seconds = 1800
                region = ap-south-1
                """);
        profile("role");
        assertThat(keys())
                .isEqualTo(
                        new AwsKeys(
                                "ASIAfirst",
                                "secret of arn:aws:iam::123456789012:role/first",
                                "of arn:aws:iam::123456789012:role/first"));
        assertThat(sts.asked())
                .hasSize(1)
                .first()
                .satisfies(
                        form ->
                                assertThat(form)
                                        .containsEntry("RoleSessionName", "me")
                                        .containsEntry("ExternalId", "shared")
                                        .containsEntry("DurationSeconds", "1800")
                                        .containsEntry("region", "ap-south-1")
                                        .containsEntry("key", "AKIADEFAULT"));
    }

    @Test
    void rolesMayBeChainedAndGoThroughTheProxy() throws Exception {
        config(
                """
                [profile second]
                role_arn = arn:aws:iam::123456789012:role/second
                source_profile = first
                [profile first]
                role_arn = arn:aws:iam::123456789012:role/first
                source_profile = default
                """);
        profile("second");
        try (TestProxy proxy = new TestProxy()) {
            proxy.wants("user", "p@ss");
            proxies = Proxies.of(Map.of("http_proxy", "http://user:p%40ss@" + proxy.address()));
            assertThat(keys().id()).isEqualTo("ASIAsecond");
            assertThat(proxy.asked())
                    .hasSize(2)
                    .allMatch(a -> a.equals("POST " + sts.endpoint() + "/"));
        }
        assertThat(sts.asked())
                .extracting(form -> form.get("key"))
                .containsExactly("AKIADEFAULT", "ASIAfirst");
    }

    @Test
    void aProxyThatDoesNotLetAskForKeysIsNamed() throws Exception {
        config("[profile role]\nrole_arn = arn:aws:iam::1:role/first\nsource_profile = default\n");
        profile("role");
        try (TestProxy proxy = new TestProxy()) {
            proxy.wants("user", "secret");
            proxies = Proxies.of(Map.of("http_proxy", "http://user:wrong@" + proxy.address()));
            assertThatThrownBy(this::keys)
                    .isInstanceOfSatisfying(
                            SourceException.Refused.class,
                            e -> assertThat(e.reason()).isEqualTo(Reason.INVALID_CONFIGURATION))
                    .hasMessageContaining("proxy http://" + proxy.address() + " answers HTTP 407")
                    .hasMessageContaining("does not accept user user")
                    .satisfies(e -> assertThat(e.getMessage()).doesNotContain("wrong"));
        }
    }

    @Test
    void aSourceThatIsNotTrustedIsSaid() throws Exception {
        config("[profile role]\nrole_arn = arn:aws:iam::1:role/first\nsource_profile = base\n");
        profile("role");
        assertThatThrownBy(this::keys)
                .hasMessageContaining("InvalidClientTokenId")
                .hasMessageContaining("check the keys that the role is assumed with");
    }

    @Test
    void aProgramMayPrintTheKeys() throws Exception {
        Path keys =
                Files.writeString(
                        home.resolve("keys.json"),
                        "{\"Version\": 1, \"AccessKeyId\": \"AKIAPROC\", \"SecretAccessKey\":"
                                + " \"s\", \"SessionToken\": \"t\", \"Expiration\":"
                                + " \"2099-01-01T00:00:00Z\"}");
        config("[profile program]\ncredential_process = cat " + keys + "\n");
        profile("program");
        assertThat(keys()).isEqualTo(new AwsKeys("AKIAPROC", "s", "t"));
        config("[profile program]\ncredential_process = false\n");
        assertThatThrownBy(this::keys)
                .isInstanceOfSatisfying(
                        SourceException.Refused.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.INVALID_CREDENTIALS))
                .hasMessageContaining("profile program, by its credential_process");
    }

    @Test
    void keysOfTheEnvironmentMayAssumeARoleOfAProfile() throws Exception {
        config(
                "[profile role]\n"
                        + "role_arn = arn:aws:iam::1:role/first\n"
                        + "credential_source = Environment\n");
        profile("role");
        assertThatThrownBy(this::keys)
                .hasMessageContaining("has credential_source Environment: set AWS_ACCESS_KEY_ID");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "sso_session = corp | logs in at a browser (sso_session), which cistern cannot: log"
                        + " in with the AWS CLI",
                "sso_start_url = https://corp | logs in at a browser (sso_start_url)",
                "role_arn = arn:aws:iam::1:role/r;source_profile = default;mfa_serial ="
                        + " arn:aws:iam::1:mfa/me | asks for a second factor (mfa_serial), which"
                        + " cistern cannot",
                "role_arn = arn:aws:iam::1:role/r | needs either source_profile or"
                        + " credential_source",
                "role_arn = arn:aws:iam::1:role/r;source_profile = nobody | names source_profile"
                        + " nobody, and there is no such profile",
                "role_arn = arn:aws:iam::1:role/r;source_profile = empty | source_profile empty,"
                        + " which has no credentials",
                "role_arn = arn:aws:iam::1:role/r;source_profile = circle | its own source_profile",
                "role_arn = arn:aws:iam::1:role/r;credential_source = Moon | has credential_source"
                        + " Moon; known are Environment",
                "role_arn = arn:aws:iam::1:role/r;source_profile = default;duration_seconds = long"
                        + " | duration_seconds that is no number",
                "aws_access_key_id = AKIA | has no aws_secret_access_key",
                "region = eu-west-3 | has no credentials: give aws_access_key_id"
            })
    void whatCannotBeUsedIsRefusedWithTheProfilesName(String lines, String says) throws Exception {
        config(
                "[profile p]\n"
                        + lines.replace(';', '\n')
                        + "\n"
                        + "[profile empty]\n"
                        + "region = us-east-1\n"
                        + "[profile circle]\n"
                        + "role_arn = arn:aws:iam::1:role/c\n"
                        + "source_profile = p\n");
        profile("p");
        assertThatThrownBy(this::keys)
                .isInstanceOfSatisfying(
                        SourceException.Refused.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.INVALID_CREDENTIALS))
                .hasMessageContaining("profile")
                .hasMessageContaining(says);
    }

    @Test
    void aProfileThatIsNotThereIsNamed() throws Exception {
        config("");
        profile("nobody");
        assertThatThrownBy(this::keys)
                .hasMessageContaining("AWS_PROFILE is nobody, and there is no such profile in")
                .hasMessageContaining(home.resolve(".aws/config").toString());
        Files.delete(home.resolve(".aws/config"));
        assertThatThrownBy(this::keys).hasMessageContaining("~/.aws/config");
    }
}
