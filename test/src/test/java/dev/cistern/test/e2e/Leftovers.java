package dev.cistern.test.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Finds objects that the population of a PVC left in the cluster.
final class Leftovers {
    static final String UID_LABEL = "cistern.dev/pvc-uid";
    static final String FINALIZER = "cistern.dev/populate";

    private final KubernetesClient client;

    Leftovers(KubernetesClient client) {
        this.client = client;
    }

    /// Waits until nothing but its volume is left of a bound PVC's population.
    void awaitOnlyVolume(PersistentVolumeClaim pvc) {
        String uid = pvc.getMetadata().getUid();
        await("only the volume left of the filling of " + pvc.getMetadata().getName())
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(200))
                .untilAsserted(
                        () -> {
                            assertThat(made(uid)).isEmpty();
                            List<PersistentVolume> volumes = volumes(uid);
                            assertThat(volumes).hasSize(1);
                            assertThat(volumes.getFirst().getSpec().getClaimRef().getName())
                                    .isEqualTo(pvc.getMetadata().getName());
                            PersistentVolumeClaim now = client.resource(pvc).get();
                            assertThat(now.getMetadata().getFinalizers()).doesNotContain(FINALIZER);
                            assertThat(now.getSpec().getVolumeName())
                                    .isEqualTo(volumes.getFirst().getMetadata().getName());
                        });
    }

    /// Waits until a deleted PVC is gone with everything that was created for it.
    void awaitNothing(PersistentVolumeClaim pvc, Duration limit) {
        String uid = pvc.getMetadata().getUid();
        await("nothing left of PVC " + pvc.getMetadata().getName())
                .atMost(limit)
                .pollInterval(Duration.ofMillis(200))
                .untilAsserted(
                        () -> {
                            PersistentVolumeClaim now = client.resource(pvc).get();
                            assertThat(now == null || !now.getMetadata().getUid().equals(uid))
                                    .as(
                                            "PVC %s is gone; finalizers %s",
                                            pvc.getMetadata().getName(),
                                            now == null ? "" : now.getMetadata().getFinalizers())
                                    .isTrue();
                            assertThat(made(uid)).isEmpty();
                            assertThat(volumes(uid).stream().map(v -> v.getMetadata().getName()))
                                    .isEmpty();
                            assertThat(
                                            client.genericKubernetesResources(Cistern.RUNS)
                                                    .inNamespace(pvc.getMetadata().getNamespace())
                                                    .withName("pop-" + uid)
                                                    .get())
                                    .isNull();
                        });
    }

    /// Primes, Jobs and pods that were created for a PVC, in all namespaces.
    private List<String> made(String uid) {
        var all = new ArrayList<HasMetadata>();
        all.addAll(
                client.persistentVolumeClaims()
                        .inAnyNamespace()
                        .withLabel(UID_LABEL, uid)
                        .list()
                        .getItems());
        all.addAll(
                client.batch()
                        .v1()
                        .jobs()
                        .inAnyNamespace()
                        .withLabel(UID_LABEL, uid)
                        .list()
                        .getItems());
        all.addAll(client.pods().inAnyNamespace().withLabel(UID_LABEL, uid).list().getItems());
        return all.stream().map(o -> o.getKind() + "/" + o.getMetadata().getName()).toList();
    }

    /// Volumes that are or were bound to the PVC or its prime.
    private List<PersistentVolume> volumes(String uid) {
        return client.persistentVolumes().list().getItems().stream()
                .filter(volume -> belongs(volume.getSpec().getClaimRef(), uid))
                .toList();
    }

    private static boolean belongs(
            @org.jspecify.annotations.Nullable ObjectReference claim, String uid) {
        return claim != null
                && (uid.equals(claim.getUid()) || ("prime-" + uid).equals(claim.getName()));
    }
}
