package dev.cistern.test.e2e;

import static org.awaitility.Awaitility.await;

import dev.cistern.test.cluster.ClusterException;
import dev.cistern.test.cluster.Command;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.readiness.Readiness;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Kills the controller's pods.
final class Controller {
    private static final String LEASE = "cistern-controller";
    private static final Duration TAKEOVER = Duration.ofSeconds(60);

    private final Cistern cistern;

    Controller(Cistern cistern) {
        this.cistern = cistern;
    }

    List<Pod> pods() {
        return cistern
                .client()
                .pods()
                .inNamespace(Cistern.NAMESPACE)
                .withLabelSelector(Cistern.CONTROLLER_LABELS)
                .list()
                .getItems()
                .stream()
                .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
                .toList();
    }

    /// The pod that holds the lease.
    Optional<Pod> leader() {
        var lease = cistern.client().leases().inNamespace(Cistern.NAMESPACE).withName(LEASE).get();
        if (lease == null || lease.getSpec().getHolderIdentity() == null) {
            return Optional.empty();
        }
        String holder = lease.getSpec().getHolderIdentity();
        return pods().stream()
                .filter(pod -> holder.startsWith(pod.getMetadata().getName()))
                .findFirst();
    }

    /// Waits until a running pod holds the lease.
    Pod awaitLeader() {
        return await("a leader")
                .atMost(TAKEOVER)
                .pollInterval(Duration.ofMillis(100))
                .until(this::leader, leader -> leader.filter(Readiness::isPodReady).isPresent())
                .orElseThrow();
    }

    /// Waits until all replicas are ready.
    void awaitAll() {
        cistern.kubectl()
                .run(
                        "rollout",
                        "status",
                        "deployment/cistern-controller",
                        "-n",
                        Cistern.NAMESPACE,
                        "--timeout=90s");
        awaitLeader();
    }

    /// Prepares to kill the current leader with SIGKILL within milliseconds.
    Trap aimAtLeader() {
        return new Trap(awaitLeader());
    }

    /// All slow steps are done in advance: a shell on the node waits for one line, with the pids.
    final class Trap implements AutoCloseable {
        private final Pod pod;
        private final Process shell;

        private Trap(Pod pod) {
            this.pod = pod;
            String container =
                    pod.getStatus().getContainerStatuses().stream()
                            .map(ContainerStatus::getContainerID)
                            .map(id -> id.substring(id.indexOf("//") + 2))
                            .findFirst()
                            .orElseThrow();
            var argv = new ArrayList<>(cistern.cluster().onNode(pod.getSpec().getNodeName()));
            argv.addAll(List.of("sh", "-c", KILL_ON_LINE, "sh", container));
            try {
                shell = new ProcessBuilder(argv).redirectErrorStream(true).start();
                String ready = shell.inputReader().readLine();
                if (ready == null || !ready.startsWith("pids ")) {
                    throw new ClusterException(
                            "no process found of container " + container + ": " + ready);
                }
            } catch (java.io.IOException e) {
                throw new ClusterException(
                        "cannot run a shell on node " + pod.getSpec().getNodeName(), e);
            }
        }

        String pod() {
            return pod.getMetadata().getName();
        }

        /// Kills.
        void spring() {
            try {
                shell.getOutputStream().write('\n');
                shell.getOutputStream().flush();
                if (!"killed".equals(shell.inputReader().readLine())) {
                    throw new ClusterException(
                            "the controller in pod " + pod() + " was not killed");
                }
            } catch (java.io.IOException e) {
                throw new ClusterException("the shell that was to kill " + pod() + " is gone", e);
            }
        }

        /// The kubelet's restart backoff would grow each time: the pod is deleted so that a new one starts at once.
        void replacePod() {
            cistern.kubectl()
                    .run(
                            "delete",
                            "pod",
                            "-n",
                            Cistern.NAMESPACE,
                            pod(),
                            "--grace-period=0",
                            "--force",
                            "--wait=false");
        }

        @Override
        public void close() {
            shell.destroyForcibly();
        }
    }

    /// Kills every process of one container; its id is part of its cgroup paths.
    private static final String KILL_ON_LINE =
            """
            pids=
            for p in /proc/[0-9]*; do
              if grep -qs "$1" "$p/cgroup"; then pids="$pids ${p#/proc/}"; fi
            done
            [ -n "$pids" ] || { echo none; exit 1; }
            echo "pids$pids"
            read -r line && kill -9 $pids && echo killed
            """;

    /// Kills every process of a pod's containers at once.
    void kill(Pod pod) {
        for (ContainerStatus status : pod.getStatus().getContainerStatuses()) {
            String id =
                    status.getContainerID().substring(status.getContainerID().indexOf("//") + 2);
            var argv = new ArrayList<>(cistern.cluster().onNode(pod.getSpec().getNodeName()));
            argv.addAll(List.of("sh", "-c", KILL_ON_LINE, "sh", id));
            Command.of(argv).input("\n").run().orThrow();
        }
    }
}
