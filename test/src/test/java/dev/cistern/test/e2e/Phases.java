package dev.cistern.test.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/// Records every phase of a namespace's runs, from a watch.
final class Phases implements AutoCloseable {
    private static final List<String> ORDER =
            List.of("Pending", "Provisioning", "Populating", "Binding");

    private final Map<String, List<String>> seen = new ConcurrentHashMap<>();
    private final Watch watch;

    Phases(KubernetesClient client, String namespace) {
        watch =
                client.genericKubernetesResources(Cistern.RUNS)
                        .inNamespace(namespace)
                        .watch(
                                new Watcher<GenericKubernetesResource>() {
                                    @Override
                                    public void eventReceived(
                                            Action action, GenericKubernetesResource run) {
                                        if (action == Action.ADDED || action == Action.MODIFIED) {
                                            note(run);
                                        }
                                    }

                                    @Override
                                    public void onClose(WatcherException cause) {}
                                });
    }

    private void note(GenericKubernetesResource run) {
        String phase = run.get("status", "phase");
        if (phase == null) {
            return;
        }
        // A restarted run is a new object of the same name.
        seen.compute(
                run.getMetadata().getName() + "/" + run.getMetadata().getUid(),
                (name, phases) -> {
                    List<String> list = phases == null ? new ArrayList<>() : phases;
                    if (list.isEmpty() || !list.getLast().equals(phase)) {
                        list.add(phase);
                    }
                    return list;
                });
    }

    /// The phases of each run, in order; a phase is listed again only if it was entered again.
    Map<String, List<String>> seen() {
        return new TreeMap<>(seen);
    }

    /// A phase only moves forward, and `Succeeded` and `Failed` are final. One exception: when the scheduler withdraws
    /// its choice of a node, a run is `Pending` again.
    void assertNoneFlapped() {
        seen().forEach(
                        (run, phases) -> {
                            assertThat(phases).as("phases of " + run).doesNotHaveDuplicates();
                            List<String> running = phases.stream().filter(ORDER::contains).toList();
                            assertThat(running.stream().map(ORDER::indexOf).toList())
                                    .as("phases of " + run + ": " + phases)
                                    .isSorted();
                            int ended =
                                    phases.indexOf("Succeeded") >= 0
                                            ? phases.indexOf("Succeeded")
                                            : phases.indexOf("Failed");
                            if (ended >= 0) {
                                assertThat(ended)
                                        .as("a final phase is the last of " + phases)
                                        .isEqualTo(phases.size() - 1);
                            }
                        });
    }

    @Override
    public void close() {
        watch.close();
    }
}
