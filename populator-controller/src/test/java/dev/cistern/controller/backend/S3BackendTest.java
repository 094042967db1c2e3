package dev.cistern.controller.backend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cistern.api.v1alpha1.StorageBackendSpec;
import dev.cistern.api.v1alpha1.volumepopulationspec.Sources;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class S3BackendTest {
    private static final String POINT = "arn:aws:s3:us-west-2:123456789012:accesspoint/models";

    private static StorageBackendSpec backend(String yaml) throws IOException {
        return new ObjectMapper()
                .treeToValue(Serialization.yamlMapper().readTree(yaml), StorageBackendSpec.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{type: s3, s3: {region: r}} | s3://models--usw2-az1--x-s3/a/ | path:"
                        + " \"models--usw2-az1--x-s3\" is a directory bucket",
                "{type: s3, s3: {region: r}} | arn:aws:s3::123456789012:accesspoint/x.mrap/a/ |"
                        + " signature version 4A",
                "{type: s3, s3: {region: r}} |"
                    + " s3://arn:aws:s3-outposts:us-west-2:123456789012:outpost/op-1/accesspoint/x/a"
                    + " | Outposts",
                "{type: s3, s3: {region: r, forcePathStyle: true}} |"
                    + " arn:aws:s3:us-west-2:123456789012:accesspoint/models/a/ | s3.forcePathStyle"
                    + " of the backend rules out",
                "{type: digitalOceanSpaces, digitalOceanSpaces: {region: nyc3}} |"
                    + " s3://arn:aws:s3:us-west-2:123456789012:accesspoint/models/a/ | only type s3"
                    + " reads"
            })
    void whatIsNotReadIsRefusedBeforeAJobBegins(String yaml, String path, String says)
            throws IOException {
        assertThat(BackendPaths.wrong(path, false, backend(yaml), "the backend"))
                .hasValueSatisfying(text -> assertThat(text).startsWith("path: ").contains(says));
    }

    @Test
    void anAccessPointIsTakenApartFromItsPrefix() throws IOException {
        StorageBackendSpec backend = backend("{type: s3, s3: {region: us-east-1}}");
        for (String path : new String[] {POINT + "/a/b", "s3://" + POINT + "/a/b"}) {
            assertThat(BackendPaths.wrong(path, false, backend, "the backend")).isEmpty();
            Sources source = new Sources();
            source.setBackend(backend);
            Backends.of(source).place(path, true, source);
            assertThat(source.getBucket()).isEqualTo(POINT);
            assertThat(source.getPrefix()).isEqualTo("a/b/");
            assertThat(Backends.of(source).host(source))
                    .isEqualTo("s3-accesspoint.us-west-2.amazonaws.com");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{region: us-gov-west-1, fips: true, dualStack: true} |"
                        + " s3-fips.dualstack.us-gov-west-1.amazonaws.com",
                "{region: cn-north-1} | s3.cn-north-1.amazonaws.com.cn",
                "{region: r, endpoint: 'https://minio.example:9000'} | minio.example:9000"
            })
    void theHostIsTheOneThatIsConnectedTo(String s3, String host) throws IOException {
        Sources source = new Sources();
        source.setBackend(backend("{type: s3, s3: " + s3 + "}"));
        source.setBucket("b");
        assertThat(Backends.of(source).host(source)).isEqualTo(host);
    }
}
