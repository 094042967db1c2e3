package dev.cistern.controller.observe;

import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.storage.CSIStorageCapacity;
import io.fabric8.kubernetes.api.model.storage.CSIStorageCapacityList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How large a volume each StorageClass can make now, as drivers publish it.
///
/// A provisioner that finds no room on its node leaves the claim to the other nodes without a word, and when all do so, nobody says
/// anything. There is an object for each node and class, and each changes with every volume: asked for when it matters, not watched.
public final class Rooms {
    private static final Logger LOG = LoggerFactory.getLogger(Rooms.class);

    /// Drivers publish it every some ten seconds.
    private static final Duration KEEP = Duration.ofSeconds(10);

    /// 5,000 nodes with two classes each.
    private static final long PAGE = 500;

    private static final int MAX_PAGES = 20;

    private final KubernetesClient client;
    private Map<String, Long> byClass = Map.of();
    private long askedNanos = System.nanoTime() - KEEP.toNanos();

    /// Asks through a client.
    public Rooms(KubernetesClient client) {
        this.client = client;
    }

    /// Bytes of the largest volume of a class that some node has room for; empty when its driver does not say.
    synchronized Optional<Long> of(String storageClass) {
        if (System.nanoTime() - askedNanos >= KEEP.toNanos()) {
            try {
                byClass = ask();
            } catch (KubernetesClientException e) {
                LOG.atWarn().setCause(e).log("storage capacities could not be read");
            }
            askedNanos = System.nanoTime();
        }
        return Optional.ofNullable(byClass.get(storageClass));
    }

    private Map<String, Long> ask() {
        Map<String, Long> most = new HashMap<>();
        String more = null;
        for (int page = 0; page < MAX_PAGES; page++) {
            CSIStorageCapacityList list =
                    client.storage()
                            .v1()
                            .csiStorageCapacities()
                            .inAnyNamespace()
                            .list(
                                    new ListOptionsBuilder()
                                            .withLimit(PAGE)
                                            .withContinue(more)
                                            .build());
            for (CSIStorageCapacity room : list.getItems()) {
                most.merge(room.getStorageClassName(), bytes(room), Math::max);
            }
            more = list.getMetadata() == null ? null : list.getMetadata().getContinue();
            if (more == null || more.isEmpty()) {
                break;
            }
        }
        return most;
    }

    private static long bytes(CSIStorageCapacity room) {
        Quantity largest =
                room.getMaximumVolumeSize() == null
                        ? room.getCapacity()
                        : room.getMaximumVolumeSize();
        return largest == null ? 0 : Claims.bytes(largest);
    }
}
