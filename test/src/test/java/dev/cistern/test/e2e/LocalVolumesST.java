package dev.cistern.test.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cistern.test.cluster.Command;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.readiness.Readiness;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/// One tenant cannot exhaust a node's storage.
@SystemTest
@Isolated("kills a node's plugin, which others' volumes need")
class LocalVolumesST {
    private static final Duration SOON = Duration.ofSeconds(90);

    /// An operation that any user may do on btrfs, and that once crashed the plugin at every start.
    private static final String READ_ONLY_SUBVOLUMES =
            """
            cd "$1"
            btrfs -q subvolume create a
            btrfs -q subvolume create a/b
            echo data > a/b/file
            btrfs property set -ts a/b ro true
            btrfs property set -ts a ro true
            """;

    @Test
    void aReadOnlySubvolumeOfATenantStopsNobodyElse(Cistern cistern, Team team) {
        PersistentVolume volume = boundVolume(cistern, team, "first");
        String node = nodeOf(volume);
        String id = volume.getSpec().getCsi().getVolumeHandle();
        onNode(
                cistern,
                node,
                List.of(
                        "sh",
                        "-euc",
                        READ_ONLY_SUBVOLUMES,
                        "sh",
                        "/var/lib/cistern/pool/volumes/" + id));

        team.kubectl("delete", "pvc", "first");
        await("the volume's content is gone")
                .atMost(SOON)
                .pollInterval(Duration.ofSeconds(1))
                .untilAsserted(
                        () ->
                                assertThat(
                                                onNode(
                                                        cistern,
                                                        node,
                                                        List.of(
                                                                "find",
                                                                "/var/lib/cistern/pool/volumes",
                                                                "/var/lib/cistern/pool/trash",
                                                                "-maxdepth",
                                                                "1",
                                                                "-name",
                                                                id + "*")))
                                        .isBlank());
        new Controller(cistern).kill(plugin(cistern, node));

        await("the plugin is back on " + node)
                .atMost(SOON)
                .pollInterval(Duration.ofSeconds(1))
                .until(
                        () -> {
                            Pod now = plugin(cistern, node);
                            return Readiness.isPodReady(now)
                                    && now.getStatus().getContainerStatuses().stream()
                                            .allMatch(status -> status.getRestartCount() > 0);
                        });
        boundVolume(cistern, team, "second");
        assertThat(team.pods().run("reader", "second", "echo data > /data/f && cat /data/f"))
                .contains("data");
    }

    private static PersistentVolume boundVolume(Cistern cistern, Team team, String name) {
        team.claim(new Claim(name, Claim.IMMEDIATE, "64Mi", ""));
        PersistentVolumeClaim bound =
                team.awaitPvc(
                        name, SOON, "Bound", pvc -> "Bound".equals(pvc.getStatus().getPhase()));
        return cistern.client().persistentVolumes().withName(bound.getSpec().getVolumeName()).get();
    }

    private static String nodeOf(PersistentVolume volume) {
        return volume.getSpec()
                .getNodeAffinity()
                .getRequired()
                .getNodeSelectorTerms()
                .getFirst()
                .getMatchExpressions()
                .getFirst()
                .getValues()
                .getFirst();
    }

    private static Pod plugin(Cistern cistern, String node) {
        return cistern
                .client()
                .pods()
                .inNamespace(Cistern.NAMESPACE)
                .withLabelSelector(Cistern.CSI_LABELS)
                .list()
                .getItems()
                .stream()
                .filter(pod -> node.equals(pod.getSpec().getNodeName()))
                .findFirst()
                .orElseThrow();
    }

    private static String onNode(Cistern cistern, String node, List<String> command) {
        var argv = new ArrayList<>(cistern.cluster().onNode(node));
        argv.addAll(command);
        return Command.of(argv).run().orThrow();
    }
}
