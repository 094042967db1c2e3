package dev.cistern.controller.world;

import dev.cistern.api.v1alpha1.VolumePopulation;
import dev.cistern.api.v1alpha1.VolumePopulationStatus;
import dev.cistern.controller.model.ClaimKey;
import dev.cistern.controller.model.Names;
import dev.cistern.controller.population.model.Action;
import dev.cistern.controller.population.model.LoadLevel;
import dev.cistern.controller.population.model.Observed;
import dev.cistern.controller.population.model.Timeline;
import dev.cistern.controller.population.observe.Observer;
import dev.cistern.controller.population.observe.RunRecords;
import dev.cistern.controller.population.plan.Plan;
import dev.cistern.controller.population.plan.Planner;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/// A cluster in memory with Kubernetes' controllers: provisioner, binder, Job controller, garbage collector, PVC
/// protection. One [#step] is one round of all of them and one reconcile of ours.
public final class Simulation {
    /// More rounds than this mean that the run does not end.
    private static final int MAX_STEPS = 400;

    private static final int QUIET_ROUNDS = 10;

    private static final String EVICTED = "evicted ";

    private static final String PROVISIONER = Names.ANNOTATIONS_PROVISIONER.getFirst();

    /// The objects.
    public final MemoryView view = new MemoryView();

    /// Distinct event messages.
    public final List<String> events = new ArrayList<>();

    /// Number of executions of each kind of action.
    public final Map<String, Integer> writes = new LinkedHashMap<>();

    /// Maximal number of pods that could write the volume at the same time.
    public int mostWriters;

    /// Number of running runs in our controller's view.
    public LoadLevel load = LoadLevel.ALONE;

    /// Duration of a round of the other controllers: longer under load.
    public Duration round = Duration.ofMillis(250);

    /// Whether finished pods are deleted externally as soon as their Job has seen them.
    public boolean podsGoAtTheEnd;

    private final Planner planner;
    private final LateView late;
    private final Observer observer;
    private final IntFunction<String> ends;
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private long version = 1000;
    private long serial;
    private int done;
    private Timeline timeline = Timeline.EMPTY;

    /// A cluster in which attempt number n ends with `ends.apply(n)`: an exit code, a space and a termination message.
    /// With the prefix `evicted ` its pod was evicted, and is deleted as soon as its Job has seen it.
    public Simulation(Planner planner, IntFunction<String> ends) {
        this(planner, ends, 0, 0);
    }

    /// The same, with watches of pods and of Jobs that many rounds late.
    public Simulation(Planner planner, IntFunction<String> ends, int podsLate, int jobsLate) {
        this.planner = planner;
        this.late = new LateView(view, podsLate, jobsLate);
        this.observer = TestSettings.observer(late);
        this.ends = ends;
    }

    /// Adds an object as a user.
    public void create(HasMetadata object) {
        HasMetadata copy = MemoryView.JSON.clone(object);
        if (copy.getMetadata().getUid() == null) {
            copy.getMetadata().setUid("uid-" + ++serial);
        }
        copy.getMetadata()
                .setCreationTimestamp(
                        DateTimeFormatter.ISO_INSTANT.format(now.truncatedTo(ChronoUnit.SECONDS)));
        put(copy);
    }

    private void put(HasMetadata object) {
        object.getMetadata().setResourceVersion(Long.toString(++version));
        view.put(object);
    }

    /// Requests an object's deletion.
    public void delete(HasMetadata object) {
        HasMetadata copy = MemoryView.JSON.clone(object);
        if (copy.getMetadata().getDeletionTimestamp() == null) {
            copy.getMetadata()
                    .setDeletionTimestamp(
                            DateTimeFormatter.ISO_INSTANT.format(
                                    now.truncatedTo(ChronoUnit.SECONDS)));
            put(copy);
        }
    }

    /// Runs until nothing changes any more.
    ///
    /// @param crashes decides by the number of actions so far whether our controller crashes now
    /// @param interference called before each round with the number of actions done so far
    public void run(IntFunction<Boolean> crashes, java.util.function.IntConsumer interference) {
        int quiet = 0;
        for (int i = 0; i < MAX_STEPS; i++) {
            interference.accept(done);
            boolean changed = environment();
            late.round();
            Optional<Duration> again = look(crashes);
            now = now.plus(round);
            if (again.isEmpty() && !changed) {
                // A late watch has still events pending.
                if (++quiet == QUIET_ROUNDS) {
                    return;
                }
            } else {
                quiet = 0;
            }
            if (!changed && again.isPresent()) {
                now = now.plus(again.get());
            }
        }
        throw new AssertionError(
                "still not at an end after " + MAX_STEPS + " rounds: " + describe());
    }

    /// The state of the cluster.
    public String describe() {
        StringBuilder text = new StringBuilder();
        view.all().forEach(o -> text.append(MemoryView.key(o)).append('\n'));
        return text + String.join("\n", events) + "\n" + writes;
    }

    private Optional<Duration> look(IntFunction<Boolean> crashes) {
        Optional<PersistentVolumeClaim> claim =
                view.get(PersistentVolumeClaim.class, "team-a", "data");
        if (claim.isEmpty()) {
            return Optional.empty();
        }
        Optional<Observed> seen =
                observer.observe(
                        "team-a",
                        "data",
                        claim.get().getMetadata().getUid(),
                        now,
                        Optional.empty(),
                        load,
                        timeline);
        if (seen.isEmpty()) {
            return Optional.empty();
        }
        Plan plan = planner.plan(seen.get());
        timeline = plan.timeline();
        for (Action action : plan.actions()) {
            if (!apply(action)) {
                return Optional.of(Duration.ZERO);
            }
            if (!(action instanceof Action.EmitEvent) && crashes.apply(++done)) {
                timeline = Timeline.EMPTY;
                return Optional.of(Duration.ZERO);
            }
        }
        return plan.requeueAfter().or(() -> Optional.of(Duration.ZERO).filter(_ -> !silent(plan)));
    }

    private static boolean silent(Plan plan) {
        return plan.actions().stream().allMatch(Action.EmitEvent.class::isInstance);
    }

    private boolean apply(Action action) {
        if (!(action instanceof Action.EmitEvent)) {
            writes.merge(action.getClass().getSimpleName(), 1, Integer::sum);
        }
        return switch (action) {
            case Action.AddFinalizer a ->
                    edit(
                            a.claim().key(),
                            a.claim().resourceVersion(),
                            c -> c.addFinalizer(Names.FINALIZER));
            case Action.RemoveFinalizer a ->
                    edit(
                            a.claim().key(),
                            a.claim().resourceVersion(),
                            c -> c.removeFinalizer(Names.FINALIZER));
            case Action.ClearSelectedNode a ->
                    edit(
                            a.claim().key(),
                            a.claim().resourceVersion(),
                            c ->
                                    c.getMetadata()
                                            .getAnnotations()
                                            .remove(Names.ANNOTATION_SELECTED_NODE));
            case Action.CreateRun a -> make(a.run());
            case Action.BeginRun a -> begin(a);
            case Action.CreatePrime a -> make(a.prime());
            case Action.CreateJob a -> make(a.job());
            case Action.DeleteRun a ->
                    drop(VolumePopulation.class, a.namespace(), a.name(), a.uid());
            case Action.DeletePrime a ->
                    drop(PersistentVolumeClaim.class, a.namespace(), a.name(), a.uid());
            case Action.DeleteJob a -> drop(Job.class, a.namespace(), a.name(), a.uid());
            case Action.Rebind a -> rebind(a);
            case Action.WriteStatus a -> status(a);
            case Action.EmitEvent a -> {
                String text = (a.source() == null ? "" : a.source().display() + ": ") + a.reason();
                if (!events.contains(text)) {
                    events.add(text);
                }
                yield true;
            }
        };
    }

    private boolean edit(
            ClaimKey key,
            String version,
            java.util.function.Consumer<PersistentVolumeClaim> change) {
        Optional<PersistentVolumeClaim> found =
                view.get(PersistentVolumeClaim.class, key.namespace(), key.name());
        if (found.isEmpty() || !found.get().getMetadata().getResourceVersion().equals(version)) {
            return false;
        }
        PersistentVolumeClaim copy = MemoryView.JSON.clone(found.get());
        change.accept(copy);
        put(copy);
        return true;
    }

    private boolean begin(Action.BeginRun begin) {
        Optional<VolumePopulation> found =
                view.get(
                        VolumePopulation.class,
                        begin.run().getMetadata().getNamespace(),
                        begin.run().getMetadata().getName());
        if (found.isEmpty()
                || !found.get()
                        .getMetadata()
                        .getResourceVersion()
                        .equals(begin.resourceVersion())) {
            return false;
        }
        VolumePopulation copy = MemoryView.JSON.clone(found.get());
        copy.setSpec(begin.run().getSpec());
        copy.getMetadata().setAnnotations(begin.run().getMetadata().getAnnotations());
        put(copy);
        return true;
    }

    private boolean make(HasMetadata object) {
        if (view.get(
                        object.getClass(),
                        object.getMetadata().getNamespace(),
                        object.getMetadata().getName())
                .isPresent()) {
            return false;
        }
        create(object);
        return true;
    }

    private boolean drop(
            Class<? extends HasMetadata> type, String namespace, String name, String uid) {
        view.get(type, namespace, name)
                .filter(o -> o.getMetadata().getUid().equals(uid))
                .ifPresent(this::delete);
        return true;
    }

    private boolean rebind(Action.Rebind rebind) {
        PersistentVolume volume =
                view.get(PersistentVolume.class, null, rebind.volume()).orElseThrow();
        if (!volume.getMetadata().getResourceVersion().equals(rebind.resourceVersion())) {
            return false;
        }
        put(
                new PersistentVolumeBuilder(volume)
                        .editMetadata()
                        .addToAnnotations(Names.ANNOTATION_POPULATED_FOR, rebind.claim().uid())
                        .endMetadata()
                        .editSpec()
                        .withNewClaimRef()
                        .withNamespace(rebind.claim().namespace())
                        .withName(rebind.claim().name())
                        .withUid(rebind.claim().uid())
                        .endClaimRef()
                        .endSpec()
                        .build());
        return true;
    }

    private boolean status(Action.WriteStatus write) {
        Optional<VolumePopulation> run =
                view.get(
                        VolumePopulation.class,
                        write.claim().namespace(),
                        Names.run(write.claim().uid()));
        if (run.isEmpty()) {
            return false;
        }
        VolumePopulation copy = MemoryView.JSON.clone(run.get());
        VolumePopulationStatus status = RunRecords.write(write.status(), write.timeline());
        copy.setStatus(MemoryView.JSON.clone(status));
        put(copy);
        return true;
    }

    // ---- the other controllers; each does one action and returns whether it did

    private boolean environment() {
        boolean changed = collect();
        for (PersistentVolumeClaim claim : view.list(PersistentVolumeClaim.class)) {
            changed |= claim(claim);
        }
        for (Job job : view.list(Job.class)) {
            changed |= job(job);
        }
        int writers = (int) view.list(Pod.class).stream().filter(p -> live(p)).count();
        mostWriters = Math.max(mostWriters, writers);
        return changed;
    }

    private boolean claim(PersistentVolumeClaim claim) {
        String phase = claim.getStatus() == null ? "Pending" : claim.getStatus().getPhase();
        boolean ours = claim.getSpec().getDataSourceRef() != null;
        if (claim.getMetadata().getDeletionTimestamp() != null) {
            return false;
        }
        if (phase.equals("Pending")) {
            if (ours && !claim.getMetadata().getAnnotations().containsKey(PROVISIONER)) {
                PersistentVolumeClaim copy = MemoryView.JSON.clone(claim);
                copy.getMetadata().getAnnotations().put(PROVISIONER, "fast.example.com");
                put(copy);
                return true;
            }
            if (ours) {
                return view.volumesOfClaim(claim.getMetadata().getUid()).stream()
                        .findFirst()
                        .map(volume -> bind(claim, volume))
                        .orElse(false);
            }
            return provision(claim);
        }
        if (phase.equals("Bound") && !ours) {
            PersistentVolume volume =
                    view.get(PersistentVolume.class, null, claim.getSpec().getVolumeName())
                            .orElse(null);
            if (volume == null
                    || !claim.getMetadata()
                            .getUid()
                            .equals(volume.getSpec().getClaimRef().getUid())) {
                PersistentVolumeClaim copy = MemoryView.JSON.clone(claim);
                copy.getStatus().setPhase("Lost");
                put(copy);
                return true;
            }
        }
        return false;
    }

    private boolean provision(PersistentVolumeClaim prime) {
        PersistentVolume volume =
                new PersistentVolumeBuilder()
                        .withNewMetadata()
                        .withName("pv-" + prime.getMetadata().getUid())
                        .endMetadata()
                        .withNewSpec()
                        .withPersistentVolumeReclaimPolicy("Delete")
                        .withNewClaimRef()
                        .withNamespace(prime.getMetadata().getNamespace())
                        .withName(prime.getMetadata().getName())
                        .withUid(prime.getMetadata().getUid())
                        .endClaimRef()
                        .endSpec()
                        .build();
        if (view.get(PersistentVolume.class, null, volume.getMetadata().getName()).isEmpty()) {
            create(volume);
        }
        return bind(prime, volume);
    }

    private boolean bind(PersistentVolumeClaim claim, PersistentVolume volume) {
        PersistentVolumeClaim copy = MemoryView.JSON.clone(claim);
        copy.getSpec().setVolumeName(volume.getMetadata().getName());
        PersistentVolumeClaimStatus status = new PersistentVolumeClaimStatus();
        status.setPhase("Bound");
        copy.setStatus(status);
        put(copy);
        return true;
    }

    private boolean job(Job job) {
        if (job.getMetadata().getDeletionTimestamp() != null) {
            return false;
        }
        String uid = Objects.requireNonNull(label(job));
        Optional<Pod> pod =
                view.pods(uid).stream()
                        .filter(
                                p ->
                                        p.getMetadata()
                                                .getName()
                                                .equals(job.getMetadata().getName() + "-pod"))
                        .findFirst();
        if (pod.isEmpty() && job.getStatus() != null) {
            return false;
        }
        if (pod.isEmpty()) {
            create(
                    new PodBuilder()
                            .withNewMetadata()
                            .withName(job.getMetadata().getName() + "-pod")
                            .withNamespace(job.getMetadata().getNamespace())
                            .withLabels(job.getMetadata().getLabels())
                            .addNewOwnerReference()
                            .withKind("Job")
                            .withName(job.getMetadata().getName())
                            .withUid(job.getMetadata().getUid())
                            .endOwnerReference()
                            .endMetadata()
                            .withNewStatus()
                            .withPhase("Running")
                            .addNewContainerStatus()
                            .withName("populate")
                            .withNewState()
                            .withNewRunning()
                            .endRunning()
                            .endState()
                            .endContainerStatus()
                            .endStatus()
                            .build());
            return true;
        }
        if (!live(pod.get())) {
            return ended(job, pod.get());
        }
        int attempt = Integer.parseInt(job.getMetadata().getLabels().get(Names.LABEL_ATTEMPT));
        String end = ends.apply(attempt);
        boolean evicted = end.startsWith(EVICTED);
        String[] said = (evicted ? end.substring(EVICTED.length()) : end).split(" ", 2);
        PodBuilder ended =
                new PodBuilder(pod.get())
                        .editStatus()
                        .withPhase(said[0].equals("0") ? "Succeeded" : "Failed")
                        .editFirstContainerStatus()
                        .withNewState()
                        .withNewTerminated()
                        .withExitCode(Integer.valueOf(said[0]))
                        .withMessage(said[1])
                        .endTerminated()
                        .endState()
                        .endContainerStatus()
                        .endStatus();
        if (evicted) {
            ended.editStatus()
                    .addNewCondition()
                    .withType("DisruptionTarget")
                    .withStatus("True")
                    .withReason("EvictionByEvictionAPI")
                    .endCondition()
                    .endStatus();
        }
        put(ended.build());
        return true;
    }

    /// The Job controller sees the end of a pod with a delay.
    private boolean ended(Job job, Pod pod) {
        boolean evicted = !pod.getStatus().getConditions().isEmpty();
        if (job.getStatus() == null) {
            boolean success = "Succeeded".equals(pod.getStatus().getPhase());
            put(
                    new JobBuilder(job)
                            .withNewStatus()
                            .addNewCondition()
                            .withType(success ? "Complete" : "Failed")
                            .withStatus("True")
                            .withReason(evicted ? "PodFailurePolicy" : "BackoffLimitExceeded")
                            .endCondition()
                            .endStatus()
                            .build());
            return true;
        }
        if (evicted || podsGoAtTheEnd) {
            view.remove(pod);
            return true;
        }
        return false;
    }

    private static boolean live(Pod pod) {
        return pod.getStatus() != null && "Running".equals(pod.getStatus().getPhase());
    }

    private boolean collect() {
        boolean changed = false;
        for (HasMetadata object : view.all()) {
            boolean orphan =
                    object.getMetadata().getOwnerReferences().stream().anyMatch(this::gone);
            boolean leaving = object.getMetadata().getDeletionTimestamp() != null;
            boolean heldByUs = object.hasFinalizer(Names.FINALIZER);
            if ((leaving && !heldByUs && !inUse(object)) || (orphan && !leaving)) {
                view.remove(object);
                changed = true;
            }
        }
        for (PersistentVolume volume : view.list(PersistentVolume.class)) {
            String uid = volume.getSpec().getClaimRef().getUid();
            boolean claimed =
                    view.list(PersistentVolumeClaim.class).stream()
                            .anyMatch(c -> c.getMetadata().getUid().equals(uid));
            if (!claimed) {
                view.remove(volume);
                changed = true;
            }
        }
        return changed;
    }

    private boolean gone(OwnerReference owner) {
        return view.all().stream()
                .noneMatch(o -> Objects.equals(o.getMetadata().getUid(), owner.getUid()));
    }

    private boolean inUse(HasMetadata object) {
        String uid = label(object);
        return object instanceof PersistentVolumeClaim
                && uid != null
                && view.pods(uid).stream().anyMatch(Simulation::live);
    }

    private static @Nullable String label(HasMetadata object) {
        Map<String, String> labels = object.getMetadata().getLabels();
        return labels == null ? null : labels.get(Names.LABEL_UID);
    }
}
