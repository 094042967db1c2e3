package dev.cistern.test.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cistern.test.server.Bucket;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// One test's namespace, and its users' operations.
final class Team implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(100);

    private final Cistern cistern;
    private final String namespace;
    private final Phases phases;
    private int buckets;

    Team(Cistern cistern, String namespace) {
        this.cistern = cistern;
        this.namespace = namespace;
        cistern.kubectl().run("create", "namespace", namespace);
        phases = new Phases(cistern.client(), namespace);
    }

    String namespace() {
        return namespace;
    }

    Phases phases() {
        return phases;
    }

    /// A bucket that no other test uses.
    Bucket newBucket() {
        return cistern.s3().createBucket(namespace + "-" + ++buckets);
    }

    /// Applies manifests to this namespace.
    void apply(String yaml) {
        cistern.kubectl().apply(yaml.replace("NAMESPACE", namespace));
    }

    /// The result of a server-side dry run.
    String dryRun(String yaml) {
        return cistern.kubectl().dryRun(yaml);
    }

    /// The S3 server, as pods reach it.
    String endpoint() {
        return cistern.s3().endpoint();
    }

    String kubectl(String... args) {
        String[] all = new String[args.length + 2];
        all[0] = "-n";
        all[1] = namespace;
        System.arraycopy(args, 0, all, 2, args.length);
        return cistern.kubectl().run(all);
    }

    /// Creates an ObjectVolumePopulator that copies a whole bucket.
    void populator(String name, Bucket bucket) {
        populator(name, "s3://" + bucket.name() + "/", "");
    }

    /// @param more lines of the spec, indented by two
    void populator(String name, String path, String more) {
        apply(
                """
                apiVersion: cistern.dev/v1alpha1
                kind: ObjectVolumePopulator
                metadata: {name: %s, namespace: NAMESPACE}
                spec:
                  sources:
                  - backendRef: {name: %s}
                    path: %s
                %s
                """
                        .formatted(name, Cistern.BACKEND, path, more));
    }

    /// Creates a PVC and returns it as created.
    PersistentVolumeClaim claim(Claim claim) {
        apply(claim.yaml());
        return pvc(claim.name()).orElseThrow();
    }

    Optional<PersistentVolumeClaim> pvc(String name) {
        return Optional.ofNullable(
                client().persistentVolumeClaims().inNamespace(namespace).withName(name).get());
    }

    /// The run of a PVC, by the PVC's UID.
    Optional<GenericKubernetesResource> run(String uid) {
        return Optional.ofNullable(
                client().genericKubernetesResources(Cistern.RUNS)
                        .inNamespace(namespace)
                        .withName("pop-" + uid)
                        .get());
    }

    GenericKubernetesResource awaitRun(
            String uid, Duration limit, String what, Predicate<GenericKubernetesResource> is) {
        return await(what + " of the run of " + uid)
                .atMost(limit)
                .pollInterval(POLL)
                .until(() -> run(uid), run -> run.filter(is).isPresent())
                .orElseThrow();
    }

    /// The current phase of a PVC's run.
    String phaseOf(PersistentVolumeClaim pvc) {
        return get(run(pvc.getMetadata().getUid()).orElseThrow(), "status", "phase");
    }

    GenericKubernetesResource awaitPhase(String uid, Duration limit, String phase) {
        return awaitRun(
                uid, limit, "phase " + phase, run -> phase.equals(run.get("status", "phase")));
    }

    /// Waits until a PVC is bound and everything else of its population is deleted.
    PersistentVolumeClaim awaitFilled(String name, Duration limit) {
        PersistentVolumeClaim bound =
                awaitPvc(name, limit, "Bound", pvc -> "Bound".equals(pvc.getStatus().getPhase()));
        String uid = bound.getMetadata().getUid();
        awaitPhase(uid, Duration.ofSeconds(30), "Succeeded");
        new Leftovers(client()).awaitOnlyVolume(bound);
        return bound;
    }

    PersistentVolumeClaim awaitPvc(
            String name, Duration limit, String what, Predicate<PersistentVolumeClaim> is) {
        return await(what + " of PVC " + name)
                .atMost(limit)
                .pollInterval(POLL)
                .until(() -> pvc(name), pvc -> pvc.filter(is).isPresent())
                .orElseThrow();
    }

    /// The output of `kubectl describe` for a PVC.
    String describe(String pvc) {
        return kubectl("describe", "pvc", pvc);
    }

    /// Waits until `kubectl describe pvc` shows each of these texts.
    void awaitDescribed(String pvc, Duration limit, String... texts) {
        await("describe of PVC " + pvc)
                .atMost(limit)
                .pollInterval(Duration.ofMillis(500))
                .untilAsserted(() -> assertThat(describe(pvc)).contains(texts));
    }

    /// Deletes a PVC and waits until it and everything created for it is gone.
    void deleteAndAwaitNothingLeft(PersistentVolumeClaim pvc, Duration limit) {
        kubectl("delete", "pvc", pvc.getMetadata().getName(), "--wait=false");
        new Leftovers(client()).awaitNothing(pvc, limit);
    }

    Pods pods() {
        return new Pods(cistern, namespace);
    }

    static <T> T get(GenericKubernetesResource object, String... path) {
        return Objects.requireNonNull(find(object, path), () -> String.join(".", path));
    }

    @SuppressWarnings("TypeParameterUnusedInFormals")
    static <T> @Nullable T find(GenericKubernetesResource object, String... path) {
        return object.get((Object[]) path);
    }

    static long number(GenericKubernetesResource object, String... path) {
        return Team.<Number>get(object, path).longValue();
    }

    private KubernetesClient client() {
        return cistern.client();
    }

    @Override
    public void close() {
        phases.close();
        cistern.kubectl().result("delete", "namespace", namespace, "--wait=false");
    }
}
