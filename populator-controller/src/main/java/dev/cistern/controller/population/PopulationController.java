package dev.cistern.controller.population;

import dev.cistern.controller.cluster.ClusterCache;
import dev.cistern.controller.model.ClaimKey;
import dev.cistern.controller.population.apply.Applier;
import dev.cistern.controller.population.model.Action;
import dev.cistern.controller.population.model.LoadLevel;
import dev.cistern.controller.population.model.Observed;
import dev.cistern.controller.population.model.Timeline;
import dev.cistern.controller.population.observe.Observer;
import dev.cistern.controller.population.plan.Plan;
import dev.cistern.controller.population.plan.Planner;
import dev.cistern.controller.runtime.Controller;
import dev.cistern.controller.runtime.Result;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Fills PVCs: observes, plans and applies, for one PVC at a time.
public final class PopulationController implements Controller<ClaimKey> {
    private static final Logger LOG = LoggerFactory.getLogger(PopulationController.class);

    private final ClusterCache cache;
    private final Observer observer;
    private final Planner planner;
    private final Applier applier;
    private final RunAdmission admission;
    private final int workers;
    private final Clock clock;

    /// Runs in progress, by the PVC's UID; a PVC that only waits for its source has none.
    private final ConcurrentMap<String, Timeline> timelines = new ConcurrentHashMap<>();

    private volatile Consumer<? super ClaimKey> enqueue = _ -> {};

    /// A controller that is not started.
    ///
    /// @param workers PVCs reconciled at once
    /// @param admissionSlots runs that are set up or handed over at once, see [RunAdmission]
    public PopulationController(
            ClusterCache cache,
            Observer observer,
            Planner planner,
            Applier applier,
            int workers,
            int admissionSlots,
            Clock clock) {
        this.cache = cache;
        this.observer = observer;
        this.planner = planner;
        this.applier = applier;
        this.admission = new RunAdmission(admissionSlots, clock, key -> enqueue.accept(key));
        this.workers = workers;
        this.clock = clock;
    }

    @Override
    public String name() {
        return "population";
    }

    @Override
    public int workers() {
        return workers;
    }

    @Override
    public String display(ClaimKey key) {
        return key.display() + " (" + key.uid() + ")";
    }

    @Override
    public void watch(Consumer<? super ClaimKey> enqueue) {
        this.enqueue = enqueue;
        new PopulationTriggers(cache.kinds(), enqueue).subscribe();
    }

    @Override
    public Collection<ClaimKey> keys() {
        return PopulationTriggers.all(cache.kinds());
    }

    /// Which runs may start.
    public RunAdmission admission() {
        return admission;
    }

    @Override
    public Result reconcile(ClaimKey key, BooleanSupplier leading) {
        Optional<Observed> seen = observe(key);
        if (seen.isEmpty()) {
            admission.release(key);
            return deleteOrphans(key);
        }
        Plan plan = planner.plan(seen.get());
        if (!plan.timeline().times().isEmpty()) {
            timelines.put(key.uid(), plan.timeline());
        }
        if (plan.queued()) {
            admission.queue(key);
        } else if (plan.done()) {
            admission.release(key);
        } else {
            admission.progressed(key, plan.timeline());
        }
        for (Action action : plan.actions()) {
            if (!leading.getAsBoolean()) {
                return new Result.Done();
            }
            if (LOG.isDebugEnabled()) {
                LOG.atDebug()
                        .addKeyValue("claim", key.display())
                        .addKeyValue("action", action.getClass().getSimpleName())
                        .log("apply");
            }
            if (applier.apply(key, action) == Applier.Outcome.CONFLICT) {
                return new Result.Conflict();
            }
        }
        if (plan.done()) {
            timelines.remove(key.uid());
            cache.kinds().jobs.overlay().forgetOwner(key.uid());
        }
        return Result.of(plan.requeueAfter());
    }

    private Optional<Observed> observe(ClaimKey key) {
        if (key.name().isEmpty()) {
            return Optional.empty();
        }
        Timeline noted = timelines.getOrDefault(key.uid(), Timeline.EMPTY);
        boolean admitted = !noted.times().isEmpty() || admission.admit(key);
        return observer.observe(
                key.namespace(),
                key.name(),
                key.uid(),
                clock.instant(),
                applier.refusal(key.uid()),
                new LoadLevel(timelines.size(), admitted),
                noted);
    }

    /// Deletes orphans of a deleted PVC whose finalizer was removed by someone else.
    private Result deleteOrphans(ClaimKey key) {
        timelines.remove(key.uid());
        if (cache.claimByUid(key.uid()).isPresent()) {
            return new Result.Done();
        }
        List<Action> actions = new ArrayList<>();
        for (Job job : cache.jobs(key.uid())) {
            if (!deleting(job)) {
                actions.add(
                        new Action.DeleteJob(
                                job.getMetadata().getNamespace(),
                                job.getMetadata().getName(),
                                job.getMetadata().getUid()));
            }
        }
        for (PersistentVolumeClaim prime : cache.primes(key.uid())) {
            if (!deleting(prime)) {
                actions.add(
                        new Action.DeletePrime(
                                prime.getMetadata().getNamespace(),
                                prime.getMetadata().getName(),
                                prime.getMetadata().getUid()));
            }
        }
        actions.forEach(action -> applier.apply(key, action));
        return new Result.Done();
    }

    private static boolean deleting(HasMetadata object) {
        return object.getMetadata().getDeletionTimestamp() != null;
    }
}
