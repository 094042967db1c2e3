package dev.cistern.controller.backend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cistern.api.v1alpha1.StorageBackendSpec;
import dev.cistern.api.v1alpha1.volumepopulationspec.Sources;
import dev.cistern.populate.wire.S3Spec;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

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
                    + " 'http://127.0.0.1:9/'} | http://127.0.0.1:9 | nyc3 | true | 127.0.0.1:9",
                "type: oss, oss: {region: cn-a}         | https://oss-cn-a.aliyuncs.com    | cn-a |"
                        + " false | oss-cn-a.aliyuncs.com",
                "type: oss, oss: {region: cn-a, internal: true} |"
                        + " https://oss-cn-a-internal.aliyuncs.com | cn-a | false |"
                        + " oss-cn-a-internal.aliyuncs.com",
                "type: oss, oss: {region: cn-a, endpoint: 'https://10.0.0.1'} | https://10.0.0.1 |"
                        + " cn-a | true | 10.0.0.1"
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
    @EnumSource
    void aTypeThatIsNotReadSaysSoOfEveryBackend(StorageBackendSpec.Type type) {
        Backend backend = Backends.of(type);
        if (!backend.supported()) {
            assertThat(backend.unsupported(new StorageBackendSpec()))
                    .hasValueSatisfying(
                            text ->
                                    assertThat(text)
                                            .startsWith("type: " + type.getValue() + " is not")
                                            .endsWith(Backends.supportedTypes()));
        }
    }
}
