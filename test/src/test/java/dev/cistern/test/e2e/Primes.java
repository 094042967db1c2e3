package dev.cistern.test.e2e;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import java.util.Optional;

/// The objects that the controller created for one PVC, as they are now.
final class Primes {
    private final KubernetesClient client;
    private final PersistentVolumeClaim claim;
    private final String uid;

    Primes(Cistern cistern, PersistentVolumeClaim claim) {
        this.client = cistern.client();
        this.claim = claim;
        this.uid = claim.getMetadata().getUid();
    }

    Optional<PersistentVolumeClaim> prime() {
        return client
                .persistentVolumeClaims()
                .inAnyNamespace()
                .withLabel(Leftovers.UID_LABEL, uid)
                .list()
                .getItems()
                .stream()
                .findFirst();
    }

    boolean isBound() {
        return prime().filter(p -> "Bound".equals(p.getStatus().getPhase())).isPresent();
    }

    List<Job> jobs() {
        return client.batch()
                .v1()
                .jobs()
                .inAnyNamespace()
                .withLabel(Leftovers.UID_LABEL, uid)
                .list()
                .getItems();
    }

    boolean hasJob() {
        return !jobs().isEmpty();
    }

    List<Pod> pods() {
        return client.pods().inAnyNamespace().withLabel(Leftovers.UID_LABEL, uid).list().getItems();
    }

    /// Whether a volume is bound to the PVC itself.
    boolean isRebound() {
        return client.persistentVolumes().list().getItems().stream()
                .map(volume -> volume.getSpec().getClaimRef())
                .anyMatch(
                        ref ->
                                ref != null
                                        && claim.getMetadata()
                                                .getNamespace()
                                                .equals(ref.getNamespace())
                                        && claim.getMetadata().getName().equals(ref.getName()));
    }
}
