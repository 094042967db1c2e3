package dev.cistern.controller.cluster;

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

/// The largest volume that each StorageClass can currently create, as published by drivers.
///
/// A provisioner without enough space on its node leaves the claim to other nodes without an event, and when all do so
/// nothing reports it. There is an object for each node and class, and each changes with every volume, so they are
/// listed when needed and not watched.
public final class StorageCapacities {
    private static final Logger LOG = LoggerFactory.getLogger(StorageCapacities.class);

    /// Drivers publish it about every ten seconds.
    private static final Duration KEEP = Duration.ofSeconds(10);

    /// 5,000 nodes with two classes each.
    private static final long PAGE = 500;

    private static final int MAX_PAGES = 20;

    private final KubernetesClient client;
    private Map<String, Long> byClass = Map.of();
    private long askedNanos = System.nanoTime() - KEEP.toNanos();

    /// Reads through a client.
    public StorageCapacities(KubernetesClient client) {
        this.client = client;
    }

    /// Size in bytes of the largest volume of a class that fits on some node; empty when its driver does not publish
    /// it.
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
            for (CSIStorageCapacity largestVolume : list.getItems()) {
                most.merge(largestVolume.getStorageClassName(), bytes(largestVolume), Math::max);
            }
            more = list.getMetadata() == null ? null : list.getMetadata().getContinue();
            if (more == null || more.isEmpty()) {
                break;
            }
        }
        return most;
    }

    private static long bytes(CSIStorageCapacity largestVolume) {
        Quantity largest =
                largestVolume.getMaximumVolumeSize() == null
                        ? largestVolume.getCapacity()
                        : largestVolume.getMaximumVolumeSize();
        return largest == null ? 0 : ApiValues.bytes(largest);
    }
}
