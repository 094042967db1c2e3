package dev.cistern.controller.population.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.cistern.api.ControlPlane;
import dev.cistern.api.v1alpha1.VolumePopulation;
import dev.cistern.controller.cluster.ClusterCache;
import dev.cistern.controller.cluster.StorageCapacities;
import dev.cistern.controller.cluster.WarningEvents;
import dev.cistern.controller.model.Claim;
import dev.cistern.controller.model.ClaimKey;
import dev.cistern.controller.model.JobProxy;
import dev.cistern.controller.model.Names;
import dev.cistern.controller.model.PopulateNamespaces;
import dev.cistern.controller.model.RunPhase;
import dev.cistern.controller.population.PopulationController;
import dev.cistern.controller.population.filler.Fillers;
import dev.cistern.controller.population.model.Action;
import dev.cistern.controller.population.model.LoadLevel;
import dev.cistern.controller.population.model.RunStatus;
import dev.cistern.controller.population.model.Settings;
import dev.cistern.controller.population.model.Step;
import dev.cistern.controller.population.model.Timeline;
import dev.cistern.controller.population.observe.Observer;
import dev.cistern.controller.population.observe.RunRecords;
import dev.cistern.controller.population.plan.Planner;
import dev.cistern.controller.population.progress.ProgressWriter;
import dev.cistern.controller.population.progress.ReportedRun;
import dev.cistern.controller.runtime.Api;
import dev.cistern.controller.runtime.ControllerLoop;
import dev.cistern.controller.runtime.EventMessage;
import dev.cistern.controller.runtime.EventRecorder;
import dev.cistern.populate.wire.Outcome;
import dev.cistern.populate.wire.ProgressReport;
import dev.cistern.populate.wire.Reason;
import dev.cistern.populate.wire.ReportKey;
import dev.cistern.populate.wire.ReportToken;
import dev.cistern.populate.wire.RunResult;
import dev.cistern.populate.wire.RunSpec;
import dev.cistern.populate.wire.Stage;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/// Each write, once and repeated, against a real API server; and a complete run with the other controllers simulated.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
@SuppressWarnings("NullAway.Init")
class ApplierIT {
    private static final Settings SETTINGS =
            new Settings(
                    new PopulateNamespaces("cistern-populate", "ack-volume-populator"),
                    "cistern/populate:dev",
                    "IfNotPresent",
                    List.of(),
                    65532,
                    Map.of("cpu", new Quantity("100m")),
                    Map.of(),
                    JobProxy.NONE,
                    "http://127.0.0.1:1");

    private static final Fillers FILLERS = Fillers.of(SETTINGS);

    private ControlPlane plane;
    private KubernetesClient client;
    private ClusterCache cache;
    private Api api;
    private Applier applier;
    private EventRecorder events;
    private ControllerLoop<ClaimKey> loop;
    private int serial;
    private String name;

    @BeforeAll
    void start() throws IOException, InterruptedException {
        plane = ControlPlane.start();
        client = plane.client();
        for (String crd :
                List.of(
                        "cistern.dev_datasets",
                        "cistern.dev_objectvolumepopulators",
                        "cistern.dev_storagebackends",
                        "cistern.dev_volumepopulations")) {
            try (InputStream in = ApplierIT.class.getResourceAsStream("/crds/" + crd + ".yaml")) {
                client.load(in).create();
            }
        }
        for (String namespace : List.of("team-a", "cistern-populate")) {
            client.resource(
                            new NamespaceBuilder()
                                    .withNewMetadata()
                                    .withName(namespace)
                                    .endMetadata()
                                    .build())
                    .create();
        }
        client.resource(
                        new ServiceAccountBuilder()
                                .withNewMetadata()
                                .withNamespace("cistern-populate")
                                .withName("default")
                                .endMetadata()
                                .build())
                .create();
        api = new Api(client, Names.FIELD_MANAGER);
        cache = new ClusterCache(client, new WarningEvents(client), new StorageCapacities(client));
        events = new EventRecorder(api, Names.FIELD_MANAGER, Clock.systemUTC());
        applier =
                new Applier(
                        api,
                        cache.kinds(),
                        new ReportSeal(ReportKey.generate(), Clock.systemUTC()),
                        events);
        loop =
                new ControllerLoop<>(
                        new PopulationController(
                                cache,
                                new Observer(cache, FILLERS, SETTINGS.namespaces()),
                                new Planner(SETTINGS, FILLERS),
                                applier,
                                2,
                                100,
                                Clock.systemUTC()),
                        new SimpleMeterRegistry());
        loop.watch();
        cache.start();
        events.start();
    }

    @AfterAll
    void stop() throws IOException {
        if (cache != null) {
            cache.close();
            events.close();
            client.close();
        }
        if (plane != null) {
            plane.close();
        }
    }

    @BeforeEach
    void anotherName() {
        name = "data-" + ++serial;
    }

    private Claim claim(String storageClass) {
        client.resource(
                        new PersistentVolumeClaimBuilder()
                                .withNewMetadata()
                                .withNamespace("team-a")
                                .withName(name)
                                .addToAnnotations(Names.ANNOTATION_SELECTED_NODE, "n1")
                                .endMetadata()
                                .withNewSpec()
                                .withAccessModes("ReadWriteOnce")
                                .withStorageClassName(storageClass)
                                .withNewResources()
                                .addToRequests("storage", new Quantity("1Gi"))
                                .endResources()
                                .withNewDataSourceRef()
                                .withApiGroup("cistern.dev")
                                .withKind("ObjectVolumePopulator")
                                .withName("model")
                                .endDataSourceRef()
                                .endSpec()
                                .build())
                .create();
        return observed();
    }

    private Claim observed() {
        PersistentVolumeClaim claim = get();
        return await().until(
                        () ->
                                new Observer(cache, FILLERS, SETTINGS.namespaces())
                                        .observe(
                                                "team-a",
                                                name,
                                                claim.getMetadata().getUid(),
                                                Instant.now(),
                                                Optional.empty(),
                                                LoadLevel.ALONE,
                                                Timeline.EMPTY),
                        Optional::isPresent)
                .orElseThrow()
                .claim();
    }

    private PersistentVolumeClaim get() {
        return client.persistentVolumeClaims().inNamespace("team-a").withName(name).get();
    }

    private Applier.Outcome apply(Claim claim, Action action) {
        return applier.apply(claim.key(), action);
    }

    @Test
    void theFinalizerGoesOnAndOffAndLeavesOthersAlone() {
        Claim claim = claim("none");
        List<String> before = get().getMetadata().getFinalizers();

        assertThat(apply(claim, new Action.AddFinalizer(claim))).isEqualTo(Applier.Outcome.DONE);
        Claim held = observed();
        assertThat(held.hasFinalizer()).as("our own write is seen at once").isTrue();
        assertThat(apply(claim, new Action.AddFinalizer(claim)))
                .isEqualTo(Applier.Outcome.CONFLICT);
        assertThat(get().getMetadata().getFinalizers())
                .containsAll(before)
                .containsOnlyOnce(Names.FINALIZER);

        assertThat(apply(held, new Action.RemoveFinalizer(held))).isEqualTo(Applier.Outcome.DONE);
        assertThat(apply(held, new Action.RemoveFinalizer(held)))
                .isEqualTo(Applier.Outcome.CONFLICT);
        assertThat(get().getMetadata().getFinalizers()).isEqualTo(before);
    }

    @Test
    void aClaimThatIsGoneOrAnewIsNotTouched() {
        Claim claim = claim("none");
        PersistentVolumeClaim bare = get();
        bare.getMetadata().setFinalizers(List.of());
        client.resource(bare).update();
        client.resource(bare).delete();
        await().until(() -> get() == null);
        assertThat(apply(claim, new Action.AddFinalizer(claim)))
                .isEqualTo(Applier.Outcome.CONFLICT);
        assertThat(get()).isNull();

        Claim next = claim("none");
        assertThat(next.key().uid()).isNotEqualTo(claim.key().uid());
        assertThat(apply(claim, new Action.AddFinalizer(claim)))
                .isEqualTo(Applier.Outcome.CONFLICT);
        assertThat(get().getMetadata().getFinalizers()).doesNotContain(Names.FINALIZER);
    }

    @Test
    void theSchedulersChoiceIsOnlyClearedWhenItIsTheOneSeen() {
        Claim claim = claim("none");
        client.resource(
                        new PersistentVolumeClaimBuilder(get())
                                .editMetadata()
                                .addToAnnotations(Names.ANNOTATION_SELECTED_NODE, "n2")
                                .endMetadata()
                                .build())
                .update();
        assertThat(apply(claim, new Action.ClearSelectedNode(claim)))
                .isEqualTo(Applier.Outcome.CONFLICT);
        Claim newer = await().until(this::observed, seen -> "n2".equals(seen.selectedNode()));
        assertThat(apply(newer, new Action.ClearSelectedNode(newer)))
                .isEqualTo(Applier.Outcome.DONE);
        assertThat(get().getMetadata().getAnnotations())
                .doesNotContainKey(Names.ANNOTATION_SELECTED_NODE);
    }

    /// A lost race is retried; a foreign object stays for ever, and must be reported.
    @Test
    void anObjectOfSomebodyElseInTheWayIsTold() {
        Claim claim = claim("none");
        String uid = claim.key().uid();
        Action prime =
                new Action.CreatePrime(
                        new PersistentVolumeClaimBuilder(bare(Names.prime(uid)))
                                .editMetadata()
                                .addToLabels(Names.LABEL_MANAGED_BY, Names.MANAGED_BY)
                                .addToLabels(Names.LABEL_UID, uid)
                                .endMetadata()
                                .build());
        PersistentVolumeClaim other = client.resource(bare(Names.prime(uid))).create();

        assertThatThrownBy(() -> apply(claim, prime)).isInstanceOf(KubernetesClientException.class);

        String words = applier.refusal(uid).orElseThrow();
        assertThat(words)
                .contains(
                        Names.prime(uid) + " in namespace cistern-populate",
                        "is not of this run",
                        "kubectl -n cistern-populate delete pvc " + Names.prime(uid));
        awaitEvent("CreateFailed", words);

        release(other);
        client.resource(other).delete();
        await().until(() -> client.resource(other).get() == null);
        assertThat(apply(claim, prime)).isEqualTo(Applier.Outcome.DONE);
        assertThat(applier.refusal(uid)).isEmpty();
        assertThat(apply(claim, prime)).as("our own").isEqualTo(Applier.Outcome.CONFLICT);
        assertThat(applier.refusal(uid)).isEmpty();
    }

    private static PersistentVolumeClaim bare(String claimName) {
        return new PersistentVolumeClaimBuilder()
                .withNewMetadata()
                .withNamespace("cistern-populate")
                .withName(claimName)
                .endMetadata()
                .withNewSpec()
                .withAccessModes("ReadWriteOnce")
                .withStorageClassName("none")
                .withNewResources()
                .addToRequests("storage", new Quantity("1Gi"))
                .endResources()
                .endSpec()
                .build();
    }

    private void awaitEvent(String reason, String words) {
        await().untilAsserted(
                        () ->
                                assertThat(
                                                client.v1()
                                                        .events()
                                                        .inNamespace("team-a")
                                                        .list()
                                                        .getItems())
                                        .anySatisfy(
                                                e -> {
                                                    assertThat(e.getReason()).isEqualTo(reason);
                                                    assertThat(e.getMessage()).isEqualTo(words);
                                                    assertThat(e.getInvolvedObject().getName())
                                                            .isEqualTo(name);
                                                }));
    }

    /// Each writer encounters one, and continues.
    @Test
    void anEventThatCannotBeWrittenEndsNoWriter() {
        Claim claim = claim("none");
        for (int i = 0; i < 4; i++) {
            events.record(
                    new EventMessage(
                            new ObjectReferenceBuilder()
                                    .withNamespace("no namespace")
                                    .withName("x")
                                    .withUid("x" + i)
                                    .build(),
                            true,
                            "Impossible",
                            "the address of this event is none"));
        }

        apply(claim, new Action.EmitEvent(claim.key(), null, null, true, "Told", "all the same"));

        awaitEvent("Told", "all the same");
    }

    private PersistentVolume volume(String claimUid) {
        return client.resource(
                        new PersistentVolumeBuilder()
                                .withNewMetadata()
                                .withName("pv-" + name)
                                .endMetadata()
                                .withNewSpec()
                                .withStorageClassName("fast")
                                .withAccessModes("ReadWriteOnce")
                                .addToCapacity("storage", new Quantity("1Gi"))
                                .withPersistentVolumeReclaimPolicy("Delete")
                                .withNewCsi()
                                .withDriver("local.cistern.dev")
                                .withVolumeHandle("pv-" + name)
                                .endCsi()
                                .withNewClaimRef()
                                .withNamespace("cistern-populate")
                                .withName("prime")
                                .withUid(claimUid)
                                .withResourceVersion("7")
                                .endClaimRef()
                                .endSpec()
                                .build())
                .create();
    }

    @Test
    void aVolumeChangesHandsOnlyAsItWasSeen() {
        Claim claim = claim("none");
        PersistentVolume volume = volume("prime-uid");
        String version = volume.getMetadata().getResourceVersion();
        client.resource(
                        new PersistentVolumeBuilder(volume)
                                .editMetadata()
                                .addToLabels("touched", "yes")
                                .endMetadata()
                                .build())
                .update();
        assertThat(apply(claim, new Action.Rebind("pv-" + name, version, claim.key())))
                .isEqualTo(Applier.Outcome.CONFLICT);

        String now =
                client.persistentVolumes()
                        .withName("pv-" + name)
                        .get()
                        .getMetadata()
                        .getResourceVersion();
        assertThat(apply(claim, new Action.Rebind("pv-" + name, now, claim.key())))
                .isEqualTo(Applier.Outcome.DONE);
        PersistentVolume given = client.persistentVolumes().withName("pv-" + name).get();
        assertThat(given.getSpec().getClaimRef().getUid()).isEqualTo(claim.key().uid());
        assertThat(given.getSpec().getClaimRef().getResourceVersion()).isNull();
        assertThat(given.getMetadata().getAnnotations())
                .containsEntry(Names.ANNOTATION_POPULATED_FOR, claim.key().uid());
        assertThat(given.getSpec().getPersistentVolumeReclaimPolicy()).isEqualTo("Delete");
    }

    /// The run from nothing to `Succeeded`, driven by the real observer, planner, applier and reconciler.
    @Test
    void aWholeRun() {
        load("populator", "class", "backend");
        loop.lead();
        try {
            Claim claim = claim("fast");
            String uid = claim.key().uid();

            PersistentVolumeClaim prime =
                    soon(PersistentVolumeClaim.class, "cistern-populate", Names.prime(uid));
            assertThat(get().getMetadata().getFinalizers()).contains(Names.FINALIZER);
            assertThat(
                            soon(VolumePopulation.class, "team-a", Names.run(uid))
                                    .getSpec()
                                    .getSources())
                    .hasSize(1);
            volume(prime.getMetadata().getUid());
            bind(prime);

            Job job = soon(Job.class, "cistern-populate", Names.job(uid, 1));
            tokenFits(job, uid);
            progressAndReconcileKeepToTheirFields(claim);
            endPod(job);

            await().until(
                            () ->
                                    uid.equals(
                                            client.persistentVolumes()
                                                    .withName("pv-" + name)
                                                    .get()
                                                    .getSpec()
                                                    .getClaimRef()
                                                    .getUid()));
            bind(get());

            await().until(() -> client.resource(job).get() == null);
            // There is no PVC protection controller to release the prime.
            await().until(
                            () ->
                                    client.resource(prime).get() == null
                                            || client.resource(prime)
                                                            .get()
                                                            .getMetadata()
                                                            .getDeletionTimestamp()
                                                    != null);
            release(prime);
            await().until(() -> !get().getMetadata().getFinalizers().contains(Names.FINALIZER));
            VolumePopulation run =
                    client.resources(VolumePopulation.class)
                            .inNamespace("team-a")
                            .withName(Names.run(uid))
                            .get();
            assertThat(run.getStatus().getPhase().getValue()).isEqualTo("Succeeded");
            assertThat(run.getStatus().getManifestDigest())
                    .isEqualTo(
                            "sha256:abababababababababababababababababababababababababababababababab");
            assertThat(run.getStatus().getProgress().getPercent()).isEqualTo(100);
            await().until(
                            () ->
                                    client
                                            .v1()
                                            .events()
                                            .inNamespace("team-a")
                                            .list()
                                            .getItems()
                                            .stream()
                                            .filter(
                                                    e ->
                                                            name.equals(
                                                                    e.getInvolvedObject()
                                                                            .getName()))
                                            .map(e -> e.getReason())
                                            .toList()
                                            .containsAll(List.of("Populating", "Populated")));
        } finally {
            loop.stop();
        }
    }

    private void load(String... fixtures) {
        for (String fixture : fixtures) {
            try (InputStream in =
                    ApplierIT.class.getResourceAsStream("/planner/shared/" + fixture + ".yaml")) {
                HasMetadata object = client.load(in).items().getFirst();
                object.getMetadata().setUid(null);
                object.getMetadata().setGeneration(null);
                client.resource(object).create();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private <T extends HasMetadata> T soon(Class<T> type, String namespace, String objectName) {
        return await().atMost(Duration.ofSeconds(30))
                .until(
                        () ->
                                Optional.ofNullable(
                                        client.resources(type)
                                                .inNamespace(namespace)
                                                .withName(objectName)
                                                .get()),
                        Optional::isPresent)
                .orElseThrow();
    }

    private void bind(PersistentVolumeClaim claim) {
        var resource =
                client.persistentVolumeClaims()
                        .inNamespace(claim.getMetadata().getNamespace())
                        .withName(claim.getMetadata().getName());
        resource.edit(
                c ->
                        new PersistentVolumeClaimBuilder(c)
                                .editSpec()
                                .withVolumeName("pv-" + name)
                                .endSpec()
                                .build());
        resource.editStatus(
                c ->
                        new PersistentVolumeClaimBuilder(c)
                                .withNewStatus()
                                .withPhase("Bound")
                                .endStatus()
                                .build());
    }

    private void release(PersistentVolumeClaim claim) {
        var resource =
                client.persistentVolumeClaims()
                        .inNamespace(claim.getMetadata().getNamespace())
                        .withName(claim.getMetadata().getName());
        if (resource.get() != null) {
            resource.edit(
                    c ->
                            new PersistentVolumeClaimBuilder(c)
                                    .editMetadata()
                                    .withFinalizers(List.of())
                                    .endMetadata()
                                    .build());
        }
    }

    private static void tokenFits(Job job, String uid) {
        List<EnvVar> env =
                job.getSpec().getTemplate().getSpec().getContainers().getFirst().getEnv();
        String token =
                env.stream()
                        .filter(e -> e.getName().equals(RunSpec.TOKEN_ENVIRONMENT_NAME))
                        .findFirst()
                        .orElseThrow()
                        .getValue();
        String key =
                java.util.Objects.requireNonNull(
                        job.getMetadata().getAnnotations().get(ReportKey.ANNOTATION));
        try {
            assertThat(ReportToken.verify(token, ReportKey.decode(key), Clock.systemUTC()))
                    .isInstanceOfSatisfying(
                            ReportToken.Verification.Valid.class,
                            valid -> {
                                assertThat(valid.token().uid()).isEqualTo(uid);
                                assertThat(valid.token().attempt()).isEqualTo(1);
                            });
        } catch (dev.cistern.populate.wire.WireException e) {
            throw new AssertionError(e);
        }
    }

    private void progressAndReconcileKeepToTheirFields(Claim claim) {
        Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        Timeline timeline = Timeline.EMPTY.with(Step.PRIME_CREATED, now);
        RunStatus status =
                RunStatus.fresh(now).in(RunPhase.POPULATING, "", "copying").attempt(1, now);
        apply(claim, new Action.WriteStatus(claim.key(), status, timeline));
        RunResult ended =
                new RunResult(
                        Outcome.FAILED,
                        false,
                        Reason.TARGET_IO_ERROR,
                        "é".repeat(4000),
                        37,
                        0,
                        37,
                        0,
                        0,
                        null,
                        1);
        ProgressReport report =
                new ProgressReport(
                        1, 1, Stage.COPYING, 37, 100, 0, 1, true, 37, 0, 10, 6, null, ended);
        ProgressWriter writer = new ProgressWriter(api, Clock.systemUTC());
        ReportedRun deleted = new ReportedRun("team-a", "the UID of a record before this one");
        assertThatThrownBy(() -> writer.write(deleted, claim.key().uid(), report))
                .isInstanceOfSatisfying(
                        KubernetesClientException.class,
                        e -> assertThat(e.getCode()).isEqualTo(422));
        assertThat(record(claim).getStatus().getProgress()).isNull();
        writer.write(
                new ReportedRun("team-a", record(claim).getMetadata().getUid()),
                claim.key().uid(),
                report);
        RunStatus later = status.attempt(1, null);
        apply(claim, new Action.WriteStatus(claim.key(), later, timeline));

        VolumePopulation run = record(claim);
        assertThat(run.getStatus().getProgress().getDisplay()).isEqualTo("37%");
        assertThat(run.getStatus().getProgress().getResult()).contains("TargetIoError");
        assertThat(run.getStatus().getNextAttemptAt()).as("a field left out goes").isNull();
        // The written and read values agree to the millisecond: otherwise it would be written for
        // ever.
        assertThat(RunRecords.status(run.getStatus())).contains(later);
    }

    private VolumePopulation record(Claim claim) {
        return client.resources(VolumePopulation.class)
                .inNamespace("team-a")
                .withName(Names.run(claim.key().uid()))
                .get();
    }

    private void endPod(Job job) {
        var pod =
                client.resource(
                                new PodBuilder()
                                        .withNewMetadata()
                                        .withName(job.getMetadata().getName() + "-x")
                                        .withNamespace("cistern-populate")
                                        .withLabels(job.getMetadata().getLabels())
                                        .addNewOwnerReference()
                                        .withApiVersion("batch/v1")
                                        .withKind("Job")
                                        .withName(job.getMetadata().getName())
                                        .withUid(job.getMetadata().getUid())
                                        .endOwnerReference()
                                        .endMetadata()
                                        .withNewSpec()
                                        .withAutomountServiceAccountToken(false)
                                        .addNewContainer()
                                        .withName("populate")
                                        .withImage("x")
                                        .endContainer()
                                        .endSpec()
                                        .build())
                        .create();
        client.resource(pod)
                .editStatus(
                        p ->
                                new PodBuilder(p)
                                        .withNewStatus()
                                        .withPhase("Succeeded")
                                        .addNewContainerStatus()
                                        .withName("populate")
                                        .withImage("x")
                                        .withImageID("x")
                                        .withReady(false)
                                        .withRestartCount(0)
                                        .withNewState()
                                        .withNewTerminated()
                                        .withExitCode(0)
                                        .withMessage(
                                                "{\"outcome\":\"Succeeded\",\"bytes\":7,\"files\":1,"
                                                    + "\"manifestDigest\":\"sha256:abababababababababababababababababababababababababababababababab\",\"seconds\":1}")
                                        .endTerminated()
                                        .endState()
                                        .endContainerStatus()
                                        .endStatus()
                                        .build());
    }
}
