package dev.cistern.controller.backend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cistern.api.v1alpha1.StorageBackendSpec;
import dev.cistern.api.v1alpha1.volumepopulationspec.Sources;
import dev.cistern.populate.wire.OssAddressing;
import dev.cistern.populate.wire.OssAuth;
import dev.cistern.populate.wire.OssSpec;
import dev.cistern.populate.wire.S3Spec;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackendsTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static Sources source(String backend) throws IOException {
        JsonNode tree = Serialization.yamlMapper().readTree(backend);
        Sources source = new Sources();
        source.setBackend(JSON.treeToValue(tree, StorageBackendSpec.class));
        Backends.of(source).place("b/p/", false, source);
        return source;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "type: s3, s3: {region: r}              | -                                | r |"
                        + " false | s3.r.amazonaws.com",
                "type: s3, s3: {region: r, endpoint: 'http://h:9', forcePathStyle: true} |"
                        + " http://h:9 | r | true | h:9",
                "type: digitalOceanSpaces, digitalOceanSpaces: {region: nyc3} |"
                        + " https://nyc3.digitaloceanspaces.com | nyc3 | false |"
                        + " nyc3.digitaloceanspaces.com",
                "type: digitalOceanSpaces, digitalOceanSpaces: {region: nyc3, endpoint:"
                        + " 'http://127.0.0.1:9/'} | http://127.0.0.1:9 | nyc3 | true | 127.0.0.1:9"
            })
    void anAddressIsTheBackendsOwnOrItsProviders(
            String backend, String endpoint, String region, boolean pathStyle, String host)
            throws IOException {
        Sources source = source("{" + backend + ", auth: {mode: anonymous}}");

        S3Spec store = (S3Spec) Backends.of(source).store(source, "/d");

        @Nullable String expected = endpoint.equals("-") ? null : endpoint;
        assertThat(store.endpoint()).isEqualTo(expected);
        assertThat(store.region()).isEqualTo(region);
        assertThat(store.pathStyle()).isEqualTo(pathStyle);
        assertThat(store.bucket() + " " + store.prefix()).isEqualTo("b p/");
        assertThat(Backends.of(source).host(source)).isEqualTo(host);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{region: cn-a} | https://oss-cn-a.aliyuncs.com",
                "{region: oss-cn-a} | https://oss-cn-a.aliyuncs.com",
                "{region: cn-a, internal: true} | https://oss-cn-a-internal.aliyuncs.com",
                "{region: cn-a, endpoint: 'https://10.0.0.1/'} | https://10.0.0.1",
                "{region: cn-a, endpoint: 'http://h:9', internal: true} | http://h:9"
            })
    void anEndpointOfOssIsTheBackendsOwnOrItsRegions(String oss, String endpoint)
            throws IOException {
        Sources source = source("{type: oss, oss: " + oss + ", auth: {mode: anonymous}}");

        OssSpec store = (OssSpec) Backends.of(source).store(source, "/d");

        assertThat(store.endpoint()).isEqualTo(endpoint);
        assertThat(store.addressing()).isNull();
        assertThat(store.bucket() + " " + store.prefix()).isEqualTo("b p/");
        assertThat(Backends.of(source).host(source))
                .isEqualTo(endpoint.substring(endpoint.indexOf("://") + 3));
    }

    @Test
    void whoReadsFromOssIsInFilesOrIsTheJobsAccount() throws IOException {
        Sources keys =
                source(
                        """
                        type: oss
                        oss: {region: cn-a, addressingStyle: cname, requesterPays: true, caBundle: PEM}
                        auth:
                          mode: accessKey
                          accessKeyIdSecretRef: {name: s, key: id}
                          secretAccessKeySecretRef: {name: s, key: secret}
                          sessionTokenSecretRef: {name: s, key: token}
                        """);
        OssSpec spec = (OssSpec) Backends.of(keys).store(keys, "/d");
        assertThat(spec.auth()).isEqualTo(new OssAuth.AccessKey("/d"));
        assertThat(spec.addressing()).isEqualTo(OssAddressing.CNAME);
        assertThat(spec.requesterPays()).isTrue();
        assertThat(spec.tls().caPem()).isEqualTo("PEM");
        Credentials credentials = Backends.of(keys).credentials(keys.getBackend());
        assertThat(credentials.variables()).isEmpty();
        assertThat(credentials.files())
                .extracting(file -> file.name() + "=" + file.secret().getKey())
                .containsExactly("accessKeyId=id", "accessKeySecret=secret", "securityToken=token");
        Sources injected =
                source(
                        "{type: oss, oss: {region: cn-a}, auth: {mode: iam, iam:"
                                + " {serviceAccountName: reader, stsEndpoint: 'http://sts'}}}");
        assertThat(((OssSpec) Backends.of(injected).store(injected, "/d")).auth())
                .isEqualTo(new OssAuth.Rrsa(null, "http://sts", null));
        assertThat(Backends.of(injected).credentials(injected.getBackend()).account())
                .contains(new Credentials.Account("reader", null));
        for (String audience :
                List.of("", ", audience: sts.amazonaws.com", ", audience: sts.aliyuncs.com")) {
            Sources role =
                    source(
                            "{type: oss, oss: {region: cn-a}, auth: {mode: iam, iam: {roleArn:"
                                    + " 'acs:ram::1:role/r', oidcProviderArn: 'acs:ram::1:p'"
                                    + audience
                                    + "}}}");
            assertThat(Backends.of(role).credentials(role.getBackend()).account())
                    .contains(new Credentials.Account(null, "sts.aliyuncs.com"));
            assertThat(((OssSpec) Backends.of(role).store(role, "/d")).auth())
                    .isEqualTo(
                            new OssAuth.Rrsa(
                                    new OssAuth.Identity(
                                            "acs:ram::1:role/r", "acs:ram::1:p", "/d/token"),
                                    null,
                                    null));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "az://a-b/x, true",
        "a-b, true",
        "$web/x, true",
        "az://a1b2c3, true",
        "az://ab/x, false",
        "az://a--b/x, false",
        "az://-abc/x, false",
        "az://Abc/x, false",
        "az://, false"
    })
    void aPathOfAzureNamesAContainer(String path, boolean right) throws IOException {
        StorageBackendSpec backend =
                source(
                                "{type: azureBlob, auth: {mode: anonymous}, azureBlob:"
                                        + " {accountName: lakes}}")
                        .getBackend();

        assertThat(Backends.of(backend.getType()).wrong(backend, path, false).isEmpty())
                .isEqualTo(right);
    }

    /// More people read events than populators, and what follows a `?` may be the signature of a URL.
    @ParameterizedTest
    @CsvSource({
        "s3, https//h/a?signature=secret",
        "s3, https://h/a?signature=secret",
        "s3, gs://b/a?signature=secret",
        "http, s3://b/a?signature=secret",
        "http, https://other/a?signature=secret",
        "http, a/?signature=secret/",
        "http, 'a?signature=secret '",
        "http, https://user:secret@other/a",
        "s3, https//secret@h/a",
        "s3, HTTPS://user:secret@h/a"
    })
    void noComplaintAboutAPathQuotesAQuery(String type, String path) throws IOException {
        JsonNode tree =
                Serialization.yamlMapper()
                        .readTree(
                                "{type: "
                                        + type
                                        + ", s3: {region: r}, http: {endpoint: 'https://h'},"
                                        + " auth: {mode: anonymous}}");
        StorageBackendSpec backend = JSON.treeToValue(tree, StorageBackendSpec.class);

        assertThat(BackendPaths.wrong(path, false, backend, "the backend"))
                .hasValueSatisfying(text -> assertThat(text).doesNotContain("secret"));
    }
}
