package dev.cistern.controller.backend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cistern.api.v1alpha1.StorageBackendSpec;
import dev.cistern.api.v1alpha1.volumepopulationspec.Sources;
import dev.cistern.populate.wire.HttpSpec;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccessRulesTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String S3 =
            "type: s3, auth: {mode: anonymous}, s3: {region: r, endpoint: 'http://h:9'}";
    private static final String HTTP =
            "type: http, auth: {mode: anonymous}, http: {endpoint:"
                    + " 'https://files.example.com/data'}";

    private static StorageBackendSpec backend(String text) throws IOException {
        return JSON.treeToValue(
                Serialization.yamlMapper().readTree("{" + text + "}"), StorageBackendSpec.class);
    }

    private static Sources source(StorageBackendSpec backend, String path) {
        Sources source = new Sources();
        source.setBackend(backend);
        Backends.of(source).place(path, false, source);
        return source;
    }

    private static Optional<AccessRules.Refusal> refusal(
            String rules, String type, String path, @Nullable Map<String, String> labels)
            throws IOException {
        StorageBackendSpec backend = backend(type + ", " + rules);
        return new AccessRules("lake", backend, Tenant.of("team-a", labels))
                .of(source(backend(type), path));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    s3://lake/team-a/   | s3://lake/team-a/            | true
                    s3://lake/team-a/   | s3://lake/team-a/x/          | true
                    s3://lake/team-a/   | lake/team-a/one              | true
                    lake/team-a/        | s3://lake/team-a/one         | true
                    s3://lake/team-a/   | s3://lake/team-a//x          | true
                    s3://lake/team-a/   | s3://lake/team-a             | false
                    s3://lake/team-a/   | s3://lake/team-ab/           | false
                    s3://lake/team-a/   | s3://lake/team-b/            | false
                    s3://lake/team-a/   | s3://lake/                   | false
                    s3://lake/team-a/   | s3://lake                    | false
                    s3://lake/team-a/   | s3://lake//team-a/           | false
                    s3://lake/team-a/   | s3://lake/Team-A/            | false
                    s3://lake/team-a/   | s3://other/team-a/           | false
                    s3://lake/team-a/   | s3://lake2/team-a/           | false
                    s3://lake/team-a    | s3://lake/team-a             | true
                    s3://lake/team-a    | s3://lake/team-a/            | true
                    s3://lake/team-a    | s3://lake/team-a/x           | true
                    s3://lake/team-a    | s3://lake/team-ab            | false
                    s3://lake/team-a    | s3://lake/team-a.b/          | false
                    s3://lake           | s3://lake/team-b/            | true
                    s3://lake/          | s3://lake                    | true
                    s3://lake           | s3://lakes/                  | false
                    s3://lake/team-a/   | s3://lake/team-a/../team-b/  | false
                    s3://lake/team-a/   | s3://lake/team-a/./../team-b/| false
                    s3://lake/team-a/   | s3://lake/team-a/%2e%2e/b/   | false
                    s3://lake/team-a/   | s3://lake/team-a/%252E%252e/b| false
                    s3://lake/team-a/   | s3://lake/team-a/..%2fteam-b | false
                    s3://lake/team-a/   | s3://lake/team-a/%252fb      | false
                    s3://lake/team-a/   | s3://lake/team-a/..\\team-b/ | false
                    s3://lake/team-a/   | s3://lake/team-a/..;x/team-b/| false
                    s3://lake           | s3://lake/../other/          | false
                    s3://lake/team-a/   | s3://lake/team-a/..x/        | true
                    s3://lake/team-a/   | s3://lake/team-a/100%/x      | true
                    """)
    void aPrefixIsAllowedByNamesAndNotByCharacters(String rule, String path, boolean allowed)
            throws IOException {
        assertThat(refusal("allowedPaths: [{path: '" + rule + "'}]", S3, path, null).isEmpty())
                .isEqualTo(allowed);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    team-a/                                 | team-a/list                                  | true
                    team-a/                                 | https://files.example.com/data/team-a/list   | true
                    https://files.example.com/data/team-a/  | team-a/list                                  | true
                    /data/team-a/                           | team-a/list                                  | true
                    team-a/                                 | /data/team-a/list                            | true
                    team-a                                  | team-a/list                                  | true
                    team-a                                  | team-ab/list                                 | false
                    team-a/                                 | team-b/list                                  | false
                    team-a/                                 | team%2Db/list                                | false
                    team-a/                                 | team-a/../team-b/list                        | false
                    team-a/                                 | team-a/%2e%2e/team-b/list                    | false
                    team-a/                                 | team-a%2flist                                | false
                    team-a/                                 | https://files.example.com:444/data/team-a/x  | false
                    """)
    void aUrlIsAllowedAsItIsWritten(String rule, String path, boolean allowed) throws IOException {
        assertThat(refusal("allowedPaths: [{path: '" + rule + "'}]", HTTP, path, null).isEmpty())
                .isEqualTo(allowed);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    hf://acme/            | hf://acme/model                     | true
                    acme/                 | acme/model@v1/config.json           | true
                    acme/                 | datasets/acme/data                  | false
                    datasets/acme/        | hf://datasets/acme/data@refs/pr/1   | true
                    acme/                 | acme2/model                         | false
                    acme/model            | acme/model@main/x/                  | true
                    acme/model            | acme/model2                         | false
                    acme/model@v1         | acme/model@v1/x                     | true
                    acme/model@v1         | acme/model@v2/x                     | false
                    acme/model@v1         | acme/model                          | false
                    acme/model/a          | acme/model/a/b                      | true
                    acme/model/a          | acme/model/ab                       | false
                    acme/model/a          | acme/model                          | false
                    gpt2                  | gpt2@main/config.json               | true
                    gpt2                  | gpt2/other                          | false
                    datasets/             | datasets/acme/data                  | false
                    acme/                 | acme/model/%2e%2e/x                 | false
                    acme/                 | acme/model/a%2fb                    | false
                    """)
    void aRepoIsAllowedByItsOwnerByItselfOrByARevision(String rule, String path, boolean allowed)
            throws IOException {
        String hub = "type: huggingFace, auth: {mode: anonymous}";
        assertThat(refusal("allowedPaths: [{path: '" + rule + "'}]", hub, path, null).isEmpty())
                .isEqualTo(allowed);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    team-a/                         | oci://registry.example.com/team-a/model:v1   | true
                    oci://registry.example.com/team-a/ | team-a/model@sha256:%s                    | true
                    team-a/model                    | team-a/model:v2                              | true
                    team-a/model                    | team-a/model/part:v1                         | true
                    team-a/model:v1                 | team-a/model:v1                              | true
                    team-a/model:v1                 | team-a/model:v2                              | false
                    team-a/model:v1                 | team-a/model:v1@sha256:%s                    | false
                    team-a/                         | team-ab/model:v1                             | false
                    team-a/model                    | team-a/model2:v1                             | false
                    team-a/model                    | team-a/model:v1/weights/                     | true
                    team-a/model                    | team-a/model@sha256:%s/weights/              | true
                    team-a/model                    | team-a/model2:v1/weights/                    | false
                    team-a/                         | team-a/model:v1/weights/                     | true
                    team-a/model:v1                 | team-a/model:v1/weights/                     | true
                    team-a/model:v1                 | team-a/model:v12/weights/                    | false
                    team-a/model:v1/weights/        | team-a/model:v1/weights/a                    | true
                    team-a/model:v1/weights         | team-a/model:v1/weights2/a                   | false
                    team-a/model:v1/weights/        | team-a/model:v1                              | false
                    team-a/model:v1/weights/        | team-a/model:v2/weights/a                    | false
                    team-a/model/weights/           | team-a/model:v1/weights/a                    | false
                    """)
    void anArtifactIsAllowedByItsRepositoryOrByItself(String rule, String path, boolean allowed)
            throws IOException {
        String oci =
                "type: oci, auth: {mode: anonymous}, oci: {endpoint:"
                        + " 'https://registry.example.com'}";
        assertThat(
                        refusal(
                                        "allowedPaths: [{path: '" + rule + "'}]",
                                        oci,
                                        path.formatted("0".repeat(64)),
                                        null)
                                .isEmpty())
                .isEqualTo(allowed);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    allowedNamespaces: [team-a]                                                        | yes
                    allowedNamespaces: ['*']                                                           | yes
                    allowedNamespaces: [team-b]                                                        | no
                    allowedNamespaceSelector: {matchLabels: {tier: gold}}                              | labelled
                    allowedNamespaceSelector: {matchLabels: {tier: tin}}                               | no
                    allowedNamespaceSelector: {}                                                       | labelled
                    allowedNamespaces: [team-b], allowedNamespaceSelector: {matchLabels: {tier: gold}} | labelled
                    allowedNamespaces: [team-a], allowedNamespaceSelector: {matchLabels: {tier: tin}}  | yes
                    allowedNamespaceSelector: {matchExpressions: [{key: tier, operator: In, values: [gold, tin]}]} | labelled
                    allowedNamespaceSelector: {matchExpressions: [{key: tier, operator: NotIn, values: [gold]}]}   | no
                    allowedNamespaceSelector: {matchExpressions: [{key: other, operator: NotIn, values: [x]}]}     | labelled
                    allowedNamespaceSelector: {matchExpressions: [{key: tier, operator: Exists}]}                  | labelled
                    allowedNamespaceSelector: {matchExpressions: [{key: tier, operator: DoesNotExist}]}            | no
                    allowedNamespaceSelector: {matchExpressions: [{key: x, operator: DoesNotExist}]}               | labelled
                    """)
    void aNamespaceIsAllowedByNameOrByLabelsThatAreKnown(String rules, String whom)
            throws IOException {
        boolean labelled = refusal(rules, S3, "s3://lake/x", Map.of("tier", "gold")).isEmpty();
        boolean unknown = refusal(rules, S3, "s3://lake/x", null).isEmpty();
        assertThat(labelled).isEqualTo(!whom.equals("no"));
        assertThat(unknown).isEqualTo(whom.equals("yes"));
    }

    @Test
    void aRefusalNamesTheRuleAndWhatTheNamespaceMayReadAndNobodyElses() throws IOException {
        String rules =
                "allowedPaths: [{path: 's3://lake/b/', namespaces: [team-b]}, {path:"
                        + " 's3://lake/a/', namespaces: [team-a]}, {path: s3://lake/all/}]";
        assertThat(refusal(rules, S3, "s3://lake/b/x", null))
                .hasValueSatisfying(
                        refusal -> {
                            assertThat(refusal.ofPath()).isTrue();
                            assertThat(refusal.message())
                                    .isEqualTo(
                                            "StorageBackend lake: spec.allowedPaths does not let"
                                                    + " namespace team-a read s3://lake/b/x; it may"
                                                    + " read s3://lake/a/ (allowedPaths[1]),"
                                                    + " s3://lake/all/ (allowedPaths[2])");
                        });
        assertThat(
                        refusal(
                                "allowedPaths: [{path: 's3://lake/b/', namespaceSelector:"
                                        + " {matchLabels: {team: b}}}]",
                                S3,
                                "s3://lake/b/x",
                                Map.of("team", "a")))
                .hasValueSatisfying(
                        refusal ->
                                assertThat(refusal.message())
                                        .endsWith("; no entry of it is for this namespace")
                                        .doesNotContain("(allowedPaths"));
    }

    @Test
    void aRefusalShowsNeitherTheSignatureNorTheUserOfAUrl() throws IOException {
        for (String path :
                List.of(
                        "team-b/x?X-Amz-Signature=secret",
                        "https://files.example.com/data/team-b/x?sig=secret",
                        "https://user:secret@files.example.com/data/team-b/x",
                        "HTTPS://secret@files.example.com/data/team-b/x?a@b")) {
            assertThat(refusal("allowedPaths: [{path: team-a/}]", HTTP, path, null))
                    .hasValueSatisfying(
                            refusal ->
                                    assertThat(refusal.message())
                                            .contains("team-b/x")
                                            .doesNotContain("secret"));
        }
    }

    @Test
    void nobodyInParticularMayReadWhatSomebodyMay() throws IOException {
        StorageBackendSpec backend =
                backend(
                        S3
                                + ", allowedNamespaces: [team-b], allowedPaths: [{path:"
                                + " 's3://lake/b/', namespaces: [team-b]}]");
        AccessRules rules = new AccessRules("lake", backend, Tenant.ANYBODY);
        assertThat(rules.of(source(backend, "s3://lake/b/x"))).isEmpty();
        assertThat(rules.of(source(backend, "s3://lake/a/x"))).isPresent();
    }

    @Test
    void aRunOfABackendThatIsAnotherTypeNowIsNotComparedWithItsRules() throws IOException {
        StorageBackendSpec now = backend(HTTP + ", allowedPaths: [{path: lake/}]");
        AccessRules rules = new AccessRules("lake", now, Tenant.of("team-a", null));
        assertThat(rules.of(source(backend(S3), "s3://lake/x"))).isPresent();
    }

    @Test
    void aJobOfAnHttpServerIsToldThePlacesOfItsNamespace() throws IOException {
        StorageBackendSpec backend =
                backend(
                        HTTP
                                + ", allowedPaths: [{path: a/, namespaces: [team-a]}, {path: b/,"
                                + " namespaces: [team-b]}]");
        Sources recorded = source(backend(HTTP), "a/list");
        Sources kept = new AccessRules("lake", backend, Tenant.of("team-a", null)).kept(recorded);
        assertThat(((HttpSpec) Backends.of(kept).store(kept, "/d")).allowedPaths())
                .isEqualTo(List.of("a/"));
        assertThat(((HttpSpec) Backends.of(recorded).store(recorded, "/d")).allowedPaths())
                .isEmpty();
    }
}
