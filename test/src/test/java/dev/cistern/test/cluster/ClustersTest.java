package dev.cistern.test.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClustersTest {
    @Test
    void aGivenClusterComesFirst(@TempDir Path directory) throws IOException {
        Path kubeconfig = Files.writeString(directory.resolve("config"), "");

        var choice =
                Clusters.choose(
                        Map.of(
                                "CISTERN_TEST_KUBECONFIG",
                                kubeconfig.toString(),
                                "CISTERN_TEST_HOST_ADDRESS",
                                "192.0.2.1",
                                "CISTERN_TEST_LOAD_IMAGE",
                                "kind load image-archive"),
                        () -> true);

        assertThat(choice)
                .isEqualTo(
                        new Clusters.Choice.Given(
                                kubeconfig, "192.0.2.1", "kind load image-archive"));
    }

    @Test
    void aKubeconfigThatNobodyMeantIsNotUsed() {
        assertThat(Clusters.choose(Map.of("KUBECONFIG", "/etc/passwd"), () -> false))
                .isEqualTo(new Clusters.Choice.Local());
    }

    @Test
    void whatIsGivenMustBeUsable(@TempDir Path directory) throws IOException {
        Path kubeconfig = Files.writeString(directory.resolve("config"), "");

        assertThatThrownBy(
                        () ->
                                Clusters.choose(
                                        Map.of("CISTERN_TEST_KUBECONFIG", "/no/such/file"),
                                        () -> true))
                .hasMessageContaining("/no/such/file");
        assertThatThrownBy(
                        () ->
                                Clusters.choose(
                                        Map.of("CISTERN_TEST_KUBECONFIG", kubeconfig.toString()),
                                        () -> true))
                .hasMessageContaining("CISTERN_TEST_HOST_ADDRESS");
    }

    @Test
    void kindIsTakenWhereADockerEngineAnswers() {
        assertThat(Clusters.choose(Map.of(), () -> true)).isEqualTo(new Clusters.Choice.Kind());
        assertThat(Clusters.choose(Map.of(), () -> false)).isEqualTo(new Clusters.Choice.Local());
    }

    @Test
    void theLookForADockerEngineCanBeOverruled() {
        assertThat(Clusters.choose(Map.of("CISTERN_TEST_CLUSTER", "local"), () -> true))
                .isEqualTo(new Clusters.Choice.Local());
        assertThat(Clusters.choose(Map.of("CISTERN_TEST_CLUSTER", "kind"), () -> false))
                .isEqualTo(new Clusters.Choice.Kind());
        assertThatThrownBy(
                        () ->
                                Clusters.choose(
                                        Map.of("CISTERN_TEST_CLUSTER", "minikube"), () -> true))
                .hasMessageContaining("minikube");
    }

    @Test
    void kindsNodesAreInZonesOfTheirOwn() {
        assertThat(KindCluster.configuration(2))
                .contains("zone: zone-a", "zone: zone-b")
                .doesNotContain("zone-c")
                .containsOnlyOnce("control-plane");
    }

    @Test
    void theKubeconfigIsTheLastOneNamed() {
        assertThat(LocalCluster.kubeconfigOf("starting\nKUBECONFIG=/a\nmore\nKUBECONFIG=/b c\n"))
                .isEqualTo(Path.of("/b c"));
        assertThatThrownBy(() -> LocalCluster.kubeconfigOf("no\n"))
                .hasMessageContaining("KUBECONFIG=");
    }
}
