package dev.cistern.test.install;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.test.cluster.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `deploy/install.sh` without a cluster: what it hands to kustomize, what it asks of `kubectl`, and what it refuses.
class InstallScriptTest {
    /// Answers what the script asks and nothing else. Of kustomize's result it gives what the script reads again: the
    /// names of the namespaces.
    private static final String KUBECTL =
            """
            #!/bin/sh
            echo "$*" >>"$TEST_LOG"
            case "$*" in
              "kustomize --load-restrictor LoadRestrictionsNone "*)
                [ ! -f "$4/kustomization.yaml" ] || cp "$4/kustomization.yaml" "$TEST_LOG.kustomization"
                printf 'kind: Namespace\\nmetadata:\\n  name: cistern-system\\n---\\nmetadata:\\n  name: cistern-populate\\n' ;;
              "config current-context") echo a-cluster ;;
              "apply --server-side -f "*) echo "namespace/cistern-system serverside-applied" ;;
              "apply --server-side -k "*/deploy/populators) ;;
              "-n cistern-system get secret there") echo there ;;
              "-n "*" get secret "*) echo "Error from server (NotFound)" >&2; exit 1 ;;
              "wait --for=condition=Established crd "*) ;;
              "-n cistern-system rollout status "*) ;;
              *) echo "nobody expects: $*" >&2; exit 64 ;;
            esac
            """;

    @TempDir Path work;

    @BeforeEach
    void writeKubectl() throws IOException {
        Path kubectl = Files.writeString(work.resolve("kubectl"), KUBECTL);
        Files.setPosixFilePermissions(kubectl, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Command.Result install(String... options) throws IOException {
        List<String> argv = new ArrayList<>(List.of("bash"));
        argv.add(Path.of("../deploy/install.sh").toRealPath().toString());
        argv.addAll(List.of(options));
        return Command.of(argv)
                .env("PATH", work + ":" + System.getenv("PATH"))
                .env("TEST_LOG", work.resolve("log").toString())
                .run();
    }

    private String kustomization() throws IOException {
        return Files.readString(work.resolve("log.kustomization"));
    }

    private List<String> asked() throws IOException {
        return Files.readAllLines(work.resolve("log"));
    }

    @Test
    void imagesThatAreLoadedAreTakenByTheirTag() throws IOException {
        install("--images-loaded", "--tag", "mine", "--render").orThrow();

        assertThat(kustomization())
                .contains(
                        "{name: cistern/controller, newName: cistern/controller, newTag: \"mine\"}",
                        "{name: cistern/csi, newName: cistern/csi, newTag: \"mine\"}",
                        "{name: CISTERN_POPULATE_IMAGE, value: \"cistern/populate:mine\"}");
        assertThat(asked()).hasSize(1);
    }

    @Test
    void withoutATagTheManifestsAreAppliedAsTheyAre() throws IOException {
        install("--images-loaded").orThrow();

        assertThat(kustomization()).doesNotContain("images:").contains("- core");
        assertThat(asked()).anyMatch(line -> line.startsWith("apply --server-side -f "));
    }

    @Test
    void pushedImagesHaveTheProjectsVersionForATag() throws IOException {
        install("--registry", "r.example/c", "--render").orThrow();

        assertThat(kustomization())
                .containsPattern("newName: r.example/c/controller, newTag: \"[0-9]+\\.[0-9]+")
                .containsPattern("value: \"r.example/c/populate:[0-9]+\\.[0-9]+");
    }

    @Test
    void podsAndJobsPullWithTheSecretsThatAreGiven() throws IOException {
        String said =
                install("--images-loaded", "--pull-secret", "there", "--pull-secret", "other")
                        .orThrow();

        assertThat(kustomization())
                .contains(
                        "{name: CISTERN_POPULATE_IMAGE_PULL_SECRETS, value: \"there,other\"}",
                        "- target: {kind: Deployment}",
                        "- target: {kind: DaemonSet}",
                        "path: /spec/template/spec/imagePullSecrets",
                        "value: [{name: \"there\"}, {name: \"other\"}]")
                .doesNotContain("images:");
        // Of the namespaces that were applied.
        assertThat(said)
                .contains(
                        "pods in cistern-system pull no image without the Secret other",
                        "pods in cistern-populate pull no image without the Secret there",
                        "kubectl -n cistern-populate create secret docker-registry there")
                .doesNotContain("pods in cistern-system pull no image without the Secret there")
                .doesNotContain("ack-volume-populator");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    --images-loaded --tag a/b         | --tag: "a/b" is no tag of an image
                    --images-loaded --pull-secret A_b | --pull-secret: "A_b" is no name of a Secret
                    --images-loaded --pull-secret     | --pull-secret needs the name of a Secret
                    --images-loaded --registry r/c    | contradict each other
                    --tag 1                           | say where the images are to go
                    --images-loaded --frob            | there is no option --frob
                    """)
    void whatMakesNoSenseIsRefusedBeforeAnythingIsAsked(String options, String because)
            throws IOException {
        Command.Result result = install(options.split(" "));

        assertThat(result.ok()).isFalse();
        assertThat(result.output()).contains(because);
        assertThat(work.resolve("log")).doesNotExist();
    }
}
